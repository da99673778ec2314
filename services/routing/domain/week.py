"""What each person was given over the week, in proportion to their working time: the measure of a fair share of work.

A week is the running day of UTC and the six before it. Work counts on the day it was given, whatever becomes of it. All
of it follows from the assignments and their moments; assignments whose moment is not known count for nothing.
"""

from math import fsum, log2

DAYS = 7
DAY_SECONDS = 86_400
WORKING_DAY_HOURS = 8
LEAST_HOURS = 1
"""Who worked less than this in the week is taken to have worked so long."""


def day_of(second: int) -> int:
    """The day of UTC, counted from 1970."""
    return second // DAY_SECONDS


def fairness(given: float, hours: float, points: int) -> int:
    """The points of somebody who was given this much in a week with so many working hours: as often as it doubles."""
    return int(points * log2(1 + given * WORKING_DAY_HOURS / max(hours, LEAST_HOURS))) if given > 0 else 0


class Week:
    """What was given to whom on which day. A person's days older than a week before their last one are forgotten."""

    def __init__(self) -> None:
        self._given: dict[str, dict[int, float]] = {}

    def add(self, person_id: str, day: int, weight: float) -> None:
        """Count work; a negative weight takes it back."""
        days = self._given.setdefault(person_id, {})
        if day not in days:
            last = max((day, *days))
            for forgotten in [each for each in days if each <= last - DAYS]:
                del days[forgotten]
            if day <= last - DAYS:
                return
        days[day] = days.get(day, 0.0) + weight

    def total(self, person_id: str, today: int) -> float:
        """The weight of all that a person was given in the week that ends with this day."""
        days = self._given.get(person_id)
        return fsum([weight for day, weight in days.items() if today - DAYS < day <= today]) if days else 0.0

    def people(self) -> list[str]:
        """Everybody who was given something."""
        return list(self._given)
