"""A case is opened, gets messages and an owner, is resolved, reopened, closed."""

from schemas.events.case import (
    CaseAssigned,
    CaseAssignmentRefused,
    CaseClosed,
    CaseMessageAdded,
    CaseOpened,
    CaseReopened,
    CaseResolved,
    CaseThanked,
)
from schemas.events.routing import CoverFound, OwnerAssigned, RequestUnserved
from services.desk.domain.case_parts import Refusal
from services.desk.domain.case_view import CaseView
from services.desk.domain.facts_understanding import judged, unsure, with_message
from services.desk.domain.folding import Moment, folds
from services.desk.domain.timeline import Entry, entry_text

LAST_WORDS_CHARACTERS = 160


@folds(CaseOpened)
def case_opened(view: CaseView, event: CaseOpened, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id,
        kind="opened",
        at=event.opened_at,
        by="cases",
        ref=event.split_from,
        due_at=event.first_reply_due_at,
    )
    return view.saw(
        entry,
        conversation=event.conversation,
        brand=event.brand,
        channel=event.channel,
        visibility=event.visibility,
        customer=event.customer,
        pool=event.pool,
        language=event.language,
        opened_at=event.opened_at,
        first_reply_due_at=event.first_reply_due_at,
        previous_case=event.previous_case,
        split_from=event.split_from,
    )


@folds(CaseMessageAdded)
def message_added(view: CaseView, event: CaseMessageAdded, moment: Moment) -> CaseView:
    message, understood = event.message, event.classification
    entry = Entry(
        id=moment.event_id,
        kind="message",
        at=message.received_at,
        ref=message.id,
        note=understood.language,
        attachments=message.attachments[:20],
        conversation=message.conversation if message.conversation != event.conversation else "",
        understood=judged(understood),
        unsure=unsure(understood),
        **entry_text(message.text),
    )
    return view.saw(
        entry,
        # In a merged case they also write elsewhere, where they are called otherwise.
        customer=message.author if message.channel == (view.channel or message.channel) else view.customer,
        understood=with_message(view, understood),
        topic=understood.topic or view.topic,
        language=view.language if understood.language == "und" else understood.language,
        reach=message.reach if message.reach is not None else view.reach,
        last_words=" ".join(message.text[: LAST_WORDS_CHARACTERS * 4].split())[:LAST_WORDS_CHARACTERS],
        unanswered=True,
    )


@folds(CaseAssigned)
def case_assigned(view: CaseView, event: CaseAssigned, moment: Moment) -> CaseView:
    entry = Entry(id=moment.event_id, kind="assigned", at=event.assigned_at, by="cases", note=event.owner)
    return view.saw(entry, owner=event.owner)


@folds(CaseAssignmentRefused)
def assignment_refused(view: CaseView, event: CaseAssignmentRefused, moment: Moment) -> CaseView:
    # They remain the owner until routing has found somebody else (O1).
    entry = Entry(
        id=moment.event_id,
        kind="assignment-refused",
        at=event.refused_at,
        by=event.by,
        note=event.owner,
        text=event.reason[:500],
    )
    refusal = Refusal(owner=event.owner, by=event.by, reason=entry.text, refused_at=event.refused_at)
    return view.saw(entry, refusal=refusal)


@folds(OwnerAssigned)
def owner_decided(view: CaseView, event: OwnerAssigned, moment: Moment) -> CaseView:
    return _decided(view, event, moment)


@folds(CoverFound)
def cover_decided(view: CaseView, event: CoverFound, moment: Moment) -> CaseView:
    return _decided(view, event, moment)


def _decided(view: CaseView, event: OwnerAssigned | CoverFound, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id,
        kind="assignment-decided",
        at=event.decided_at,
        by="routing",
        note=event.person,
        explanation=event.explanation,
    )
    return view.saw(entry)


@folds(RequestUnserved)
def request_unserved(view: CaseView, event: RequestUnserved, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id,
        kind="unserved",
        at=event.decided_at,
        by="routing",
        due_at=event.next_possible_at,
        explanation=event.explanation,
    )
    return view.saw(entry)


@folds(CaseResolved)
def case_resolved(view: CaseView, event: CaseResolved, moment: Moment) -> CaseView:
    entry = Entry(id=moment.event_id, kind="resolved", at=event.resolved_at, by=event.owner, due_at=event.closes_at)
    return view.saw(entry, resolved=True, closes_at=event.closes_at)


@folds(CaseReopened)
def case_reopened(view: CaseView, event: CaseReopened, moment: Moment) -> CaseView:
    entry = Entry(id=moment.event_id, kind="reopened", at=moment.at, by="cases", ref=event.message_id)
    return view.saw(entry, resolved=False, closes_at=None)


@folds(CaseThanked)
def case_thanked(view: CaseView, event: CaseThanked, moment: Moment) -> CaseView:
    """What the customer wrote; it is in no case, because nobody has to answer it."""
    said = event.message
    return view.saw(
        Entry(id=moment.event_id, kind="thanked", at=said.received_at, ref=said.id, **entry_text(said.text))
    )


@folds(CaseClosed)
def case_closed(view: CaseView, event: CaseClosed, moment: Moment) -> CaseView:
    entry = Entry(id=moment.event_id, kind="closed", at=moment.at, by="cases", note=event.cause)
    return view.saw(entry, closed=True)
