"""Who may act (rule 2), and what every command needs."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import StringConstraints

from schemas.base import Event
from schemas.events.routing import CapacityReleased
from schemas.organisation import Role
from services.cases.domain import refusals
from services.cases.domain.case import Case
from services.cases.domain.terms import Terms

MAX_TEXT = 20_000

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT)]
"""Something that somebody says to a colleague: not only blanks."""


def facts(case: Case) -> dict[str, Any]:
    """What every fact about the case says of it."""
    return {"case_id": case.id, "conversation": case.conversation, "brand": case.brand}


def require_open(case: Case) -> None:
    """Raises CaseIsClosed."""
    if case.closed:
        raise refusals.CaseIsClosed("the case is closed; a new message of the customer opens a new one")


def require_acting(case: Case, actor: str, now: datetime) -> None:
    """The owner, or the cover in force (rule 2). Raises NotTheOwner, NoOwnerYet or CaseIsClosed."""
    require_open(case)
    if not case.owner:
        raise refusals.NoOwnerYet("the case has no owner yet; routing is looking for one")
    cover = case.cover_at(now)
    if actor not in (case.owner, cover):
        covered = f", or {cover} who covers," if cover else ""
        raise refusals.NotTheOwner(f"only the owner, {case.owner}{covered} can do this")


def require_unresolved(case: Case) -> None:
    """Nothing new is left to do in a resolved case (rule 5). Raises CaseIsResolved."""
    if case.resolved:
        raise refusals.CaseIsResolved("the case is resolved; the customer's next message opens it again")


def require_role(terms: Terms, actor: str, *roles: Role) -> None:
    """Raises NotAllowed when the person has none of these roles, and NotInOrganisation for nobody we know."""
    role = terms.person(actor).role
    if role not in roles:
        raise refusals.NotAllowed(f"this needs the role {' or '.join(roles)}; {actor} has the role {role}")


def search_ended(case: Case) -> list[Event]:
    """Nobody else is looked for any more, in the place of an owner who refused the case."""
    return [released(case, case.next_owner_request, "nobody")] if case.next_owner_request else []


def released(case: Case, request_id: str, person: str) -> CapacityReleased:
    """The work that a request gave somebody is done."""
    return CapacityReleased(
        request_id=request_id, pool=case.pool, case_id=case.id, conversation=case.conversation, person=person
    )
