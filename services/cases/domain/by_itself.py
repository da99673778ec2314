"""What keeps a prepared holding reply from leaving by itself (O5): somebody said something, or its owner has not agreed."""

from schemas.base import Event
from schemas.events.reply import ReplyCancelled
from services.cases.domain.case import Case
from services.cases.domain.records import Reply
from services.cases.domain.terms import Terms

SAYS_SOMETHING = ("held", "scheduled", "queued", "sent", "uncertain")


def says_something(case: Case, besides: str = "") -> bool:
    """Whether the customer has heard from us, is about to, or would if others agreed."""
    others = (each for each in case.replies.values() if each.id != besides)
    return case.first_reply_sent or any(each.status in SAYS_SOMETHING for each in others)


def kept_back(case: Case, reply: Reply, terms: Terms) -> str:
    """Why a prepared reply whose time has come does not leave by itself; empty: it leaves."""
    if case.resolved or says_something(case, besides=reply.id):
        return "something else was said, or is about to be"
    if reply.author != case.owner or case.next_owner_request:
        return "it was prepared for somebody who does not own the case any more"
    if terms.agreed(case.owner) is None:
        return f"{case.owner} does not let prepared holding replies leave by themselves"
    if terms.person(case.owner).stage in ("shadow", "supervised"):
        return f"somebody else has to see what {case.owner} writes before it leaves"
    return ""


def overtaken(case: Case) -> list[Event]:
    """The customer has heard from us: what was to leave by itself does not."""
    reason = "something else was said"
    return [
        ReplyCancelled(
            case_id=case.id,
            conversation=case.conversation,
            brand=case.brand,
            reply_id=each.id,
            by=each.author,
            reason=reason,
        )
        for each in case.replies.values()
        if each.leaves_by_itself
    ]
