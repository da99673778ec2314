"""The operator's page as JSON: the flow, the services, dead letters, the way of a message or case, clocks, channels (I4)."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from schemas.base import Model, UtcDatetime
from services.chassis import dead
from services.chassis.dead import Letter
from services.chassis.errors import Problem
from services.desk.api import operating
from services.desk.api.parts import FromHere, InParts, Once, Operating
from services.desk.domain.channel_traffic import ChannelTraffic
from services.desk.domain.flow import Flow
from services.desk.domain.letter import error_shown, shown
from services.desk.domain.trace import Step
from services.desk.gateway.clocks import ClockSummary
from services.desk.gateway.health import ServiceHealth
from services.desk.gateway.review import Channel
from services.desk.store.replays import LetterNamed, Replay

router = APIRouter(prefix="/api/operations", tags=["operations"])
Hours = Annotated[
    float, Query(gt=0, le=operating.LONGEST_HOURS, description="how far back an id is looked for that is no case's")
]
Asked = Annotated[
    str,
    Query(min_length=1, max_length=300, description="a case's, message's, event's or trace's id, or the channel's own"),
]


class FlowShown(Model):
    """`flow` is null until the first look is done; `trouble` says why the last one failed."""

    flow: Flow | None
    trouble: str


class LetterShown(Model):
    """A dead letter in a list. `replays`: how often it was given another chance; it waits again when it failed again."""

    id: str
    consumer: str
    event_type: str
    topic: str
    reason: str
    error: str
    failed_at: str
    attempts: int
    replayed_at: str
    replayed_by: str
    replays: int

    @classmethod
    def of(cls, letter: Letter) -> "LetterShown":
        return cls.model_validate(letter.summary() | {"reason": error_shown(letter.reason)})


class LetterWhole(LetterShown):
    """With its headers, stack and content; without words for who must not read them (M3)."""

    headers: dict[str, str]
    stack: str
    content: str


class KindShown(Model):
    """Dead letters of one service that died of the same; `kind` is given back to replay all of them."""

    consumer: str
    kind: str
    error: str
    waiting: int
    replayed: int


class Letters(Model):
    kinds: tuple[KindShown, ...]
    letters: tuple[LetterShown, ...]


class ToReplay(Model):
    """Named letters, or else all that wait: of one service, of one kind."""

    letters: tuple[LetterNamed, ...] = ()
    consumer: str = Field(default="", max_length=60)
    kind: str = Field(default="", max_length=2_000)
    everything: bool = False


class Given(Model):
    """How many letters went to their services again."""

    replayed: int


class WayShown(Model):
    """`complete`: whether there was time to read everything; `records`: how many were read, back to `since`."""

    asked: str
    case_id: str
    whole_case: bool
    trace_ids: tuple[str, ...]
    links: tuple[str, ...]
    """Where the tracing backend shows them, in the same order; empty without one."""
    seconds: float
    steps: tuple[Step, ...]
    records: int
    complete: bool


class ChannelShown(Model):
    """The latest traffic of a channel, with its tests. Null: nobody told."""

    traffic: ChannelTraffic
    test: Channel | None


class ChannelsShown(Model):
    """`since`: since when traffic was counted."""

    since: UtcDatetime | None
    channels: tuple[ChannelShown, ...]


@router.get("/flow")
async def show_flow(_: Operating, desk: InParts) -> FlowShown:
    """Rates of the last minute and lag, hop by hop. Rates are null until somebody has looked for some seconds."""
    watch = desk.operations.flow
    return FlowShown(flow=await watch.now(), trouble=watch.trouble)


@router.get("/services")
async def list_services(reader: Operating, desk: InParts) -> list[ServiceHealth]:
    """How each service says it does, with its version and what waits in it."""
    return await operating.services_for(desk, reader)


@router.get("/dead-letters")
async def list_dead_letters(reader: Operating, desk: InParts, consumer: str = "", kind: str = "") -> Letters:
    """Dead letters of the reader's brands, the newest first, and their kinds."""
    found = await operating.letters_for(desk, reader)
    mine = [each for each in found if consumer in ("", each.consumer) and kind in ("", each.kind)]
    kinds = [
        KindShown(
            consumer=each.consumer, kind=each.kind, error=each.error, waiting=each.waiting, replayed=each.replayed
        )
        for each in operating.kinds_of(mine)
    ]
    return Letters(kinds=tuple(kinds), letters=tuple(LetterShown.of(each) for each in mine[: operating.MOST_SHOWN]))


@router.get("/dead-letters/{consumer}/{letter_id}")
async def show_dead_letter(consumer: str, letter_id: str, reader: Operating, desk: InParts) -> LetterWhole:
    """One dead letter whole."""
    return whole(await operating.letter_for(desk, reader, consumer, letter_id), words=not reader.is_operator)


@router.post("/dead-letters/replay", dependencies=[FromHere])
async def replay_dead_letters(
    body: ToReplay,
    reader: Operating,
    desk: InParts,
    idempotency_key: Once,
) -> Given:
    """Give dead letters to their services once more; written down with who and when. The same key does it once."""
    if bool(body.letters) == body.everything:
        raise Problem(400, "invalid-request", "letters: name letters, or say everything")
    found = await operating.letters_for(desk, reader)
    if body.everything:
        chosen = dead.waiting(found, consumer=body.consumer, kind=body.kind)
        why = operating.in_words(body.consumer, body.kind)
    else:
        named = {(each.consumer, each.id) for each in body.letters}
        chosen = [each for each in found if (each.consumer, each.id) in named]
        why = "named letters"
    return Given(replayed=await operating.replay(desk, reader, chosen, why, idempotency_key))


@router.get("/replays")
async def list_replays(reader: Operating, desk: InParts) -> list[Replay]:
    """Who gave what another chance, the last one first. For those who serve all brands."""
    return await operating.replays_for(desk, reader)


@router.get("/trace")
async def show_way(asked: Asked, reader: Operating, desk: InParts, hours: Hours = 24.0) -> WayShown:
    """The way of a message or a case through the services."""
    found = await operating.way(desk, reader, asked, hours)
    if found.trace is None:
        raise Problem(
            404, "no-trace", f"nothing of the last {hours:g} hours has the id {asked!r}, or it is not yours to see"
        )
    way = found.trace
    links = [desk.operations.trace_link(each) for each in way.trace_ids]
    return WayShown(
        asked=way.asked,
        case_id=way.case_id,
        whole_case=way.whole_case,
        trace_ids=tuple(way.trace_ids),
        links=tuple(each for each in links if each),
        seconds=way.seconds,
        steps=way.steps,
        records=found.records,
        complete=found.complete,
    )


@router.get("/clocks")
async def sum_clocks(reader: Operating, desk: InParts) -> ClockSummary:
    """The open clocks of the reader's brands, by kind."""
    return await desk.followup.see(ClockSummary, reader.id, "clocks", "summary")


@router.get("/channels")
async def list_channels(reader: Operating, desk: InParts) -> ChannelsShown:
    """When each channel was last heard from and last answered on, what failed, and how its tests went."""
    looked = operating.channels_for(desk, reader, await desk.operations.channels.look())
    tests = await operating.tests_for(desk, reader)
    known = [ChannelShown(traffic=each, test=tests.get(name)) for name, each in looked.channels.items()]
    return ChannelsShown(since=looked.since, channels=tuple(known))


def whole(letter: Letter, *, words: bool) -> LetterWhole:
    """Everything of a letter that its reader may see."""
    hidden = (dead.STACK, dead.REASON)
    return LetterWhole.model_validate(
        LetterShown.of(letter).model_dump()
        | {
            "headers": {name: error_shown(text) for name, text in letter.headers.items() if name not in hidden},
            "stack": error_shown(letter.headers.get(dead.STACK, "")),
            "content": shown(letter.record.value, words=words),
        }
    )
