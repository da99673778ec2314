"""A small service that stands for any: it notes which events it handled, in which order, and tells about each.

What an event's words say decides what happens to it; `broken` holds the words that meet a bug at the moment.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

from pydantic import BaseModel

from schemas.base import Event
from schemas.events.case import CaseAssigned, CaseClosed
from schemas.events.followup import ClockSet
from schemas.events.promise import PromiseKept, PromiseMade
from schemas.events.reply import ReplyFailed
from schemas.ids import derive
from schemas.topics import BY_EVENT
from services.chassis import kafka
from services.chassis.clock import Clock
from services.chassis.config import ServiceConfig
from services.chassis.documents import Collection, Context, Decision
from services.chassis.errors import Rejected, Unavailable
from services.chassis.kafka import Record
from services.chassis.service import Service
from services.chassis.table import Table
from services.chassis.testing import START, envelope, record
from tests.conftest import Backends, eventually


class Settings(ServiceConfig):
    service: ClassVar[str] = "followup"


class Notes(BaseModel):
    """What was handled, in order."""

    words: tuple[str, ...] = ()
    number: int = 0


NOTES = Collection("notes", Notes)
VISITS = Collection("visits", Notes)
BIG = 2**70
"""A number that no store takes."""


class Homeless(Event):
    """An event without a topic."""

    type: ClassVar[str]


@dataclass
class Moods:
    """Words that meet a bug, or a server that is away, at the moment."""

    broken: set[str] = field(default_factory=set)
    away: set[str] = field(default_factory=set)

    def meet(self, word: str) -> None:
        if word == "refused":
            raise Rejected("this is refused")
        if word in self.away:
            raise Unavailable("somebody else's system is away")
        if word in self.broken:
            raise RuntimeError(f"bug with {word}")


def probe_table(moods: Moods) -> Table:
    table = Table()

    @table.on(CaseAssigned, NOTES, id=lambda event: event.case_id)
    def assigned(state: Notes | None, event: CaseAssigned, context: Context) -> Decision[Notes] | None:
        words = (state or Notes()).words
        moods.meet(event.owner)
        if event.owner == "nothing":
            return None
        number = BIG if event.owner == "unwritable" else 0
        events = (told(event, len(words)), *([Homeless()] if event.owner == "homeless" else []))
        return Decision(Notes(words=(*words, event.owner), number=number), events)

    @table.on(
        PromiseMade,
        VISITS,
        lane=lambda event: event.conversation,
        locate=lambda event, states: derive(event.conversation, str(max(1, len(states) - open_(states) + 1))),
    )
    def made(state: Notes | None, event: PromiseMade, context: Context) -> Decision[Notes]:
        return Decision(Notes(words=(*(state or Notes()).words, event.what), number=int(event.what == "last")))

    @table.on(PromiseKept, NOTES, id=lambda event: event.case_id)
    def kept(state: Notes | None, event: PromiseKept, context: Context) -> Decision[Notes]:
        return Decision(Notes(words=(*(state or Notes()).words, event.owner)))

    @table.on(PromiseKept, VISITS, id=lambda event: f"kept-{event.case_id}")
    def kept_elsewhere(state: Notes | None, event: PromiseKept, context: Context) -> Decision[Notes]:
        moods.meet(event.owner)
        return Decision(Notes(words=(*(state or Notes()).words, event.owner)))

    @table.transform(ReplyFailed)
    async def failed(events: Sequence[ReplyFailed]) -> Sequence[Sequence[Event]]:
        for event in events:
            moods.meet(event.reason)
        return [(told(event, int(event.reason)),) for event in events]

    return table


def open_(states: Sequence[Notes]) -> int:
    return int(bool(states) and not states[-1].number)


def told(event: Any, number: int) -> ClockSet:
    """What the probe tells about an event; `due_at` holds its place."""
    return ClockSet(
        clock_id=f"{event.case_id}:{number}",
        kind="closing",
        case_id=event.case_id,
        conversation=event.conversation,
        brand=event.brand,
        subject_id=event.case_id,
        due_at=START + timedelta(seconds=number),
        warn_at=START,
    )


def probe(backends: Backends, moods: Moods | None = None, clock: Clock | None = None, **changes: Any) -> Service:
    settings: dict[str, Any] = {**backends.settings(), **changes}
    return Service(Settings(**settings), probe_table(moods or Moods()), clock=clock)


def word(case: str, text: str) -> CaseAssigned:
    return CaseAssigned(
        case_id=case, conversation=f"lane-{case}", brand="b", owner=text, request_id="r", assigned_at=START
    )


def visit(lane: str, text: str) -> PromiseMade:
    return PromiseMade(case_id="c", conversation=lane, brand="b", promise_id="p", owner="o", what=text, due_at=START)


def keeping(case: str, text: str) -> PromiseKept:
    """An event that goes into two documents."""
    lane = f"lane-{case}"
    return PromiseKept(
        case_id=case, conversation=lane, brand="b", promise_id="p", owner=text, reply_id="r", late=False, kept_at=START
    )


def reply(case: str, reason: str) -> ReplyFailed:
    return ReplyFailed(case_id=case, conversation=f"lane-{case}", brand="b", reply_id="r", reason=reason)


def closed(case: str) -> CaseClosed:
    return CaseClosed(case_id=case, conversation=f"lane-{case}", brand="b", owner="o")


async def publish(service: Service, events: Iterable[Event]) -> None:
    """Send events as their producer would."""
    await service.publisher.send(
        [
            (topic_of(event), whole.key.encode(), whole.value(), whole.headers())
            for event in events
            for whole in [envelope(event)]
        ]
    )


def topic_of(event: Event) -> str:
    return BY_EVENT[type(event)].name


async def noted(service: Service) -> dict[str, tuple[str, ...]]:
    """The words of every case, in the order in which they were handled."""
    return {each.id: each.state.words for each in await service.database.find(NOTES, {}) if each.state}


async def told_events(service: Service) -> list[Record]:
    """What the probe has published, partition by partition."""
    return [record async for record in kafka.read(service.config.cluster, ["followup.events"])]


def lanes_in_order(records: Iterable[Record]) -> dict[str, list[int]]:
    """Sequence numbers by subject, in the order of publication; a repetition is left out."""
    seen: set[str] = set()
    orders: dict[str, list[int]] = {}
    for each in records:
        whole = each.envelope()
        if whole.id not in seen:
            seen.add(whole.id)
            orders.setdefault(whole.subject, []).append(whole.sequence)
    return orders


async def published(service: Service, count: int) -> list[Record]:
    async def enough() -> list[Record]:
        found = await told_events(service)
        return found if len(found) >= count else []

    found = await eventually(enough, f"fewer than {count} events were published")
    assert isinstance(found, list)
    return found


BATCH = [record(word(f"c{number % 3}", str(number)), number) for number in range(12)]
EXPECTED = {f"c{case}": tuple(str(number) for number in range(case, 12, 3)) for case in range(3)}
