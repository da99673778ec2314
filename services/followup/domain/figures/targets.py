"""By when a wait should have ended: the lengths of the clocks in the brand's policy, as the clocks count them (F3, F4). Pure.

They are counted from the policy that the service runs with, for the case as it is understood now. A first reply, a consult
and a promise have a moment of their own instead, which the events name.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from schemas.base import milliseconds
from schemas.events.followup import ClockKind
from schemas.organisation_clocks import MeasuredClock
from schemas.organisation_roster import Stretch, without
from services.followup.domain.clocks_terms import ClockTerms, Length, shifted
from services.followup.domain.clocks_wanted import FAR, pauses
from services.followup.domain.figures.talk import turns
from services.followup.domain.figures.timings import Span, Timings

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
        left = float(length.minutes)
        for start, end in without([(begun_ms, FAR if ended_ms is None else ended_ms)], still):
            if end == FAR:
                return _later(length, start, left)
            worked = length.hours.working_minutes_between(_moment(start), _moment(end))
            if left <= worked + SLACK_MINUTES:
                return _later(length, start, min(left, max(0.0, worked - SLACK_MINUTES)))
            left -= worked
        return ended_ms

    def _length(self, timings: Timings, kind: ClockKind | MeasuredClock) -> Length | None:
        key = (kind, timings.channel, timings.language, timings.urgency, timings.time_zone)
        if key not in self._known:
            self._known[key] = self.terms.length(timings, kind)
        return self._known[key]


def _later(length: Length, begun_ms: int, minutes: float) -> int:
    return milliseconds(shifted(length.hours, _moment(begun_ms), minutes))


def _open(spans: Iterable[Span]) -> Iterator[Stretch]:
    for each in spans:
        if each.begun_ms is not None:
            ends = [at_ms for at_ms in (each.ended_ms, each.withdrawn_ms) if at_ms is not None]
            yield each.begun_ms, max(each.begun_ms, min(ends, default=FAR))


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
