"""One person is meant (O2): the specialist whom the owner named.

They are asked at once, also off shift, absent or with full hands: the owner chose the person, not the moment. The offer's
time runs in their own working minutes; when it is over the owner is told. What the owner can not wish away: it is a
specialist of the brand who was not asked before.
"""

from collections.abc import Sequence

from schemas.events.routing import SpecialistRequested
from services.routing.domain.choosing import Condition
from services.routing.domain.conditions import meeting
from services.routing.domain.people import People, Row


class NamedSearch:
    """The search for a specialist of whom only the name is asked for."""

    kind = None

    def __init__(self, people: People, request: SpecialistRequested) -> None:
        self.request = request
        self.considered = people.specialists
        self.conditions: tuple[Condition, ...] = (
            ("named", people.set_of((request.specialist,))),
            ("excluded", ~people.set_of(request.excluded)),
            ("brand", people.branded[request.brand]),
        )
        self.eligible = meeting(people.specialists, self.conditions)

    def points(self, rows: Sequence[Row]) -> list[int]:
        return [0] * len(rows)

    def costs(self) -> None:
        """There is one person at most."""

    def terms(self, _: Row) -> dict[str, int]:
        return {}

    def unmet(self, _: Row) -> tuple[str, ...]:
        return ()

    def next_possible(self) -> int | None:
        """Only a new record of the person can change it."""
        return None
