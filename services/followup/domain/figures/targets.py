"""By when a wait should have ended: the lengths of the clocks in the brand's policy, as the clocks count them (F3, F4). Pure.

They are counted from the policy that the service runs with, for the case as it is understood now. A first reply and a promise
have a moment of their own instead, which the events name; so has a consult that nobody has taken yet.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from schemas.base import milliseconds
from schemas.events.followup import ClockKind
from schemas.organisation_clocks import MeasuredClock
from schemas.organisation_roster import Stretch, without
from services.followup.domain.clocks_terms import ClockTerms, Length, shifted
from services.followup.domain.clocks_wanted import FAR, alternating, pauses
from services.followup.domain.figures.talk import turns
from services.followup.domain.figures.timings import Consult, Span, Step, Timings

SLACK_MINUTES = 1e-6
"""Working minutes are counted in floating-point numbers: what ends with a day's work must not end on the next morning."""


@dataclass(frozen=True, slots=True)
class Targets:
    """One brand's."""

    terms: ClockTerms
    _known: dict[tuple[str, ...], Length | None] = field(default_factory=dict)
    """There are many cases, and few ways in which a length can depend on one."""

    def due_ms(self, timings: Timings, kind: ClockKind | MeasuredClock, begun_ms: int) -> int | None:
        """When such a wait is due; None: the policy says nothing of it."""
        length = self._length(timings, kind)
        return None if length is None else _later(length, begun_ms, length.minutes)

    def resolution_due_ms(self, timings: Timings, begun_ms: int, ended_ms: int | None) -> int | None:
        """When the case was to be resolved, with the time taken off in which it was not for us to act.

        None where it stands still with time left, or where the policy says nothing of it. One that ended with time left was due
        no sooner than it ended.
        """
        length, clocks = self._length(timings, "resolution"), self.terms.clocks
        if length is None or clocks is None:
            return None
        still = pauses(
            clocks.pauses.get("resolution", ()),
            ((each.at_ms, each.by) for each in turns(timings)),
            list(_open(timings.consults.values())),
            list(_open(timings.promises.values())),
        )
        due_ms = _over(length, without([(begun_ms, FAR if ended_ms is None else ended_ms)], still))
        return ended_ms if due_ms is None else due_ms

    def consult_due_ms(self, timings: Timings, consult: Consult) -> int | None:
        """When a consult was to be answered: by the clock of whoever took it, without the time in which they waited for the
        owner; while nobody has it, or where the policy has no such clock, as the question said.

        None while it stands still with time left. What was late stays late, whoever takes it over.
        """
        due_ms = consult.due_ms
        over_ms = consult.left_ms if consult.ended_ms is None else consult.ended_ms
        for who, since_ms, until_ms in holdings(consult.steps, FAR if over_ms is None else over_ms):
            length = self._length(timings, "consult", who)
            if length is None or (due_ms is not None and due_ms < since_ms):
                break
            due_ms = _over(length, without([(since_ms, until_ms)], self._asked_back(consult)))
            if due_ms is None and until_ms != FAR:
                given_back = over_ms is None or until_ms < over_ms
                due_ms = max(until_ms, consult.due_ms or 0) if given_back else until_ms
        return due_ms

    def _asked_back(self, consult: Consult) -> Iterable[Stretch]:
        pausing = self.terms.clocks.pauses.get("consult", ()) if self.terms.clocks else ()
        return alternating(consult.asked_back, consult.clarified) if "asked-back" in pausing else ()

    def _length(self, timings: Timings, kind: ClockKind | MeasuredClock, person: str = "") -> Length | None:
        key = (kind, timings.channel, timings.language, timings.urgency, timings.time_zone, person)
        if key not in self._known:
            self._known[key] = self.terms.length(timings, kind, person)
        return self._known[key]


def holdings(steps: Iterable[Step], over_ms: int) -> Iterator[tuple[str, int, int]]:
    """Who had a consult, from when until when, in the order of time; at most until it was over."""
    who, since_ms = "", 0
    for step in sorted(steps, key=lambda each: (each.at_ms, each.gave_back, each.who)):
        if step.at_ms >= over_ms:
            break
        if who and (step.who == who or not step.gave_back):
            yield who, since_ms, step.at_ms
            who = ""
        if not step.gave_back:
            who, since_ms = step.who, step.at_ms
    if who:
        yield who, since_ms, over_ms


def _over(length: Length, stretches: Iterable[Stretch]) -> int | None:
    """When so much of these stretches has passed as the length says; None where time is left at the end of the last."""
    left = float(length.minutes)
    for start, end in stretches:
        if end == FAR:
            return _later(length, start, left)
        worked = length.hours.working_minutes_between(_moment(start), _moment(end))
        if left <= worked + SLACK_MINUTES:
            return _later(length, start, min(left, max(0.0, worked - SLACK_MINUTES)))
        left -= worked
    return None


def _later(length: Length, begun_ms: int, minutes: float) -> int:
    return milliseconds(shifted(length.hours, _moment(begun_ms), minutes))


def _open(spans: Iterable[Span]) -> Iterator[Stretch]:
    for each in spans:
        if each.begun_ms is not None:
            ends = [at_ms for at_ms in (each.ended_ms, each.withdrawn_ms) if at_ms is not None]
            yield each.begun_ms, max(each.begun_ms, min(ends, default=FAR))


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
