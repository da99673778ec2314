"""What tells of a case's owner, talk, consults and approvals, on which clocks with a length of their own depend (F3). Pure.

Nothing of it is noted for a brand whose policy has no such clocks. `at` is when the event happened, as its producer says.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from schemas.events.approval import ApprovalEvent, ApprovalRequested
from schemas.events.case import CaseAssigned, CaseCoverEnded, CaseCoverNamed, CaseMessageAdded, CaseOwnerChanged
from schemas.events.consult import (
    ConsultAccepted,
    ConsultAnswered,
    ConsultAskedBack,
    ConsultClarified,
    ConsultDeclined,
    ConsultEvent,
    ConsultOfferExpired,
    ConsultRequested,
)
from schemas.events.understanding import CaseReclassified
from services.followup.domain.clocks import CaseClocks, Consulting, Turn, Understood, Waiting
from services.followup.domain.clocks_course import Change, in_line
from services.followup.domain.clocks_facts import known, with_turn
from services.followup.domain.clocks_terms import ClockTerms
from services.followup.domain.rules import approval_due, approval_over, first_reply_sooner


def message_added(state: CaseClocks | None, event: CaseMessageAdded, terms: ClockTerms, now: datetime) -> Change | None:
    """The customer said something: the first word, or one that wants a next reply."""
    if terms.clocks is None:
        return None
    heard = known(state, event)
    message, label = event.message, event.classification
    first = Understood(at=message.received_at, language=label.language, urgency=label.urgency)
    facts: dict[str, Any] = {}
    if heard.first_heard is None or first.place < heard.first_heard.place:
        facts["first_heard"] = first
    if message.author.time_zone:
        facts["time_zone"] = message.author.time_zone
    return _noted(
        state, with_turn(heard, Turn(id=message.id, at=message.received_at, by="customer")), facts, terms, now
    )


def case_reclassified(
    state: CaseClocks | None, event: CaseReclassified, terms: ClockTerms, now: datetime
) -> Change | None:
    """The case is understood otherwise: its clocks may be due sooner or later, and the first reply sooner (O4)."""
    heard = known(state, event)
    sooner = first_reply_sooner(heard, event.first_reply_due_at, terms, now)
    after, said = sooner or (heard, ())
    read = Understood(at=event.reclassified_at, language=event.language, urgency=event.urgency)
    if terms.clocks and (heard.understood is None or heard.understood.place < read.place):
        after = after.model_copy(update={"understood": read})
    return None if after == heard else in_line(after, said, terms, now)


def case_owned(
    state: CaseClocks | None, event: CaseAssigned | CaseOwnerChanged, terms: ClockTerms, now: datetime
) -> Change | None:
    """Somebody owns the case (O1, O6)."""
    if terms.clocks is None:
        return None
    heard = known(state, event)
    at = event.assigned_at if isinstance(event, CaseAssigned) else event.changed_at
    facts: dict[str, Any] = {}
    if heard.owned_at is None or at < heard.owned_at:
        facts["owned_at"] = at
    if heard.owner_since is None or heard.owner_since < at:
        facts |= {"owner": event.owner, "owner_since": at}
    return _noted(state, heard, facts, terms, now)


def cover_changed(
    state: CaseClocks | None, event: CaseCoverNamed | CaseCoverEnded, terms: ClockTerms, now: datetime
) -> Change | None:
    """Somebody acts for the owner for a while, or no longer does (rule 1)."""
    if terms.clocks is None:
        return None
    heard = known(state, event)
    acting = heard.covers.get(event.cover, Waiting())
    if isinstance(event, CaseCoverNamed):
        if acting.since is None or acting.since < event.starts_at:
            ended = acting.until if acting.until and acting.until > event.starts_at else event.ends_at
            acting = Waiting(since=event.starts_at, until=ended)
    elif acting.until is None or acting.since is None or acting.since <= event.ended_at < acting.until:
        acting = acting.model_copy(update={"until": event.ended_at})
    return _noted(state, heard, {"covers": {**heard.covers, event.cover: acting}}, terms, now)


def consult_waits(
    state: CaseClocks | None, event: ConsultEvent, terms: ClockTerms, now: datetime, at: datetime
) -> Change | None:
    """A consult is requested, answered or withdrawn (O2)."""
    if terms.clocks is None:
        return None
    heard = known(state, event)
    waiting = heard.consults.get(event.consult_id, Waiting())
    if isinstance(event, ConsultRequested):
        waiting = waiting.model_copy(update={"since": min(waiting.since or at, at)})
    else:
        ended = (event.answered_at if isinstance(event, ConsultAnswered) else None) or at
        waiting = waiting.model_copy(update={"until": min(waiting.until or ended, ended)})
    return _noted(state, heard, {"consults": {**heard.consults, event.consult_id: waiting}}, terms, now)


def consult_worked_on(
    state: CaseClocks | None,
    event: ConsultAccepted | ConsultDeclined | ConsultOfferExpired | ConsultAskedBack | ConsultClarified,
    terms: ClockTerms,
    now: datetime,
    at: datetime,
) -> Change | None:
    """A specialist takes a consult or gives it back, asks back, or is told more."""
    if terms.clocks is None:
        return None
    heard = known(state, event)
    found = heard.consulting.get(event.consult_id, Consulting())
    match event:
        case ConsultAccepted():
            changes: dict[str, Any] = {"accepted": _latest(found.accepted, event.specialist, at)}
        case ConsultDeclined() | ConsultOfferExpired():
            changes = {"given_back": _latest(found.given_back, event.specialist, at)}
        case ConsultAskedBack():
            changes = {"asked_back": tuple(sorted({*found.asked_back, at}))}
        case ConsultClarified():
            changes = {"clarified": tuple(sorted({*found.clarified, at}))}
    consulting = {**heard.consulting, event.consult_id: found.model_copy(update=changes)}
    return _noted(state, heard, {"consulting": consulting}, terms, now)


def approval_requested(
    state: CaseClocks | None, event: ApprovalRequested, terms: ClockTerms, now: datetime
) -> Change | None:
    """Something waits for four eyes until a moment (M1)."""
    if terms.clocks is None:
        return None
    change = approval_due(known(state, event), event.approval_id, event.due_at, terms, now)
    return change and in_line(*change, terms, now)


def approval_ended(
    state: CaseClocks | None, event: ApprovalEvent, terms: ClockTerms, now: datetime, at: datetime
) -> Change | None:
    """It was given, refused or withdrawn."""
    heard = known(state, event)
    if terms.clocks is None or event.approval_id in heard.approvals:
        return None
    heard = heard.model_copy(update={"approvals": {**heard.approvals, event.approval_id: at}})
    return in_line(*approval_over(heard, now), terms, now)


def _latest(known: Mapping[str, datetime], person: str, at: datetime) -> dict[str, datetime]:
    return {**known, person: max(known.get(person, at), at)}


def _noted(
    state: CaseClocks | None, heard: CaseClocks, facts: dict[str, Any], terms: ClockTerms, now: datetime
) -> Change | None:
    """The clocks after these facts; None where they tell nothing new."""
    after = heard.model_copy(update=facts)
    return None if after == state else in_line(after, (), terms, now)
