"""Who puts a text into another language, or out of it: anybody of the brand who speaks both, whatever else they do.

An interpreter speaks the language that the owner lacks at the level asked for, B2 at least, and the other one at B2; works
now by their own hours, has room and was not asked before. Nothing gives way: a translation by somebody who can not is none.
Among those who can, who speaks the language better is preferred.
"""

from collections.abc import Sequence

from schemas.events.routing import InterpreterRequested
from schemas.organisation_values import CEFR_LEVELS
from services.routing.domain.bits import united
from services.routing.domain.choosing import Condition
from services.routing.domain.conditions import meeting
from services.routing.domain.people import People, Row
from services.routing.domain.rules import Rules
from services.routing.domain.specialists import closing

SPOKEN = "B2"
"""From this level on somebody is in the sets of who speaks a language."""


class InterpreterSearch:
    """The search for the interpreter of one text."""

    kind = None

    def __init__(self, people: People, rules: Rules, request: InterpreterRequested, second: int) -> None:
        self.request = request
        self._people, self._rules, self._second = people, rules, second
        self._weight = rules.consult_weight * request.weight
        self.considered = people.owners | people.specialists
        lasting = (
            ("excluded", ~people.set_of(request.excluded)),
            ("brand", people.branded[request.brand]),
            ("language", self._fluent() & people.speaking[request.other_language]),
            ("absent", people.present),
        )
        self._able = meeting(self.considered, lasting)
        self.conditions: tuple[Condition, ...] = (
            *lasting,
            ("off-shift", people.shifts.on),
            ("full", people.free(self._weight)),
        )
        self.eligible = meeting(self.considered, self.conditions)

    def _fluent(self) -> int:
        """Who speaks the language at the level asked for; looked up once until a shift or a person changes."""
        request, people = self.request, self._people
        if CEFR_LEVELS.index(request.level) <= CEFR_LEVELS.index(SPOKEN):
            return people.speaking[request.language]
        key = ("fluent", request.language, request.level)
        if (known := people.known.get(key)) is None:
            rows = people.rows_of(people.speaking[request.language])
            known = (united(row.slot for row in rows if row.person.speaks(request.language, request.level)),)
            people.known[key] = known
        return known[0]

    def points(self, rows: Sequence[Row]) -> list[int]:
        return [sum(self.terms(row).values()) for row in rows]

    def costs(self) -> None:
        """Few speak a language that an owner lacks."""

    def terms(self, row: Row) -> dict[str, int]:
        rules, best = self._rules, len(CEFR_LEVELS) - 1
        level = CEFR_LEVELS.index(row.person.languages[self.request.language])
        return {
            "load": int(rules.load_points * (row.load + self._weight) / row.capacity),
            "fairness": row.fairness,
            "answers": row.answers,
            "closing": closing(rules, self._second, row.shift.until or 0),
            "language_level": (best - level) * rules.language_level_points,
        }

    def unmet(self, _: Row) -> tuple[str, ...]:
        return ()

    def next_possible(self) -> int | None:
        """When the next of those who can begins to work; whoever has no room now may have it sooner."""
        shifts = self._people.shifts
        return shifts.first_opening(self._able & ~shifts.on)
