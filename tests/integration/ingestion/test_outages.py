"""When store or broker are away: nothing is accepted that could be lost, and nothing accepted is lost."""

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from casekeeper.local import children
from services.ingestion.app import build
from services.ingestion.domain.accounts import SecretMissing
from services.ingestion.settings import Settings
from tests.conftest import Backends, eventually
from tests.integration.ingestion.gate import gate
from tests.integration.ingestion.stand import body, secrets, stand


@pytest.fixture
async def own_broker(tmp_path: Path) -> AsyncIterator[children.Child]:
    """A broker that this test may stop."""
    broker = children.broker(children.free_port(), tmp_path)
    await broker.start()
    yield broker
    if broker.pid:
        os.kill(broker.pid, signal.SIGCONT)
    await broker.stop()


async def test_without_the_store_nothing_is_accepted_and_afterwards_everything(backends: Backends) -> None:
    store_port = int(backends.mongo.rpartition(":")[2].partition("/")[0])
    async with gate(store_port) as door:
        through = f"mongodb://127.0.0.1:{door.port}/?directConnection=true"
        async with stand(backends, mongo=through) as one:
            await door.shut()
            refused = await one.webhook(body("m-1"))
            assert refused.status_code == 503
            assert int(refused.headers["retry-after"]) > 0
            assert refused.json()["type"] == "urn:casekeeper:problem:unavailable"
            await door.open()

            async def taken() -> bool:
                return (await one.webhook(body("m-1"))).status_code in (200, 202)

            await eventually(taken, "it was not taken after the outage")
            assert len(await one.published()) == await one.stored() == 1


async def test_without_the_broker_messages_are_accepted_and_published_later(
    backends: Backends, own_broker: children.Child
) -> None:
    address = {"kafka": f"127.0.0.1:{own_broker.port}", "kafka_idempotent": False}
    assert own_broker.pid
    async with stand(backends, **address) as one:
        os.kill(own_broker.pid, signal.SIGSTOP)
        for number in range(5):
            assert (await one.webhook(body(f"m-{number}"))).status_code == 202
        assert await one.stored() == 5
        os.kill(own_broker.pid, signal.SIGCONT)
        assert len(await one.published()) == 5


async def test_what_a_crash_left_unpublished_is_published_by_the_next_life(
    backends: Backends, own_broker: children.Child
) -> None:
    address = {"kafka": f"127.0.0.1:{own_broker.port}", "kafka_idempotent": False}
    assert own_broker.pid
    async with stand(backends, **address) as one:
        os.kill(own_broker.pid, signal.SIGSTOP)
        accepted = await one.webhook(body())
        for task in one.service.outbox._tasks:
            task.cancel()  # dies here: stored, not published
        os.kill(own_broker.pid, signal.SIGCONT)
    async with stand(backends, **address) as other:
        [event] = await other.published()
        assert event.subject == accepted.json()["message_id"]
        assert (await other.webhook(body())).status_code == 200


@pytest.mark.parametrize("secret", [None, "whsec_no"])
def test_without_a_secret_it_does_not_start(backends: Backends, secret: str | None) -> None:
    environment = secrets() | ({"CASEKEEPER_SOCIAL_SECRET": secret} if secret else {})
    if secret is None:
        del environment["CASEKEEPER_SOCIAL_SECRET"]
    with pytest.raises(SecretMissing, match="CASEKEEPER_SOCIAL_SECRET"):
        build(Settings(**backends.settings()), environment=environment)
