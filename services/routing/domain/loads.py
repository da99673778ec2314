"""Who holds what: a person's load is derived from the requests assigned to them, never stored a second time."""

from dataclasses import dataclass
from math import fsum

from services.routing.domain.week import Week


@dataclass(frozen=True, slots=True)
class Before:
    """What has to be known to undo an assignment as if it had never been."""

    request_id: str
    person_id: str
    turn: int
    change: int


class Loads:
    """The open assignments. Assigning and releasing twice is the same as once."""

    def __init__(self) -> None:
        self.week = Week()
        self._held: dict[str, dict[str, float]] = {}
        self._holder: dict[str, str] = {}
        self._day: dict[str, int] = {}
        """On which day what is held counts for the week."""
        self._turns = 0
        self._last_turn: dict[str, int] = {}
        self._changes = 0
        self._last_change: dict[str, int] = {}

    def assign(self, request_id: str, person_id: str, weight: float, day: int | None = None) -> tuple[str, ...]:
        """Give a request to a person, taking it from anybody else; returns whose load may have changed.

        `day` is that of UTC on which it was given (`week.day_of`), None if nobody knows.
        """
        if weight <= 0:
            raise ValueError(f"the weight of request {request_id!r} must be above 0, not {weight}")
        before = self._holder.get(request_id)
        if before != person_id:
            if before is not None:
                self.release(request_id)
            self._turns += 1
            self._last_turn[person_id] = self._turns
            self._changed(person_id)
            if day is not None:
                self.week.add(person_id, day, weight)
                self._day[request_id] = day
        self._holder[request_id] = person_id
        self._held.setdefault(person_id, {})[request_id] = weight
        return (person_id,) if before is None or before == person_id else (person_id, before)

    def release(self, request_id: str) -> str | None:
        """End an assignment; returns the person who held it, None if nobody does."""
        person_id = self._holder.pop(request_id, None)
        if person_id is not None:
            held = self._held[person_id]
            del held[request_id]
            if not held:
                del self._held[person_id]
            self._day.pop(request_id, None)
            self._changed(person_id)
        return person_id

    def withdraw(self, request_id: str) -> str | None:
        """End an assignment that has come to nothing: as `release`, and it does not count for the week."""
        person_id, day = self._holder.get(request_id), self._day.get(request_id)
        if person_id is not None and day is not None:
            self.week.add(person_id, day, -self._held[person_id][request_id])
        return self.release(request_id)

    def before(self, request_id: str, person_id: str) -> Before:
        """What to keep before an assignment of something nobody holds, in order to undo it."""
        return Before(request_id, person_id, self.last_turn(person_id), self.last_change(person_id))

    def undo(self, before: Before) -> None:
        """Let an assignment never have been; of several, the last one first."""
        self.withdraw(before.request_id)
        self._last_turn[before.person_id] = before.turn
        self._last_change[before.person_id] = before.change

    def _changed(self, person_id: str) -> None:
        self._changes += 1
        self._last_change[person_id] = self._changes

    def load(self, person_id: str) -> float:
        """The weight of all that a person holds."""
        held = self._held.get(person_id)
        return fsum(held.values()) if held else 0.0

    def last_turn(self, person_id: str) -> int:
        """The number of the person's last assignment in the order of all; 0 before the first."""
        return self._last_turn.get(person_id, 0)

    def last_change(self, person_id: str) -> int:
        """The number of the person's last assignment or release in the order of all; 0 before the first."""
        return self._last_change.get(person_id, 0)

    def holder(self, request_id: str) -> str | None:
        """Who holds a request."""
        return self._holder.get(request_id)

    def held_by(self, person_id: str) -> tuple[str, ...]:
        """The requests a person holds, oldest first."""
        return tuple(self._held.get(person_id, ()))
