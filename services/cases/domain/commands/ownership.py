"""Who may own a case or act for its owner, and what changes when it has another owner (O1, O6, rule 1)."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints

from schemas.base import Event
from schemas.events.case import CaseCoverEnded, CaseCoverUnwanted, CaseOwnerChanged
from schemas.events.routing import CapacityTaken
from schemas.organisation import Person, Role
from schemas.organisation_values import CefrLevel
from services.cases.domain import refusals
from services.cases.domain.case import Case
from services.cases.domain.commands.acting import Words, facts, released, require_acting, require_open, search_ended
from services.cases.domain.terms import Terms

MAX_REASON = 500
OWNER_ROLES: tuple[Role, ...] = ("agent", "coach", "lead")
FLUENT: CefrLevel = "B2"
"""From this level on somebody is said to speak a language; routing goes by the same."""

Reason = Annotated[Words, StringConstraints(max_length=MAX_REASON)]


def require_owned(case: Case) -> None:
    """Raises CaseIsClosed or NoOwnerYet."""
    require_open(case)
    if not case.owner:
        raise refusals.NoOwnerYet("the case has no owner yet; routing is looking for one")


def require_owned_by(case: Case, owner: str) -> None:
    """Raises OwnedByAnother, NoOwnerYet or CaseIsClosed."""
    require_owned(case)
    if case.owner != owner:
        raise refusals.OwnedByAnother(f"the case is {case.owner}'s, not {owner}'s")


def is_superior(case: Case, terms: Terms, actor: str, *roles: Role) -> bool:
    """Whether the person has one of these roles and works for the case's brand. Raises NotInOrganisation."""
    person = terms.person(actor)
    return person.role in roles and case.brand in person.brands


def require_superior(case: Case, terms: Terms, actor: str, *roles: Role) -> None:
    """Raises NotAllowed, and NotInOrganisation for nobody we know."""
    if not is_superior(case, terms, actor, *roles):
        raise refusals.NotAllowed(f"this needs a {' or '.join(roles)} of {case.brand}, which {actor} is not")


def require_acting_or(case: Case, terms: Terms, actor: str, now: datetime, *roles: Role) -> None:
    """Somebody who acts in the case, or has one of these roles for its brand. Raises NotTheOwner, NoOwnerYet, CaseIsClosed."""
    try:
        require_acting(case, actor, now)
    except refusals.NotTheOwner as refusal:
        if not is_superior(case, terms, actor, *roles):
            raise refusals.NotTheOwner(f"{refusal}, or a {' or '.join(roles)} of {case.brand}") from refusal


def can_own(person: Person, brand: str) -> bool:
    """Whether somebody may own cases of a brand: an agent, coach or lead of it who is past the shadow stage (P1)."""
    return person.role in OWNER_ROLES and person.stage != "shadow" and brand in person.brands


def require_can_own(case: Case, terms: Terms, id_: str) -> None:
    """Raises AlreadyTheOwner or CanNotOwn, and NotInOrganisation for nobody we know."""
    person = terms.person(id_)
    if id_ == case.owner:
        raise refusals.AlreadyTheOwner(f"{id_} owns the case already")
    if person.role not in OWNER_ROLES:
        raise refusals.CanNotOwn(f"{id_} is a {person.role}; cases are for {', '.join(OWNER_ROLES)}")
    if person.stage == "shadow":
        raise refusals.CanNotOwn(f"{id_} is in the shadow stage and writes drafts only")
    if case.brand not in person.brands:
        raise refusals.CanNotOwn(f"{id_} does not work for {case.brand}")


def owner_changed(
    case: Case, to: str, handover_id: str, by: str, why: tuple[str, str], now: datetime, *, forced: bool = False
) -> list[Event]:
    """The case has another owner from now on, and the work of an open case moves along. `why` is a reason and a note.

    A cover acted for the old owner and ends.
    """
    changed = CaseOwnerChanged(
        **facts(case),
        owner=to,
        previous_owner=case.owner,
        handover_id=handover_id,
        by=by,
        reason=why[0],
        note=why[1],
        forced=forced,
        changed_at=now,
    )
    moved: list[Event] = search_ended(case)
    if not case.resolved:  # resolved work weighs on nobody; when the customer writes again it is the new owner's
        taken = CapacityTaken(
            request_id=case.owner_request,
            pool=case.pool,
            case_id=case.id,
            conversation=case.conversation,
            person=to,
            share=case.share,
        )
        moved += [released(case, case.owner_request, case.owner), taken]
    return [*cover_search_ended(case, now), *cover_ended(case, by, now), changed, *moved]


def cover_ended(case: Case, by: str, now: datetime) -> list[Event]:
    """The end of the case's cover, if there is one, and of the work it gave; `by` is empty when time ends it."""
    cover = case.cover
    if cover is None:
        return []
    ended = CaseCoverEnded(**facts(case), owner=case.owner, cover=cover.person, by=by, ended_at=min(now, cover.ends_at))
    return [ended, released(case, cover.request_id, cover.person)] if cover.request_id else [ended]


def cover_search_ended(case: Case, now: datetime) -> list[Event]:
    """Routing need not find a cover any more, if it looks for one."""
    search = case.cover_search
    if search is None:
        return []
    unwanted = CaseCoverUnwanted(**facts(case), owner=case.owner, request_id=search.request_id, ended_at=now)
    return [unwanted, released(case, search.request_id, "nobody")]


def covering_over(case: Case, now: datetime) -> list[Event]:
    """Nothing is left to do for a cover: whom routing found, or looks for, is free. A cover named by a person stays."""
    found = cover_ended(case, "", now) if case.cover and case.cover.request_id else []
    return [*cover_search_ended(case, now), *found]


def spread(cases: Sequence[Case], people: Sequence[Person]) -> dict[str, str]:
    """Case to person: in turn among those who speak the customer's language, or else among all who may own it.

    `people` must not be empty. A case that none of them may own goes to one of them all the same, to be refused there.
    """
    given: Counter[str] = Counter()
    found: dict[str, str] = {}
    for case in cases:
        able = [each for each in people if can_own(each, case.brand)] or people
        fluent = [each for each in able if each.speaks(case.language, FLUENT)] or able
        chosen = min(fluent, key=lambda person: given[person.id]).id
        given[chosen] += 1
        found[case.id] = chosen
    return found
