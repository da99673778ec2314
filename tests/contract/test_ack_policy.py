"""No subscriber acknowledges what it has not handled: FastStream's default would, before the handler even runs (design 6)."""

import ast
import base64
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from faststream import AckPolicy

import services
from schemas.organisation_file import load
from schemas.services import SERVICES
from schemas.topics import consumed_by, retry_topic
from services.chassis.service import Service

FOLDER = Path(services.__file__).parent
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
APPS = sorted(path.parent.name for path in FOLDER.glob("*/app.py"))


@pytest.fixture(scope="module", params=APPS)
def service(request: pytest.FixtureRequest) -> Iterator[Service]:
    app = importlib.import_module(f"services.{request.param}.app")
    settings = importlib.import_module(f"services.{request.param}.settings").Settings()
    with pytest.MonkeyPatch.context() as environment:
        for channel in load(settings.organisation).channels:
            if channel.secret_env:
                environment.setenv(channel.secret_env, SECRET)
        built: Service = app.build(settings)
    yield built
    built.database.close()


def test_there_are_services_to_look_at() -> None:
    assert APPS
    assert set(APPS) <= set(SERVICES)


def test_every_service_acknowledges_after_handling_and_begins_at_the_beginning(service: Service) -> None:
    for subscriber in service.broker.subscribers:
        described: Any = subscriber
        assert described.ack_policy is AckPolicy.NACK_ON_ERROR, subscriber
        assert described._connection_args["auto_offset_reset"] == "earliest", subscriber
        assert described._connection_args["enable_auto_commit"] is False, subscriber


def test_a_service_is_one_consumer_over_all_its_topics(service: Service) -> None:
    assert len(service.broker.subscribers) == (1 if service.listens else 0)
    for subscriber in service.broker.subscribers:
        topics = {*(topic.name for topic in consumed_by(service.name)), retry_topic(service.name)}
        described: Any = subscriber
        assert set(described.topic_names) == topics
        assert described.group_id == service.name


def test_a_service_handles_only_what_its_topics_carry(service: Service) -> None:
    carried = {event.type for topic in consumed_by(service.name) for event in topic.events}
    assert {*service.table.routes, *service.table.transformations} <= carried


def test_nobody_but_the_chassis_makes_brokers_or_subscribers() -> None:
    for path in FOLDER.rglob("*.py"):
        if "chassis" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
            assert name not in {"subscriber", "KafkaBroker", "KafkaRouter"}, path
