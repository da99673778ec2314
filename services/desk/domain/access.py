"""Who may see and do what, decided on the server."""

from dataclasses import dataclass
from datetime import datetime

from schemas.organisation import Person
from services.desk.domain.case_view import CaseView


@dataclass(frozen=True, slots=True)
class Reader:
    """The signed-in person."""

    person: Person
    session: str = ""
    """Their browser's session; what runs in it ends with it."""

    @property
    def id(self) -> str:
        return self.person.id

    @property
    def is_specialist(self) -> bool:
        """Sees only the consults put to them, with the context they need (O2)."""
        return self.person.role == "specialist"

    @property
    def is_operator(self) -> bool:
        """Keeps the system running: sees events' ways and ids, never what customers wrote (I4)."""
        return self.person.role == "operator"

    @property
    def reads_cases(self) -> bool:
        """Whether cases are theirs to read at all."""
        return not self.is_specialist and not self.is_operator

    @property
    def may_operate(self) -> bool:
        """Who sees how the system does, and gives what failed another chance."""
        return self.is_operator or self.is_lead

    @property
    def is_lead(self) -> bool:
        return self.person.role == "lead"

    @property
    def leads(self) -> bool:
        """A coach or a lead by role: sees how the team does, and shares out its work."""
        return self.person.role in ("coach", "lead")

    @property
    def coaches(self) -> bool:
        """Whether they help others to grow: by role, or by having grown that far (P1)."""
        return self.leads or self.person.stage == "coach"

    @property
    def brands(self) -> frozenset[str]:
        """Nobody sees another brand's cases (M7)."""
        return frozenset(self.person.brands)

    def may_see(self, view: CaseView) -> bool:
        return self.reads_cases and view.brand in self.brands and view.status != "unopened"

    def may_act(self, view: CaseView, now: datetime) -> bool:
        """Only the owner, or who covers for them now, replies, promises, consults, resolves (rule 2), and reveals (M3)."""
        return self.may_see(view) and self.id in (view.owner, view.acting_at(now)) and not view.closed

    def may_offer(self, view: CaseView, now: datetime) -> bool:
        """Who may ask somebody to take the case over (O6)."""
        return self.may_act(view, now) or (self.leads and self.may_see(view) and bool(view.owner) and not view.closed)

    def may_refuse(self, view: CaseView) -> bool:
        """Who may give an assignment back to routing (O1)."""
        return self.may_see(view) and view.refusable and (view.owner == self.id or self.is_lead)

    def may_name_cover(self, view: CaseView) -> bool:
        """Who may name somebody to act for the owner for a time."""
        mine = view.owner == self.id or (self.is_lead and bool(view.owner))
        return self.may_see(view) and mine and not view.closed
