"""The cases service on real broker and store, spoken to over HTTP; events are handed to it by the test or by Kafka."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from schemas.base import Event
from schemas.envelope import Envelope
from schemas.events.delivery import DeliverySent
from schemas.events.followup import ClockBreached
from schemas.events.message import Author, Classification, Message, MessageClassified
from schemas.events.routing import Explanation, OwnerAssigned, SpecialistOffered
from schemas.ids import derive
from services.cases.app import build
from services.cases.domain import Case
from services.cases.settings import Settings
from services.cases.store import CASES
from services.chassis import kafka
from services.chassis.ids import fresh
from services.chassis.service import Service
from services.chassis.testing import ManualClock, record
from tests.conftest import Backends, eventually

TUESDAY = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)
ORGANISATION = Path(__file__).parents[3] / "deploy" / "example-org"
TOKEN = "between-us"
OWNER, OTHER, EXPERT = "maaike.postma", "sem.schouten", "harry.carter"
PROBLEM = "urn:casekeeper:problem:"


@dataclass(frozen=True)
class Talk:
    """A conversation of its own, and what the other services say about it."""

    conversation: str
    clock: ManualClock

    def case_id(self, number: int = 1) -> str:
        return derive("case", self.conversation, str(number))

    def message(self, number: int = 1, **changes: Any) -> MessageClassified:
        facts: dict[str, Any] = {
            "id": f"{self.conversation}-{number}",
            "brand": "moccarel",
            "channel": "web-moccarel",
            "conversation": self.conversation,
            "external_id": f"external-{number}",
            "author": Author(id="ana"),
            "text": "It leaks",
            "sent_at": self.clock.now(),
            "received_at": self.clock.now(),
        }
        return MessageClassified(message=Message.model_validate(facts | changes), classification=UNDERSTOOD)

    def assigned(self, owner: str = OWNER, case: int = 1) -> OwnerAssigned:
        request_id = derive("owner", self.case_id(case))
        return OwnerAssigned(
            **self._facts(case),
            request_id=request_id,
            person=owner,
            explanation=Explanation(),
            decided_at=self.clock.now(),
        )

    def offered(self, consult_id: str, specialist: str = EXPERT, case: int = 1) -> SpecialistOffered:
        return SpecialistOffered(
            **self._facts(case),
            request_id=derive("specialist", consult_id),
            consult_id=consult_id,
            person=specialist,
            country="GB",
            explanation=Explanation(),
            decided_at=self.clock.now(),
        )

    def sent(self, reply_id: str, case: int = 1) -> DeliverySent:
        return DeliverySent(**self._facts(case), reply_id=reply_id, receipt="r", sent_at=self.clock.now())

    def quiet(self, closes_at: datetime, case: int = 1) -> ClockBreached:
        names = {"clock_id": f"closing-{self.case_id(case)}", "subject_id": self.case_id(case), "brand": "moccarel"}
        return ClockBreached(**self._facts(case), **names, kind="closing", due_at=closes_at)

    def reported(self, kind: Any, reply_id: str, case: int = 1) -> Event:
        """That the reply failed, or that nobody knows."""
        event: Event = kind(**self._facts(case), reply_id=reply_id, reason="gone")
        return event

    def _facts(self, case: int) -> dict[str, str]:
        return {"case_id": self.case_id(case), "conversation": self.conversation}


UNDERSTOOD = Classification(
    language="en",
    language_confidence=0.9,
    intent="complaint",
    intent_confidence=0.9,
    sentiment="negative",
    sentiment_confidence=0.9,
    urgency="normal",
    urgency_confidence=0.9,
    topic="coffee-machine",
    topic_confidence=0.9,
    skill="coffee",
)


class Stage:
    """A running service with somebody to speak to it."""

    def __init__(self, service: Service, client: httpx2.AsyncClient, clock: ManualClock) -> None:
        self.service = service
        self.client = client
        self.clock = clock
        self.patience_seconds = 5.0

    def dies(self) -> None:
        """From now on nothing is published, as if the process had died after each commit."""
        for task in self.service.outbox._tasks:
            task.cancel()
        self.patience_seconds = 0

    def talk(self) -> Talk:
        return Talk(fresh(), self.clock)

    async def hear(self, *events: Event) -> None:
        """Handle these as one batch."""
        await self.service.processor.process([record(event, number) for number, event in enumerate(events)])

    async def owned(self) -> Talk:
        """A conversation whose case has its owner."""
        talk = self.talk()
        await self.hear(talk.message(), talk.assigned())
        return talk

    async def answered(self) -> Talk:
        """One whose owner's answer was sent."""
        talk = await self.owned()
        await self.send_answer(talk)
        return talk

    async def send_answer(self, talk: Talk, case: int = 1) -> str:
        accepted = await self.accepted(f"/cases/{talk.case_id(case)}/replies", {"text": "Do this"})
        await self.hear(talk.sent(accepted["reply_id"], case))
        return str(accepted["reply_id"])

    async def post(self, path: str, body: Any = None, person: str = OWNER, key: str = "") -> httpx2.Response:
        headers = {"Acting-Person": person} | ({"Idempotency-Key": key} if key else {})
        return await self.client.post(path, json=body or {}, headers=headers)

    async def accepted(self, path: str, body: Any = None, person: str = OWNER, key: str = "") -> dict[str, Any]:
        """The answer to a command that must be accepted."""
        answer = await self.post(path, body, person, key)
        assert answer.status_code == 202, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def shown(self, talk: Talk, case: int = 1) -> dict[str, Any]:
        """The case over HTTP."""
        answer = await self.client.get(f"/cases/{talk.case_id(case)}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def states(self, talk: Talk) -> list[Case]:
        """The conversation's cases, oldest first."""
        documents = await self.service.database.lanes(CASES, [talk.conversation])
        return [each.state for each in sorted(documents, key=lambda each: each.number) if each.state]

    async def said(self, talk: Talk, *topics: str) -> list[Envelope]:
        """What the conversation led to on these topics: each event once, each topic in order."""
        found = [
            each.envelope()
            async for each in kafka.read(self.service.config.cluster, topics or ("cases.events", "routing.requests"))
        ]
        mine = [each for each in found if getattr(each.data, "conversation", "") == talk.conversation]
        return list({each.id: each for each in mine}.values())

    async def have_said(self, talk: Talk, count: int) -> list[Envelope]:
        """Everything that was said, once it is that much."""
        found: list[Envelope] = []

        async def enough() -> bool:
            found[:] = await self.said(talk)
            return len(found) >= count

        await eventually(enough, f"fewer than {count} events were published")
        return found


async def _named(request: httpx2.Request) -> None:
    """Every command has a name of its own, unless the test gives it one."""
    if request.method != "GET":
        request.headers.setdefault("Idempotency-Key", fresh())


@asynccontextmanager
async def stage(backends: Backends, *, listen: bool = False, **settings: Any) -> AsyncIterator[Stage]:
    """The service, started; with `listen` it takes its events from Kafka too."""
    clock = ManualClock(TUESDAY)
    own = {"organisation": ORGANISATION, "internal_token": TOKEN, **settings}
    config = Settings.model_validate(backends.settings() | own)
    service = build(config, clock)
    await service.start(listen=listen)
    headers = {"Authorization": f"Bearer {TOKEN}", "Acting-Person": OWNER}
    hooks = {"request": [_named]}
    async with httpx2.AsyncClient(base_url=service.url, headers=headers, event_hooks=hooks, timeout=30) as client:
        running = Stage(service, client, clock)
        try:
            yield running
        finally:
            await service.stop(running.patience_seconds)


def due(minutes: float) -> str:
    """A moment so long after the start, as JSON says it."""
    return (TUESDAY + timedelta(minutes=minutes)).isoformat()


def kinds(envelopes: Sequence[Envelope]) -> list[str]:
    """Their types without the version."""
    return [each.type.removesuffix(".v1") for each in envelopes]
