"""Who is on shift at a moment, kept as bit sets that change only when somebody's shift begins or ends.

The answer depends on the moment asked about alone: asking about an earlier moment than before works it out afresh.
"""

from heapq import heappop, heappush

from schemas.working_time import WEEK_SECONDS, WorkingTime
from services.routing.domain.bits import members

_ALWAYS = -(1 << 62)


class Shifts:
    """The people on shift (`on`) and those who also stay beyond the look-ahead (`staying`), at the last `advance`."""

    def __init__(self, look_ahead_seconds: int) -> None:
        self.on = 0
        self.staying = 0
        self.until: dict[int, int] = {}
        """Slot to the second their shift ends; people on shift only."""
        self._look_ahead = look_ahead_seconds
        self._times: dict[int, WorkingTime] = {}
        self._opens: dict[int, int] = {}
        self._changes: dict[int, int] = {}
        self._agenda: list[tuple[int, int]] = []
        self._first_openings: dict[int, int | None] = {}
        self._now = _ALWAYS

    def put(self, slot: int, time: WorkingTime) -> None:
        """Record a person's working time; seen from the next `advance` on."""
        self._times[slot] = time
        self._plan(slot, _ALWAYS)

    def drop(self, slot: int) -> None:
        """Forget a person."""
        for record in (self._times, self._opens, self._changes, self.until):
            record.pop(slot, None)
        self.on &= ~(1 << slot)
        self.staying &= ~(1 << slot)
        self._first_openings.clear()

    def advance(self, second: int) -> None:
        """Bring `on` and `staying` to a moment."""
        if second < self._now:
            self._agenda.clear()
            for slot in self._times:
                self._plan(slot, _ALWAYS)
        self._now = second
        agenda = self._agenda
        while agenda and agenda[0][0] <= second:
            moment, slot = heappop(agenda)
            if self._changes.get(slot) == moment:  # else the entry is stale
                self._look_at(slot, second)

    def first_opening(self, slots: int) -> int | None:
        """The earliest second at which somebody of these, all off shift now, begins to work."""
        if slots not in self._first_openings:
            if len(self._first_openings) > 10_000:
                self._first_openings.clear()
            opens = self._opens
            self._first_openings[slots] = min((opens[slot] for slot in members(slots) if slot in opens), default=None)
        return self._first_openings[slots]

    def last_end(self, slots: int) -> int:
        """The latest second at which a shift of these, all on shift now, ends."""
        return max(self.until[slot] for slot in members(slots))

    def first_return(self, slots: int) -> int | None:
        """The earliest second at which somebody of these, all on shift now, begins their next shift."""
        following = (self._times[slot].stretch(self.until[slot]) for slot in members(slots))
        return min((stretch[0] for stretch in following if stretch), default=None)

    def _look_at(self, slot: int, second: int) -> None:
        bit = 1 << slot
        self.on &= ~bit
        self.staying &= ~bit
        self.until.pop(slot, None)
        self._opens.pop(slot, None)
        self._first_openings.clear()
        stretch = self._times[slot].stretch(second)
        if stretch is None:
            self._plan(slot, _next_week(second))
        elif stretch[0] > second:
            self._opens[slot] = stretch[0]
            self._plan(slot, stretch[0])
        else:
            self._at_work(slot, bit, second, stretch[1])

    def _at_work(self, slot: int, bit: int, second: int, until: int) -> None:
        self.on |= bit
        self.until[slot] = until
        leaving = until - self._look_ahead
        if leaving > second:
            self.staying |= bit
        self._plan(slot, min(leaving if leaving > second else until, _next_week(second)))

    def _plan(self, slot: int, moment: int) -> None:
        self._changes[slot] = moment
        heappush(self._agenda, (moment, slot))


def _next_week(second: int) -> int:
    """When the horizon moves on: the end of work around the clock, and openings that nobody sees yet, lie behind it."""
    return (second // WEEK_SECONDS + 1) * WEEK_SECONDS
