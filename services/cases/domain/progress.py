"""What other services report about a case: an owner, a specialist, a delivery, a clock."""

from datetime import datetime

from schemas.base import Event
from schemas.events.case import CaseAssigned, CaseClosed, CaseEscalated
from schemas.events.consult import ConsultOffered
from schemas.events.delivery import DeliveryCancelled, DeliveryFailed, DeliverySent, DeliveryUncertain
from schemas.events.followup import ClockBreached
from schemas.events.promise import PromiseBroken, PromiseKept
from schemas.events.reply import ReplyCancelled, ReplyFailed, ReplySent, ReplyUncertain
from schemas.events.routing import OwnerAssigned, SpecialistOffered
from schemas.ids import derive
from services.cases.domain.by_itself import overtaken
from services.cases.domain.case import Case
from services.cases.domain.commands.promises import withdrawn
from services.cases.domain.commands.refusing import somebody_else_found
from services.cases.domain.commands.sending import taken_up, unsent
from services.cases.domain.evolve import fold


def _facts(case: Case) -> dict[str, str]:
    return {"case_id": case.id, "conversation": case.conversation, "brand": case.brand}


def owner_assigned(case: Case, event: OwnerAssigned, now: datetime) -> list[Event]:
    """The first assignment, or the next after one that was refused; else only a handover changes the owner (rule 1)."""
    if case.next_owner_request and event.request_id == case.next_owner_request:
        return somebody_else_found(case, event, now)
    if case.owner:
        return []
    return [CaseAssigned(**_facts(case), owner=event.person, request_id=event.request_id, assigned_at=now)]


def specialist_offered(case: Case, event: SpecialistOffered) -> list[Event]:
    """A specialist was found; ownership does not move (rule 3). What is no longer wanted was released already."""
    consult = case.consults.get(event.consult_id)
    if consult is None or not consult.open:
        return []
    offer = consult.offers.get(event.request_id)
    moved = offer is not None and offer.status == "offered" and offer.specialist != event.person
    if event.request_id not in consult.waiting and not moved:
        return []
    offered = ConsultOffered(
        **_facts(case),
        consult_id=consult.id,
        specialist=event.person,
        country=event.country,
        request_id=event.request_id,
        expires_at=event.expires_at,
    )
    return [offered]


def delivery_sent(case: Case, event: DeliverySent) -> list[Event]:
    """The customer has it. A promise that the reply reports on is kept only now (rule 5)."""
    reply = case.replies.get(event.reply_id)
    if reply is None or reply.status == "sent":
        return []
    sent = ReplySent(
        **_facts(case),
        reply_id=reply.id,
        kind=reply.kind,
        author=reply.author,
        first=not case.first_reply_sent,
        sent_at=event.sent_at,
    )
    promise = case.promises.get(reply.keeps_promise)
    if promise is None or not promise.open:
        return [sent, *overtaken(case)]
    late = event.sent_at > promise.due_at
    kept = PromiseKept(
        **_facts(case),
        promise_id=promise.id,
        owner=case.owner,
        reply_id=reply.id,
        late=late,
        kept_at=event.sent_at,
    )
    return [sent, kept, *overtaken(case)]


def delivery_failed(case: Case, event: DeliveryFailed, now: datetime) -> list[Event]:
    """The owner must act. A reply that was sent stays sent, however late this is heard.

    What it promised is withdrawn, unless a part of it has left: the customer may have read that.
    """
    reply = case.replies.get(event.reply_id)
    if reply is None or reply.status not in ("queued", "uncertain"):
        return []
    failed = ReplyFailed(**_facts(case), reply_id=event.reply_id, reason=event.reason)
    untold = [] if event.receipts else withdrawn(case, reply.id, f"the reply was not delivered: {event.reason}", now)
    return [failed, *untold]


def delivery_uncertain(case: Case, event: DeliveryUncertain) -> list[Event]:
    """The owner is shown that nobody knows; it is never repeated silently (rule 4)."""
    reply = case.replies.get(event.reply_id)
    if reply is None or reply.status != "queued":
        return []
    return [ReplyUncertain(**_facts(case), reply_id=event.reply_id, reason=event.reason)]


def delivery_cancelled(case: Case, event: DeliveryCancelled, now: datetime) -> list[Event]:
    """It was kept back in time. Delivery takes a reply by its id once, so that its words go on as a draft of their own.

    A promise that it made is withdrawn: the customer was told nothing. The draft makes it again when it is sent.
    """
    reply = case.replies.get(event.reply_id)
    if reply is None or reply.status != "queued":
        return []
    by = reply.cancelled_by or reply.author
    cancelled = ReplyCancelled(**_facts(case), reply_id=reply.id, by=by)
    ended = [cancelled, *withdrawn(case, reply.id, "the reply was cancelled before it left", now)]
    after = fold(ended, case) or case
    return [*ended, taken_up(after, reply, derive("reply", reply.id, "again"), reply.author, now)]


def clock_breached(case: Case, event: ClockBreached, now: datetime) -> list[Event]:
    """The quiet period of a resolved case has passed (rule 6), or the time of a promise (F1)."""
    if event.kind == "promise":
        return _promise_broken(case, event, now)
    if event.kind != "closing" or not case.resolved or case.closed or event.due_at != case.closes_at:
        return []
    return [*unsent(case, "the case closed", now), CaseClosed(**_facts(case), owner=case.owner)]


def _promise_broken(case: Case, event: ClockBreached, now: datetime) -> list[Event]:
    """Said and escalated once. The promise stays open: the customer still waits for the result (F1, F2)."""
    promise = case.promises.get(event.subject_id)
    if promise is None or promise.state != "open" or event.due_at != promise.due_at:
        return []
    broken = PromiseBroken(**_facts(case), promise_id=promise.id, owner=case.owner, due_at=promise.due_at)
    escalated = CaseEscalated(
        **_facts(case),
        cause="promise-broken",
        subject_id=promise.id,
        owner=case.owner,
        text=promise.what,
        escalated_at=now,
    )
    return [broken, escalated]
