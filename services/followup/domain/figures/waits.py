"""What somebody waited for in one case, from when until when: the figures count these (F4, V4). Pure."""

from collections.abc import Iterator
from typing import Literal, NamedTuple, get_args

from services.followup.domain.clocks_terms import ClockTerms
from services.followup.domain.clocks_wanted import asked_again
from services.followup.domain.figures.folding import COMPLIMENT
from services.followup.domain.figures.talk import turns
from services.followup.domain.figures.targets import Targets
from services.followup.domain.figures.timings import FOR_EVER_MS, Done, Span, Timings

Kind = Literal["pick-up", "first-reply", "next-reply", "answer", "resolution", "consult", "promise", "compliment"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Count = Literal["opened", "reopened"]
COUNTS: tuple[Count, ...] = get_args(Count)
"""What is counted beside the waits: it has a moment and no length."""
NONE = Targets(ClockTerms())


class Wait(NamedTuple):
    """One wait. Moments are milliseconds since 1970; `ended_ms` None: it goes on."""

    kind: Kind | Count
    begun_ms: int
    due_ms: int | None
    ended_ms: int | None
    by: str
    """Who ended it, or is to."""
    left_ms: int | None = None
    """When it became pointless, because it was withdrawn or the case closed before it ended; None: it did not."""

    @property
    def goes_on(self) -> bool:
        return self.ended_ms is None and self.left_ms is None


def waits(timings: Timings, targets: Targets | None = None) -> list[Wait]:
    """Every wait of the case; those that go on when the case closes are left then.

    Without `targets` only what has a moment of its own is due.
    """
    if not timings.counts:
        return []
    closed_ms = timings.closed_ms
    return [
        each if closed_ms is None or not each.goes_on else each._replace(left_ms=closed_ms)
        for each in _all(timings, targets or NONE)
    ]


def last_ms(timings: Timings) -> int:
    """The latest moment at which the case can change a figure; for ever while somebody waits."""
    found = waits(timings)
    if any(each.goes_on for each in found):
        return FOR_EVER_MS
    return max((moment or 0 for each in found for moment in (each.ended_ms, each.due_ms, each.left_ms)), default=0)


def _all(timings: Timings, targets: Targets) -> Iterator[Wait]:
    opened_ms = timings.opened_ms or 0
    yield Wait("opened", opened_ms, None, opened_ms, timings.owner)
    for at_ms in timings.reopened.values():
        yield Wait("reopened", at_ms, None, at_ms, timings.owner)
    replies = sorted(timings.replies.values(), key=lambda each: each.at_ms)
    answers = [each for each in replies if not each.holding]
    due_ms = targets.due_ms(timings, "pick-up", opened_ms)
    yield _until("pick-up", timings, opened_ms, due_ms, timings.picked_up)
    yield _until("first-reply", timings, opened_ms, timings.reply_due_ms, next(iter(replies), None))
    for asked, heard in asked_again(turns(timings)):
        due_ms = targets.due_ms(timings, "next-reply", asked.at_ms)
        yield _until("next-reply", timings, asked.at_ms, due_ms, heard and Done(at_ms=heard.at_ms, by=heard.who))
    due_ms = targets.due_ms(timings, "answer", opened_ms)
    yield _until("answer", timings, opened_ms, due_ms, next(iter(answers), None))
    for begun_ms, resolved in _resolutions(timings, opened_ms):
        due_ms = targets.resolution_due_ms(timings, begun_ms, resolved.at_ms if resolved else None)
        yield _until("resolution", timings, begun_ms, due_ms, resolved)
    for consult in timings.consults.values():
        yield from _span("consult", consult, targets.consult_due_ms(timings, consult))
    for promise in timings.promises.values():
        yield from _span("promise", promise, promise.due_ms)
    for id, intent in timings.intents.items():
        received_ms = timings.messages.get(id)
        if intent == COMPLIMENT and received_ms is not None:
            answer = next((each for each in answers if each.at_ms >= received_ms), None)
            yield _until("compliment", timings, received_ms, None, answer)


def _resolutions(timings: Timings, opened_ms: int) -> Iterator[tuple[int, Done | None]]:
    """From the opening until it is resolved, and again from each reopening: so a window that has passed stays as it was."""
    begun: int | None = opened_ms
    moments = [(each.at_ms, 0, each) for each in timings.resolved]
    steps = sorted([*moments, *((at_ms, 1, None) for at_ms in timings.reopened.values())], key=lambda step: step[:2])
    for at_ms, _, resolved in steps:
        if resolved and begun is not None:
            yield begun, resolved
            begun = None
        elif resolved is None and begun is None:
            begun = at_ms
    if begun is not None:
        yield begun, None


def _until(kind: Kind, timings: Timings, begun_ms: int, due_ms: int | None, end: Done | None) -> Wait:
    if end is None:
        return Wait(kind, begun_ms, due_ms, None, timings.owner)
    return Wait(kind, begun_ms, due_ms, end.at_ms, end.by)


def _span(kind: Kind, span: Span, due_ms: int | None) -> Iterator[Wait]:
    if span.begun_ms is not None:
        left_ms = span.left_ms if span.ended_ms is None else None
        yield Wait(kind, span.begun_ms, due_ms, span.ended_ms, span.by, left_ms)
