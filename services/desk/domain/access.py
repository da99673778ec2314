"""Who may see and do what, decided on the server."""

from dataclasses import dataclass

from schemas.organisation import Person
from services.desk.domain.case_view import CaseView


@dataclass(frozen=True, slots=True)
class Reader:
    """The signed-in person."""

    person: Person

    @property
    def id(self) -> str:
        return self.person.id

    @property
    def is_specialist(self) -> bool:
        """Sees only the consults put to them, with the context they need (O2)."""
        return self.person.role == "specialist"

    @property
    def is_lead(self) -> bool:
        return self.person.role == "lead"

    @property
    def brands(self) -> frozenset[str]:
        """Nobody sees another brand's cases (M7)."""
        return frozenset(self.person.brands)

    def may_see(self, view: CaseView) -> bool:
        return not self.is_specialist and view.brand in self.brands and view.status != "unopened"

    def may_act(self, view: CaseView) -> bool:
        """Only the owner replies, promises, consults, resolves (rule 2), and reveals (M3)."""
        return self.may_see(view) and view.owner == self.id and not view.closed
