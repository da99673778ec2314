"""Every kind of document that a service writes is declared: without, it has no index, and what a crash left is never swept."""

import base64
import importlib
import pkgutil
from collections.abc import Iterator

import pytest

from casekeeper.services import build
from schemas.organisation_file import load
from schemas.services import SERVICES
from services.chassis.config import ServiceConfig
from services.chassis.documents import Collection

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
WITH_ALL = {"classification": {"second_reading": True}}
"""What is off by default and has documents of its own."""


@pytest.mark.parametrize("name", SERVICES)
async def test_every_collection_of_a_service_is_declared(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for channel in load(ServiceConfig.model_fields["organisation"].default).channels:
        if channel.secret_env:
            monkeypatch.setenv(channel.secret_env, SECRET)
    service = build(name, **WITH_ALL.get(name, {}))
    try:
        assert {each.name for each in _written(name)} == {each.name for each in service.collections}
    finally:
        service.database.close()


def _written(name: str) -> Iterator[Collection[object]]:
    package = importlib.import_module(f"services.{name}")
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if ".training" not in module.name:  # a tool, which no service runs
            values = vars(importlib.import_module(module.name)).values()
            yield from (value for value in values if isinstance(value, Collection))
