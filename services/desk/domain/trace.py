"""The way of one message or one case through the services, put together from the events' own headers and ids (I4).

A trace id goes from event to event, but not through a person: whoever answers gives a command of their own. So the way goes on
through the case, up to the first reply that left.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

RECEIVED = "message.received.v1"
SENDING = ("reply.", "delivery.")
GONE = ("reply.sent.v1", "reply.failed.v1", "reply.uncertain.v1")
"""After these a reply's way is over."""
Outcome = Literal["", "dead", "parked"]


@dataclass(frozen=True, slots=True)
class Seen:
    """One event as it lies in a topic; nothing of what somebody wrote."""

    id: str
    type: str
    topic: str
    service: str
    """Which service made it."""
    at: datetime
    """When that service decided it."""
    cause: str = ""
    """The id of the event or command that led to it."""
    trace_id: str = ""
    case_id: str = ""
    brand: str = ""
    conversation: str = ""
    message_id: str = ""
    external_id: str = ""
    """The channel's own id of the message."""
    actor: str = ""
    """The person who gave the command; empty where another service or time led to it."""
    attempts: int = 0
    """Tries that it took, where the event tells."""
    partition: int = 0
    offset: int = 0
    outcome: Outcome = ""
    """Whether a service could not handle it."""
    by: str = ""
    """Which service could not."""

    @property
    def names(self) -> frozenset[str]:
        """By what it can be looked for."""
        return frozenset({self.id, self.trace_id, self.case_id, self.message_id, self.external_id} - {""})


@dataclass(frozen=True, slots=True)
class Step:
    """One event on its way. It began with its cause, where that is known, or else with the step before."""

    seen: Seen
    began: datetime
    seconds: float
    """From its cause to itself: waiting in Kafka and being handled, or a person's time."""
    waited_for: str
    """`kafka`: for a service; `person`: for somebody's command; `time`: for a moment; empty: nothing, it is the first."""


@dataclass(frozen=True, slots=True)
class Trace:
    """The way, in order of time."""

    asked: str
    steps: tuple[Step, ...]
    case_id: str
    whole_case: bool
    """Whether all of the case is shown, or one message's way only."""

    @property
    def trace_ids(self) -> list[str]:
        """Each once, in order of time."""
        return list(dict.fromkeys(each.seen.trace_id for each in self.steps if each.seen.trace_id))

    @property
    def began(self) -> datetime:
        return self.steps[0].began

    @property
    def ended(self) -> datetime:
        return max(each.seen.at for each in self.steps)

    @property
    def seconds(self) -> float:
        """From the first event to the last."""
        return (self.ended - self.began).total_seconds()

    @property
    def brands(self) -> frozenset[str]:
        """Whose it is."""
        return frozenset(each.seen.brand for each in self.steps if each.seen.brand)


def told(value: Any) -> dict[str, str]:
    """What an event's data tells about where it belongs: ids only."""
    data = value if isinstance(value, Mapping) else {}
    message = data.get("message")
    about = message if isinstance(message, Mapping) else {}
    found = {
        "case_id": data.get("case_id"),
        "brand": data.get("brand") or about.get("brand"),
        "conversation": data.get("conversation") or about.get("conversation"),
        "message_id": about.get("id") or data.get("message_id"),
        "external_id": about.get("external_id"),
    }
    return {name: each for name, each in found.items() if isinstance(each, str) and each}


def trace(asked: str, events: Iterable[Seen]) -> Trace | None:
    """The way of what is asked for: an event's, message's, case's or trace's id. None when no event has it."""
    every = sorted({(each.id, each.topic, each.outcome): each for each in events}.values(), key=_order)
    seeds = [each for each in every if asked in each.names]
    if not seeds:
        return None
    of_case = any(each.case_id == asked for each in seeds)
    case_id = asked if of_case else next((each.case_id for each in _reached(seeds, every) if each.case_id), "")
    chosen = _case(case_id, every) if of_case else _message(seeds, case_id, every)
    return Trace(asked, tuple(_steps(chosen)), case_id, of_case)


def _order(each: Seen) -> tuple[datetime, bool, int]:
    return each.at, bool(each.outcome), each.offset


def _case(case_id: str, every: Sequence[Seen]) -> list[Seen]:
    mine = [each for each in every if each.case_id == case_id]
    return _with_causes(mine, every)


def _reached(seeds: Sequence[Seen], every: Sequence[Seen]) -> list[Seen]:
    """What shares a trace with the seeds, them first."""
    traces = {each.trace_id for each in seeds} - {""}
    return [*seeds, *(each for each in every if each.trace_id in traces and each not in seeds)]


def _message(seeds: Sequence[Seen], case_id: str, every: Sequence[Seen]) -> list[Seen]:
    first = _with_causes(_reached(seeds, every), every)
    if not case_id:
        return first
    mine = {each.trace_id for each in first} - {""}
    others = {each.trace_id for each in every if each.type == RECEIVED} - mine - {""}
    after = [
        each
        for each in every
        if each.case_id == case_id
        and each.at >= first[0].at
        and (each.trace_id not in others or each.type.startswith(SENDING))
    ]
    end = next((number for number, each in enumerate(after, 1) if each.type in GONE), len(after))
    return _with_causes([*first, *after[:end]], every)


def _with_causes(chosen: Iterable[Seen], every: Sequence[Seen]) -> list[Seen]:
    """These and what led to them, in order."""
    by_id = {each.id: each for each in every if not each.outcome}
    found = {(each.id, each.topic, each.outcome): each for each in chosen}
    waiting = list(found.values())
    while waiting:
        cause = by_id.get(waiting.pop().cause)
        if cause and (name := (cause.id, cause.topic, cause.outcome)) not in found:
            found[name] = cause
            waiting.append(cause)
    return sorted(found.values(), key=_order)


def _steps(chosen: Sequence[Seen]) -> Iterable[Step]:
    by_id = {each.id: each for each in chosen if not each.outcome}
    before: Seen | None = None
    for each in chosen:
        cause = by_id.get(each.id if each.outcome else each.cause)
        origin = cause or before
        began = min(origin.at, each.at) if origin else each.at
        waited = "" if origin is None else "person" if each.actor else "kafka" if cause else "time"
        yield Step(each, began, (each.at - began).total_seconds(), waited)
        before = each
