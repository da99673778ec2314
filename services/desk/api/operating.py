"""What the operator's page and its API tell alike: each part is looked up once and shown twice (I4).

A person hears of the letters and ways of their own brands only (M7); what tells no brand is for those who serve all of them.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed

from services.chassis import dead
from services.chassis.dead import Letter
from services.chassis.errors import Problem
from services.chassis.ids import fresh
from services.desk.api.parts import Parts
from services.desk.domain.access import Reader
from services.desk.domain.channel_traffic import ChannelTraffic
from services.desk.domain.letter import brand_of, error_shown
from services.desk.domain.trace import Seen
from services.desk.gateway.channels import Looked
from services.desk.gateway.health import ServiceHealth
from services.desk.gateway.review import Channel, Channels
from services.desk.gateway.trace import Found, Search, aside, trace_id_of
from services.desk.store.replays import LetterNamed, Replay

OPERATIONS = "operations"
"""What browsers wait for that show the flow."""
LONGEST_HOURS = 24 * 31
MOST_SHOWN = 200
"""Letters in one list."""
MOST_LETTERS = 5_000
"""In one command."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Dead letters of one service that died of the same."""

    consumer: str
    kind: str
    error: str
    waiting: int
    replayed: int
    last_failed_at: str


def serves_all(desk: Parts, reader: Reader) -> bool:
    """Whether nothing of this organisation is another's to this person."""
    return reader.brands >= {brand.id for brand in desk.organisation.brands}


def may_know(desk: Parts, reader: Reader, brands: Iterable[str]) -> bool:
    """Whether what is of these brands is this person's to see; of none, or of one that there is not, it could be anybody's."""
    told = set(brands) - {""}
    known = told & {brand.id for brand in desk.organisation.brands}
    return known <= reader.brands if told and told == known else serves_all(desk, reader)


async def letters_for(desk: Parts, reader: Reader) -> list[Letter]:
    """The dead letters that this person may see, the newest first. Raises Unavailable."""
    found = await desk.operations.letters.all()
    return [each for each in reversed(found) if may_know(desk, reader, [brand_of(each.record.value)])]


async def letter_for(desk: Parts, reader: Reader, consumer: str, letter: str) -> Letter:
    """One of them. Raises Problem 404, and Unavailable."""
    for each in await letters_for(desk, reader):
        if (each.consumer, each.id) == (consumer, letter):
            return each
    raise Problem(404, "no-dead-letter", f"{consumer} has no dead letter {letter}, or it is not yours to see")


async def services_for(desk: Parts, reader: Reader) -> list[ServiceHealth]:
    """How each service does. Which events wait in it is told to those only who serve all brands: they name none."""
    found = await desk.operations.services.look()
    return found if serves_all(desk, reader) else [each.without_events() for each in found]


async def replays_for(desk: Parts, reader: Reader) -> list[Replay]:
    """The latest commands; none for who does not serve all brands."""
    return await desk.replays.latest() if serves_all(desk, reader) else []


async def tests_for(desk: Parts, reader: Reader) -> dict[str, Channel]:
    """How each channel's tests went, by channel; nothing while follow-up is away."""
    try:
        found = await desk.followup.see(Channels, reader.id, "channel-tests")
    except Problem:
        return {}
    return {each.channel: each for each in found.items}


def in_words(consumer: str, kind: str) -> str:
    """Which letters were chosen, for the record."""
    return f"all of {consumer or 'every service'}" + (f": {kind}" if kind else "")


def kinds_of(letters: Iterable[Letter]) -> list[Kind]:
    """The letters by service and reason, where most wait first."""
    found: dict[tuple[str, str], list[Letter]] = {}
    for each in letters:
        found.setdefault((each.consumer, each.kind), []).append(each)
    kinds = [
        Kind(
            consumer,
            kind,
            mine[0].error,
            len(dead.waiting(mine)),
            sum(bool(each.replayed_at) for each in mine),
            max(each.failed_at for each in mine),
        )
        for (consumer, kind), mine in found.items()
    ]
    return sorted(kinds, key=lambda each: (-each.waiting, each.consumer, each.kind))


def counted(letters: Iterable[Letter]) -> Counter[str]:
    """Letters that wait for somebody, by service."""
    return Counter(each.consumer for each in dead.waiting(letters))


async def replay(desk: Parts, reader: Reader, chosen: Sequence[Letter], why: str, key: str = "") -> int:
    """Give them another chance, once per key; how many were given. Raises Problem 404 for none, 413 for too many.

    It is written down first. What came later in the same conversations has been handled in the meantime.
    """
    key = key or fresh()
    if not chosen:
        raise Problem(404, "no-dead-letter", "there is no such dead letter that waits, or it is not yours to see")
    if len(chosen) > MOST_LETTERS:
        raise Problem(413, "too-many", f"{len(chosen)} letters; at most {MOST_LETTERS} at once")
    replays, operations = desk.replays, desk.operations
    names = [LetterNamed(consumer=each.consumer, id=each.id) for each in chosen]
    if not await replays.begin(key, reader.id, why, names):
        return await replays.given(key, reader.id) or 0
    given = await operations.letters.replay(chosen, reader.id)
    await replays.done(key, reader.id, given)
    return given


async def way(desk: Parts, reader: Reader, asked: str, hours: float) -> Found:
    """The way of what is asked for; without a trace when there is none that this person may see. Raises Unavailable."""
    letters = await letters_for(desk, reader)
    search = Search(desk.operations.cluster, asked, hours, letters, _parked(await desk.operations.services.look()))
    view = await desk.cases.find(asked)
    if view and view.opened_at:
        found = await search.run(view.conversation, (desk.clock.now() - view.opened_at).total_seconds())
    else:
        found = await search.run()
    if found.trace and not may_know(desk, reader, found.trace.brands):
        found.trace = None
    return found


def _parked(services: Iterable[ServiceHealth]) -> list[Seen]:
    return [
        aside(
            Seen(
                id=each.id,
                type=each.event_type,
                topic=each.topic,
                service="",
                at=each.again_at,
                trace_id=trace_id_of(each.traceparent),
                partition=each.partition,
                offset=each.offset,
            ),
            "parked",
            service.service,
            each.again_at.isoformat(),
            each.attempts,
        )
        for service in services
        if service.waiting
        for each in service.waiting.events
        if each.attempts
    ]


def channels_for(desk: Parts, reader: Reader, looked: Looked) -> Looked:
    """The channels of this person's brands, also those of which nothing was heard; reasons without what they may quote."""
    mine = [each.id for each in desk.organisation.channels if each.brand in reader.brands]
    known = {each: looked.channels.get(each) or ChannelTraffic(each) for each in mine}
    return Looked(
        {name: changed(each, last_reason=error_shown(each.last_reason)) for name, each in known.items()}, looked.since
    )
