"""An organisation's own model over real HTTP: it is believed when it answers well, and never waited for when it does not."""

import asyncio
import importlib.util
import json
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from schemas.events.message import Classification, MessageClassified
from schemas.organisation_file import load
from services.chassis.testing import ManualClock
from services.classification.app import build
from services.classification.domain import Classifier
from services.classification.own_model import OwnModel, Place
from services.classification.settings import Settings
from tests.conftest import Backends, eventually
from tests.integration.classification.model_server import Body, ModelServer, all_negative, model_server
from tests.integration.classification.test_classification import (
    HOSTILE,
    ORGANISATION,
    TUESDAY,
    batch,
    classified,
)

TEXTS = ("Thank you, great service!", "Where is my parcel?", "De koffie is heerlijk")
Judged = list[Classification]


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier.of(load(ORGANISATION))


class Asking:
    """A client, a server, a clock that stands still, and labels of the shipped model."""

    def __init__(self, server: ModelServer, classifier: Classifier, **place: Any) -> None:
        self.server = server
        self.classifier = classifier
        self.clock = ManualClock(TUESDAY)
        self.model = OwnModel(Place(**({"url": server.url, "seconds": 20.0} | place)), classifier.skills, self.clock)

    def before(self, texts: tuple[str, ...] = TEXTS) -> Judged:
        return self.classifier.classify(texts, ["moccarel"] * len(texts))

    async def judge(self, texts: tuple[str, ...] = TEXTS) -> Judged:
        return await self.model.judge(texts, ["moccarel"] * len(texts), self.before(texts))


@asynccontextmanager
async def asking(classifier: Classifier, **place: Any) -> AsyncIterator[Asking]:
    async with model_server() as server:
        one = Asking(server, classifier, **place)
        try:
            yield one
        finally:
            await one.model.close()


async def test_it_is_believed_and_named(classifier: Classifier) -> None:
    async with asking(classifier, token=SecretStr("s3cret")) as one:
        found = await one.judge()
        assert [each.sentiment for each in found] == ["negative"] * 3
        assert {each.model for each in found} == {f"acme-7 over {one.before()[0].model}"}
        assert one.server.authorizations == ["Bearer s3cret"]
        (asked,) = one.server.asked
        assert asked["version"] == 1
        assert asked["messages"][2] == {"id": "2", "text": TEXTS[2], "brand": "moccarel", "language": "nl"}


async def test_messages_it_leaves_out_stay_as_they_were(classifier: Classifier) -> None:
    def first_only(body: Body) -> bytes:
        return all_negative(body | {"messages": body["messages"][:1]})

    async with asking(classifier) as one:
        one.server.behave = first_only
        found = await one.judge()
        assert found[0].sentiment == "negative"
        assert found[1:] == one.before()[1:]


async def test_each_request_stands_for_itself(classifier: Classifier) -> None:
    def not_the_second(body: Body) -> bytes:
        return b"rubbish" if body["messages"][0]["id"] == "1" else all_negative(body)

    async with asking(classifier, batch=1, parallel=2) as one:
        one.server.behave = not_the_second
        found = await one.judge()
        assert [each.model.startswith("acme-7") for each in found] == [True, False, True]


def _status(server: ModelServer) -> None:
    server.status = 503


def _redirect(server: ModelServer) -> None:
    server.status, server.headers = 307, (f"location: {server.url}",)


def _cut(server: ModelServer) -> None:
    server.cuts = True


def _rubbish(server: ModelServer) -> None:
    server.behave = lambda _: b"<html>not found</html>"


def _long(server: ModelServer) -> None:
    server.behave = lambda _: b" " * 1_000_000


def _none(server: ModelServer) -> None:
    server.behave = lambda _: json.dumps({"model": "acme-7", "judgements": []}).encode()


def _garbled(server: ModelServer) -> None:
    server.headers = ("content-encoding: gzip",)


BROKEN: list[Callable[[ModelServer], None]] = [_status, _redirect, _cut, _rubbish, _long, _none, _garbled]


@pytest.mark.parametrize("broken", BROKEN)
async def test_broken_in_any_way_it_changes_nothing_and_is_left_alone(
    classifier: Classifier, broken: Callable[[ModelServer], None]
) -> None:
    async with asking(classifier, most_failures=2) as one:
        broken(one.server)
        for _ in range(4):
            assert await one.judge() == one.before()
        assert len(one.server.asked) == 2  # no repetition, and then nobody asks


async def test_too_slow_it_is_not_waited_for(classifier: Classifier) -> None:
    async with asking(classifier, seconds=0.05, most_failures=1) as one:
        one.server.hangs = True
        assert await one.judge() == one.before()
        assert await one.judge() == one.before()
        assert len(one.server.asked) <= 1


async def test_not_there_at_all(classifier: Classifier) -> None:
    async with asking(classifier, url="http://127.0.0.1:1/judge") as one:
        assert await one.judge() == one.before()


async def test_after_the_pause_one_request_asks_whether_it_is_back(classifier: Classifier) -> None:
    async with asking(classifier, most_failures=1, pause_seconds=30, batch=1, parallel=1) as one:
        one.server.status = 500
        await one.judge()
        assert len(one.server.asked) == 1
        one.clock.forward(30)
        await one.judge()
        assert len(one.server.asked) == 2  # the probe failed: the other two messages did not ask
        one.clock.forward(30)
        one.server.status = 200
        assert [each.sentiment for each in await one.judge()] == ["negative"] * 3


async def test_any_text_can_be_asked_about(classifier: Classifier) -> None:
    async with asking(classifier) as one:
        texts = (*HOSTILE, "half an emoji \ud83d")
        model = OwnModel(Place(one.server.url, seconds=20), classifier.skills, one.clock)
        found = await model.judge(texts, ["moccarel"] * len(texts), classifier.classify(texts))
        await model.close()
        assert [each.sentiment for each in found] == ["negative"] * len(texts)
        assert max(len(each["text"]) for each in one.server.asked[0]["messages"]) == 10_000


async def test_the_service_asks_it_and_goes_on_without_it(backends: Backends) -> None:
    async with model_server() as server:
        changes = {"organisation": ORGANISATION, "own_model_url": server.url, "own_model_seconds": 20}
        settings = Settings.model_validate(backends.settings() | changes)
        service = build(settings, ManualClock(TUESDAY))
        await service.start()
        try:
            one, other = batch(*TEXTS[:2])
            await service.publisher.send([(one.topic, one.key, one.value, [*one.headers])])
            await eventually(lambda: classified(service), "nothing came")
            server.status = 500
            await service.publisher.send([(other.topic, other.key, other.value, [*other.headers])])

            async def both() -> bool:
                return len(await classified(service)) == 2

            await eventually(both, "the second did not come")
        finally:
            await service.stop()
        found = {each.key: each.data for each in await classified(service)}
        models = [data.classification.model for data in found.values() if isinstance(data, MessageClassified)]
        assert sorted(model.startswith("acme-7 over ") for model in models) == [False, True]


async def test_the_server_of_the_handbook_works(classifier: Classifier, tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "own-model.md").read_text(encoding="utf-8")
    (tmp_path / "example.py").write_text(page.split("```python\n")[1].split("```")[0])
    spec = importlib.util.spec_from_file_location("example", tmp_path / "example.py")
    assert spec
    assert spec.loader
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    example.Handler.log_message = lambda *_: None
    server = ThreadingHTTPServer(("127.0.0.1", 0), example.Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    place = Place(f"http://127.0.0.1:{server.server_port}/", SecretStr("a-long-secret"), seconds=20)
    model = OwnModel(place, classifier.skills, ManualClock(TUESDAY))
    try:
        found = await model.judge(TEXTS, ["moccarel"] * len(TEXTS), classifier.classify(TEXTS))
        assert [each.sentiment for each in found] == ["negative", "neutral", "neutral"]
        assert {each.model.split(" over ")[0] for each in found} == {"exclamation-marks-1"}
    finally:
        await model.close()
        await asyncio.to_thread(server.shutdown)
        server.server_close()
