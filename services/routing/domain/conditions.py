"""Who meets all of several conditions, for searches that look at every one of these people."""

from collections.abc import Iterable

from services.routing.domain.choosing import Condition


def meeting(people: int, conditions: Iterable[Condition]) -> int:
    """The people of a set who meet all conditions."""
    for _, allowed in conditions:
        people &= allowed
    return people
