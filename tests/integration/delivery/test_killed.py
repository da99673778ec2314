"""Delivery as a process of its own, through Kafka, killed while it sends: nothing is lost, no mail is sent twice."""

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta

from schemas.events.delivery import DeliverySent, DeliveryUncertain
from services.chassis import kafka
from services.chassis.documents import Outgoing
from services.chassis.kafka import Publisher
from services.chassis.testing import ManualClock, envelope
from tests.conftest import Backends, eventually
from tests.integration.delivery.outside import Answer, mail_server, receiver
from tests.integration.delivery.stand import by_mail, environment, settings, social, stand
from tests.unit.delivery.replies import reply

PROGRAM = """
import asyncio
from services.chassis.service import run
from services.delivery.app import build
from services.delivery.settings import Settings
asyncio.run(run(build(Settings())))
"""


async def test_killed_between_sending_and_writing_it_down(backends: Backends) -> None:
    async with receiver() as outside, mail_server() as box:
        outside.answers.append(Answer(hang=True))
        box.data_answers.append("hang")
        config = settings(backends, box)
        names = (
            "kafka",
            "mongo",
            "kafka_prefix",
            "kafka_idempotent",
            "database_prefix",
            "smtp_host",
            "smtp_port",
            "smtp_tls",
        )
        told = {f"DELIVERY_{name.upper()}": str(getattr(config, name)) for name in names}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAM, env=dict(os.environ) | environment(outside) | told
        )
        try:
            await kafka.declare(config.cluster)
            publisher = Publisher(config.cluster, "test")
            await publisher.start()
            queued = [social(1, "s"), by_mail(1, "m"), reply(reply_id="web", conversation="w", channel="web-moccarel")]
            await publisher.publish([Outgoing.of(envelope(each)) for each in queued])
            await publisher.stop()

            async def both_arrived() -> bool:
                return bool(outside.requests and box.mails)

            await eventually(both_arrived, "the replies did not leave", 90)
        finally:
            process.kill()
            await process.wait()
        async with stand(backends, outside, box, ManualClock(datetime.now(UTC) + timedelta(seconds=61))) as next_life:
            for _ in range(2):
                await next_life.round("social")
                await next_life.round("mail")
            ends = {each.reply_id: type(each) for each in await next_life.told()}  # type: ignore[attr-defined]
        assert ends == {"s-1": DeliverySent, "m-1": DeliveryUncertain, "web": DeliverySent}
        assert [request["id"] for request in outside.requests] == ["s-1", "s-1"]
        assert list(outside.shown) == ["s-1"]
        assert len(box.mails) == 1
