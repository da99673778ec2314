"""What tests of insights, subscriptions, digests and reviews share: cases of a brand, a department that listens, who asks."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from standardwebhooks import Webhook

from schemas.base import Event
from schemas.events.case import CaseMessageAdded, CaseOpened
from schemas.events.message import Author, Classification, Message, PersonalData, Signal
from schemas.events.reply import ReplySent
from services.chassis import kafka
from services.chassis.service import Service
from services.followup.app import build
from services.followup.settings import Settings
from tests.conftest import Backends
from tests.integration.delivery.outside import Receiver
from tests.integration.followup.test_followup import HandClock, named, outgoing, records

LEAD, COACH, AGENT = "fleur.visser", "joost.smit", "maaike.postma"
TEXT = "Mijn koffiemachine lekt! Bel me op 06 12345678 over MC-2048113. Groet, Bram de Wit"


@asynccontextmanager
async def followup(backends: Backends, clock: HandClock, **settings: Any) -> AsyncIterator[Service]:
    """Follow-up on the real store, fed and driven by the test."""
    given = backends.settings() | {"internal_token": "token", "subscribers_insecure": True} | settings
    service = build(Settings(**given), clock)
    for collection in service.collections:
        await service.database.prepare(collection)
    await service.parking.prepare()
    await kafka.declare(service.config.cluster, [service.name])
    await service.publisher.start()
    await service.outbox.start(service.collections)
    yield service
    await service.outbox.stop(5)
    await service.publisher.stop()
    service.database.close()


@asynccontextmanager
async def asking(service: Service, person: str) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"authorization": "Bearer token", "acting-person": person}
    transport = httpx2.ASGITransport(app=service.api)
    async with httpx2.AsyncClient(transport=transport, base_url="http://followup", headers=headers) as client:
        yield client


def key(name: str) -> dict[str, str]:
    return {"idempotency-key": name}


def case(case_id: str, at: datetime, topic: str, **judged: Any) -> list[Event]:
    """A case and its first message, answered once."""
    about = {"brand": "moccarel"} | {name: judged.pop(name) for name in ("brand",) if name in judged}
    ids = named(case_id) | about
    message = Message(
        id=f"m-{case_id}",
        channel="moccarel-web",
        external_id=f"x-{case_id}",
        author=Author(id="bram", name="Bram de Wit", handle="@brammetje"),
        text=TEXT,
        sent_at=at,
        received_at=at,
        **{name: ids[name] for name in ("brand", "conversation")},
    )
    return [
        CaseOpened(
            **ids,
            channel="moccarel-web",
            visibility="private",
            customer=message.author,
            pool="care",
            language="nl",
            opened_at=at,
            first_reply_due_at=at + timedelta(hours=1),
        ),
        CaseMessageAdded(**ids, message=message, classification=classified(topic, **judged)),
        ReplySent(**ids, reply_id="r", kind="answer", author="kees", first=True, sent_at=at + timedelta(minutes=9)),
    ]


def classified(topic: str, sentiment: str = "neutral", signals: Sequence[str] = (), **more: Any) -> Classification:
    """A judgement that is sure of itself; it has found the order's number."""
    sure = dict.fromkeys(("language", "intent", "sentiment", "urgency", "topic"), 0.9)
    place = TEXT.index("MC-")
    return Classification(
        language="nl",
        intent="question",
        sentiment=sentiment,
        urgency="normal",
        topic=topic,
        signals=tuple(Signal(kind=kind, confidence=0.9) for kind in signals),
        personal_data=(PersonalData(kind="order", start=place, end=place + len("MC-2048113")),),
        **{f"{name}_confidence": score for name, score in sure.items()},
        **more,
    )


async def feed(service: Service, events: Sequence[Event]) -> None:
    """The service hears of it."""
    await service.processor.process(records(outgoing(events)))


@dataclass
class Department(Receiver):
    """Takes webhooks as the specification says, and keeps what they say by their id."""

    secret: str = ""
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    """Of every request with a good signature, repetitions too."""

    def _take(self, headers: dict[str, str], body: bytes) -> None:
        moment = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)  # the tests' clock is not today's
        if headers["webhook-signature"] != Webhook(self.secret).sign(headers["webhook-id"], moment, body.decode()):
            self.unauthentic += 1
            return
        self.ids.append(headers["webhook-id"])
        self.documents[headers["webhook-id"]] = json.loads(body)
