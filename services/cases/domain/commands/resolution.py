"""The owner holds the question answered (F2, rules 5 and 6)."""

from datetime import datetime

from schemas.base import Event
from schemas.events.case import CaseResolved
from services.cases.domain import refusals
from services.cases.domain.case import Case
from services.cases.domain.commands.acting import facts, released, require_acting, search_ended
from services.cases.domain.commands.consults import withdrawn
from services.cases.domain.commands.ownership import covering_over
from services.cases.domain.merging_refusals import ApprovalIsWaiting
from services.cases.domain.terms import Terms


def resolve(case: Case, actor: str, terms: Terms, now: datetime) -> list[Event]:
    """Open consults are withdrawn, capacity is free again. Resolving twice changes nothing."""
    require_acting(case, actor, now)
    if case.resolved:
        return []
    if case.open_promises:
        what = ", ".join(promise.what for promise in case.open_promises)
        raise refusals.PromiseIsOpen(f"still promised: {what}; report the result to the customer first")
    if any(reply.on_its_way for reply in case.replies.values()):
        raise refusals.ReplyOnItsWay("a reply is still on its way; wait until it has left")
    if any(grant.status == "proposed" for grant in case.grants.values()):
        raise ApprovalIsWaiting("a grant still waits for approval; wait for it, or withdraw it")
    if not any(reply.kind == "answer" and reply.status == "sent" for reply in case.replies.values()):
        raise refusals.NothingAnswered("the customer has not had an answer yet")
    resolved = CaseResolved(**facts(case), owner=case.owner, resolved_at=now, closes_at=now + terms.quiet_period)
    ended = [event for consult in case.open_consults for event in withdrawn(case, consult)]
    ended += covering_over(case, now)
    return [*ended, *search_ended(case), resolved, released(case, case.owner_request, case.owner)]
