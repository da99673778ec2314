"""Who is expected to approve (M1, P1): a coach or a lead of the brand who works now, other than the author.

For a grant they have a mandate that suffices. Reading the language is a wish, and so is that they stay long enough; nobody is
asked beyond their capacity. Every coach and lead of the brand may act all the same: this says who should.
"""

from collections.abc import Sequence

from schemas.events.routing import ApproverRequested
from services.routing.domain.bits import united
from services.routing.domain.choosing import EVERYBODY, UNKNOWN_LANGUAGE, Condition
from services.routing.domain.conditions import meeting
from services.routing.domain.people import People, Row
from services.routing.domain.rules import Rules


class ApproverSearch:
    """The search for who looks at one reply or grant."""

    kind = None

    def __init__(self, people: People, rules: Rules, request: ApproverRequested) -> None:
        self.request = request
        self._people, self._rules = people, rules
        self._weight = rules.approval_weight * request.weight
        unknown = request.language == UNKNOWN_LANGUAGE
        self._readers = EVERYBODY if unknown else people.speaking[request.language]
        self.considered = people.approvers
        lasting = (
            ("excluded", ~people.set_of(request.excluded)),
            ("brand", people.branded[request.brand]),
            ("mandate", self._mandated()),
            ("absent", people.present),
        )
        self._able = meeting(self.considered, lasting)
        now: tuple[Condition, ...] = (("off-shift", people.shifts.on), ("full", people.free(self._weight)))
        staying: Condition = ("ending-soon", people.shifts.staying)
        there = meeting(self._able, now)
        self.eligible = there & staying[1] or there
        self.conditions: tuple[Condition, ...] = (
            *lasting,
            now[0],
            *((staying,) if there & staying[1] else ()),
            now[1],
        )

    def _mandated(self) -> int:
        """Who may approve so much; a lead without a mandate goes as far as the brand does."""
        wanted = self.request.mandates
        if not wanted:
            return EVERYBODY
        rows = self._people.rows_of(self._people.approvers)
        return united(
            row.slot
            for row in rows
            if (row.person.mandate or "") in wanted and (row.person.mandate or row.person.role == "lead")
        )

    def points(self, rows: Sequence[Row]) -> list[int]:
        return [sum(self.terms(row).values()) for row in rows]

    def costs(self) -> None:
        """Coaches and leads are few."""

    def terms(self, row: Row) -> dict[str, int]:
        rules = self._rules
        terms = {"load": int(rules.load_points * (row.load + self._weight) / row.capacity), "fairness": row.fairness}
        if not self._readers >> row.slot & 1:
            terms["language"] = rules.approver_language_points
        if row.person.role == "lead":
            terms["lead"] = rules.approver_lead_points
        return terms

    def unmet(self, row: Row) -> tuple[str, ...]:
        wishes = (
            ("language", self._readers >> row.slot & 1),
            ("ending-soon", self._people.shifts.staying >> row.slot & 1),
        )
        return tuple(name for name, met in wishes if not met)

    def next_possible(self) -> int | None:
        """When the next coach or lead begins to work; one who has no room now may have it sooner."""
        shifts = self._people.shifts
        return shifts.first_opening(self._able & ~shifts.on)
