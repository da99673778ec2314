"""A case is handed over, covered, merged, split, noted, marked, escalated; a coach says something about a reply."""

from schemas.events.case import (
    CaseAbsorbed,
    CaseCoverEnded,
    CaseCoverNamed,
    CaseCoverUnwanted,
    CaseCoverWanted,
    CaseEscalated,
    CaseMarked,
    CaseMerged,
    CaseMergeRefused,
    CaseMessageForwarded,
    CaseNoteAdded,
    CaseOwnerChanged,
    CaseSplit,
    CaseUnmarked,
    CaseUnmerged,
)
from schemas.events.coaching import FeedbackGiven, FeedbackSeen
from schemas.events.handover import (
    HandoverAccepted,
    HandoverDeclined,
    HandoverExpired,
    HandoverForced,
    HandoverOffered,
    HandoverWithdrawn,
)
from services.desk.domain.case_parts import Cover, Feedback, Handover
from services.desk.domain.case_view import CaseView
from services.desk.domain.folding import Moment, folds
from services.desk.domain.timeline import Entry, entry_text


@folds(CaseOwnerChanged)
def owner_changed(view: CaseView, event: CaseOwnerChanged, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id, kind="owner-changed", at=event.changed_at, by=event.by, note=event.owner, text=event.reason
    )
    by_a_colleague = event.cause == "handover"
    return view.saw(entry, owner=event.owner, handover=None, cover=None, refusal=None, handed_over=by_a_colleague)


@folds(CaseCoverWanted)
def cover_wanted(view: CaseView, event: CaseCoverWanted, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id,
        kind="cover-wanted",
        at=event.wanted_at,
        by="routing",
        ref=event.request_id,
        note=event.owner,
        due_at=event.until,
    )
    return view.saw(entry)


@folds(CaseCoverUnwanted)
def cover_unwanted(view: CaseView, event: CaseCoverUnwanted, moment: Moment) -> CaseView:
    entry = Entry(id=moment.event_id, kind="cover-unwanted", at=event.ended_at, by="routing", ref=event.request_id)
    return view.saw(entry)


@folds(CaseCoverNamed)
def cover_named(view: CaseView, event: CaseCoverNamed, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id,
        kind="cover-named",
        at=moment.at,
        by=event.by,
        note=event.cover,
        text=event.reason,
        due_at=event.ends_at,
    )
    return view.saw(entry, cover=Cover(person=event.cover, starts_at=event.starts_at, ends_at=event.ends_at))


@folds(CaseCoverEnded)
def cover_ended(view: CaseView, event: CaseCoverEnded, moment: Moment) -> CaseView:
    by = event.by or "cases"
    entry = Entry(id=moment.event_id, kind="cover-ended", at=event.ended_at, by=by, note=event.cover)
    return view.saw(entry, cover=None)


@folds(HandoverOffered)
def handover_offered(view: CaseView, event: HandoverOffered, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id,
        kind="handover-offered",
        at=event.offered_at,
        by=event.by,
        ref=event.handover_id,
        note=event.to,
        text=" – ".join(filter(None, (event.reason, event.note))),
        due_at=event.expires_at,
    )
    offered = Handover(
        id=event.handover_id,
        to=event.to,
        by=event.by,
        reason=event.reason,
        note=event.note,
        bulk_id=event.bulk_id,
        expires_at=event.expires_at,
    )
    return view.saw(entry, handover=offered)


@folds(HandoverAccepted)
def handover_accepted(view: CaseView, event: HandoverAccepted, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id, kind="handover-accepted", at=moment.at, by=event.by, ref=event.handover_id, note=event.by
    )
    return view.saw(entry, handover=None)


@folds(HandoverDeclined)
def handover_declined(view: CaseView, event: HandoverDeclined, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id,
        kind="handover-declined",
        at=moment.at,
        by=event.by,
        ref=event.handover_id,
        note=event.by,
        text=event.reason,
    )
    return view.saw(entry, handover=None)


@folds(HandoverExpired)
def handover_expired(view: CaseView, event: HandoverExpired, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id, kind="handover-expired", at=moment.at, by="cases", ref=event.handover_id, note=event.to
    )
    return view.saw(entry, handover=None)


@folds(HandoverWithdrawn)
def handover_withdrawn(view: CaseView, event: HandoverWithdrawn, moment: Moment) -> CaseView:
    entry = Entry(id=moment.event_id, kind="handover-withdrawn", at=moment.at, by=event.by, ref=event.handover_id)
    return view.saw(entry, handover=None)


@folds(HandoverForced)
def handover_forced(view: CaseView, event: HandoverForced, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id,
        kind="handover-forced",
        at=moment.at,
        by=event.by,
        ref=event.handover_id,
        note=event.to,
        text=event.reason,
    )
    return view.saw(entry, handover=None)


@folds(CaseNoteAdded)
def note_added(view: CaseView, event: CaseNoteAdded, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id,
        kind="note",
        at=event.added_at,
        by=event.author,
        ref=event.note_id,
        attachments=event.attachments[:20],
        **entry_text(event.text),
    )
    return view.saw(entry)


@folds(CaseMarked)
def case_marked(view: CaseView, event: CaseMarked, moment: Moment) -> CaseView:
    entry = Entry(id=moment.event_id, kind="marked", at=event.marked_at, by=event.by, **entry_text(event.text))
    return view.saw(entry, special=event.text or event.mark)


@folds(CaseUnmarked)
def case_unmarked(view: CaseView, event: CaseUnmarked, moment: Moment) -> CaseView:
    return view.saw(Entry(id=moment.event_id, kind="unmarked", at=moment.at, by=event.by), special="")


@folds(CaseEscalated)
def case_escalated(view: CaseView, event: CaseEscalated, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id,
        kind="escalated",
        at=event.escalated_at,
        by="cases",
        ref=event.subject_id,
        note=event.cause,
        text=event.text[:500],
    )
    return view.saw(entry)


@folds(CaseMerged)
def case_merged(view: CaseView, event: CaseMerged, moment: Moment) -> CaseView:
    entry = Entry(id=moment.event_id, kind="merged", at=event.merged_at, by=event.by, ref=event.into, text=event.reason)
    return view.saw(entry, merged_into=event.into)


@folds(CaseMergeRefused)
def merge_refused(view: CaseView, _: CaseMergeRefused, __: Moment) -> CaseView:
    # The case itself says what follows, with `case.unmerged`.
    return view


@folds(CaseUnmerged)
def case_unmerged(view: CaseView, event: CaseUnmerged, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id, kind="unmerged", at=moment.at, by="cases", ref=event.into, text=event.reason[:500]
    )
    due = event.first_reply_due_at or view.first_reply_due_at
    return view.saw(entry, merged_into="", closed=False, owner=event.owner, first_reply_due_at=due)


@folds(CaseAbsorbed)
def case_absorbed(view: CaseView, event: CaseAbsorbed, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id,
        kind="absorbed",
        at=event.absorbed_at,
        by=event.by,
        ref=event.source_case,
        note=event.source_channel,
        text=event.reason,
    )
    if due_at := event.first_reply_due_at:
        return view.saw(entry, first_reply_due_at=due_at, first_reply_sent_at=None)
    return view.saw(entry)


@folds(CaseMessageForwarded)
def message_forwarded(view: CaseView, _: CaseMessageForwarded, __: Moment) -> CaseView:
    # It is on its way: the case that takes it says so with `case.message-added`.
    return view


@folds(CaseSplit)
def case_split(view: CaseView, event: CaseSplit, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id, kind="split", at=event.split_at, by=event.by, ref=event.new_case, text=event.reason
    )
    return view.saw(entry, split_off=view.split_off | dict.fromkeys(event.messages, event.new_case))


@folds(FeedbackGiven)
def feedback_given(view: CaseView, event: FeedbackGiven, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id,
        kind="feedback",
        at=event.given_at,
        by=event.by,
        ref=event.reply_id,
        note="praise" if event.praise else "",
        **entry_text(event.text),
    )
    given = Feedback(
        id=event.feedback_id,
        reply_id=event.reply_id,
        author=event.author,
        by=event.by,
        text=entry.text,
        praise=event.praise,
    )
    return view.saw(entry, feedback=view.feedback | {given.id: given})


@folds(FeedbackSeen)
def feedback_seen(view: CaseView, event: FeedbackSeen, _: Moment) -> CaseView:
    known = view.feedback.get(event.feedback_id)
    seen = {event.feedback_id: known.model_copy(update={"seen": True})} if known else {}
    return view.model_copy(update={"feedback": view.feedback | seen})
