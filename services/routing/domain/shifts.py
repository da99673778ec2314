"""Who is on shift at a moment, kept as bit sets that change only when somebody's shift begins or ends.

People who have the same hours are moved together. The answer depends on the moment asked about alone: asking about an
earlier moment than before works it out afresh.
"""

from bisect import bisect_left
from datetime import UTC, datetime
from heapq import heappop, heappush
from itertools import count

from schemas.working_time import WEEK_SECONDS, WorkingTime
from services.routing.domain.bits import BitSets, members, united
from services.routing.domain.week import DAY_SECONDS, DAYS

_ALWAYS = -(1 << 62)
_KEPT_AS_BITS = 64
"""A set of that many people is kept as bits; a smaller one is put together when it is needed, to save memory."""


class Shift:
    """The people who have the same working time, and where they are in it at the last `advance`."""

    __slots__ = ("_bits", "_week", "change", "opens", "slots", "time", "until")

    def __init__(self, time: WorkingTime) -> None:
        self.time = time
        self.slots: set[int] = set()
        self.until: int | None = None
        """The second at which the shift in force ends; None off shift."""
        self.opens: int | None = None
        """The second at which the next shift begins; None on shift, or when there is none to see."""
        self.change = 0
        self._bits: int | None = None
        self._week = (_ALWAYS, 0.0)

    @property
    def bits(self) -> int:
        """The people as a set."""
        if self._bits is not None:
            return self._bits
        bits = united(self.slots)
        if len(self.slots) >= _KEPT_AS_BITS:
            self._bits = bits
        return bits

    def hours_of_week(self, today: int) -> float:
        """The hours of work in the week that ends with this day of UTC."""
        if self._week[0] != today:
            first, last = ((today + offset) * DAY_SECONDS for offset in (1 - DAYS, 1))
            minutes = self.time.working_minutes_between(
                datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last, UTC)
            )
            self._week = today, minutes / 60
        return self._week[1]

    def join(self, slot: int) -> None:
        """One more person has this time."""
        self.slots.add(slot)
        self._bits = None

    def leave(self, slot: int) -> None:
        """One person has another time from now on, or is gone."""
        self.slots.discard(slot)
        self._bits = None


class Shifts:
    """The people on shift (`on`) and those who also stay beyond the look-ahead (`staying`), at the last `advance`."""

    def __init__(self, look_ahead_seconds: int) -> None:
        self.on = 0
        self.staying = 0
        self._look_ahead = look_ahead_seconds
        self._shifts: dict[WorkingTime, Shift] = {}
        self._of_slot: dict[int, Shift] = {}
        self._ends: BitSets[int] = BitSets()
        self._openings: BitSets[int] = BitSets()
        self._in_order: tuple[list[tuple[int, int]], list[tuple[int, int]]] | None = None
        self._later: list[int] = []
        """Who is still there after so many of the ends."""
        self._agenda: list[tuple[int, int, Shift]] = []
        self._entries = count()
        self._now = _ALWAYS
        self.changes = 0
        """How often a set of people has changed."""

    def put(self, slot: int, time: WorkingTime) -> Shift:
        """Record a person's working time; seen from the next `advance` on."""
        shift = self._shifts.get(time)
        if shift is None:
            shift = self._shifts[time] = Shift(time)
        shift.join(slot)
        self._of_slot[slot] = shift
        if shift.change != _ALWAYS:
            self._plan(shift, _ALWAYS)
        return shift

    def drop(self, slot: int) -> None:
        """Forget a person."""
        shift = self._of_slot.pop(slot)
        shift.leave(slot)
        self._take_out(shift, 1 << slot)
        if not shift.slots:
            del self._shifts[shift.time]
            shift.change = _ALWAYS - 1  # what is planned for it is stale

    def advance(self, second: int) -> None:
        """Bring `on` and `staying` to a moment."""
        if second < self._now:
            self._agenda.clear()
            for shift in self._shifts.values():
                self._plan(shift, _ALWAYS)
        self._now = second
        agenda = self._agenda
        while agenda and agenda[0][0] <= second:
            moment, _, shift = heappop(agenda)
            if shift.change == moment:  # else the entry is stale
                self._look_at(shift, second)

    def first_opening(self, slots: int) -> int | None:
        """The earliest second at which somebody of these, all off shift now, begins to work."""
        return next((second for second, bits in self._ordered()[0] if bits & slots), None)

    def last_end(self, slots: int) -> int:
        """The latest second at which a shift of these, all on shift now, ends."""
        return next(second for second, bits in reversed(self._ordered()[1]) if bits & slots)

    def ending_before(self, second: int) -> tuple[int, list[tuple[int, int]]]:
        """Whose shifts in force end at a second or later; and the ends before it, first come first, and whose they are."""
        ends = self._ordered()[1]
        if not self._later:
            on = self.on
            self._later = [on, *(on := on & ~bits for _, bits in ends)]
        before = bisect_left(ends, (second,))
        return self._later[before], ends[:before]

    def first_return(self, slots: int) -> int | None:
        """The earliest second at which somebody of these, all on shift now, begins their next shift."""
        shifts = {id(shift): shift for shift in (self._of_slot[slot] for slot in members(slots))}
        following = (shift.time.stretch(shift.until) for shift in shifts.values() if shift.until is not None)
        return min((stretch[0] for stretch in following if stretch), default=None)

    def _ordered(self) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Openings and ends by time, each with whose they are."""
        if self._in_order is None:
            self._in_order = sorted(self._openings.items()), sorted(self._ends.items())
        return self._in_order

    def _look_at(self, shift: Shift, second: int) -> None:
        bits = shift.bits
        self._take_out(shift, bits)
        shift.until = shift.opens = None
        stretch = shift.time.stretch(second)
        if stretch is None:
            self._plan(shift, _next_week(second))
        elif stretch[0] > second:
            shift.opens = stretch[0]
            self._openings.add((stretch[0],), bits)
            self._plan(shift, stretch[0])
        else:
            self._at_work(shift, bits, second, stretch[1])

    def _at_work(self, shift: Shift, bits: int, second: int, until: int) -> None:
        self.on |= bits
        shift.until = until
        self._ends.add((until,), bits)
        leaving = until - self._look_ahead
        if leaving > second:
            self.staying |= bits
        self._plan(shift, min(leaving if leaving > second else until, _next_week(second)))

    def _take_out(self, shift: Shift, bits: int) -> None:
        self._in_order = None
        self._later = []
        self.changes += 1
        self.on &= ~bits
        self.staying &= ~bits
        if shift.until is not None:
            self._ends.discard((shift.until,), bits)
        if shift.opens is not None:
            self._openings.discard((shift.opens,), bits)

    def _plan(self, shift: Shift, moment: int) -> None:
        shift.change = moment
        heappush(self._agenda, (moment, next(self._entries), shift))


def _next_week(second: int) -> int:
    """When the horizon moves on: the end of work around the clock, and openings that nobody sees yet, lie behind it."""
    return (second // WEEK_SECONDS + 1) * WEEK_SECONDS
