"""What a merge or a split in one case leads to in another; told through the cases' own topic, one document at a time."""

from collections.abc import Sequence
from datetime import datetime

from schemas.base import Event
from schemas.events.case import (
    CaseAbsorbed,
    CaseMerged,
    CaseMergeRefused,
    CaseMessageAdded,
    CaseOpened,
    CaseReopened,
    CaseSplit,
    CaseUnmerged,
)
from services.cases.domain.arrival import owner_wanted, taken_again
from services.cases.domain.case import Case
from services.cases.domain.commands.acting import facts
from services.cases.domain.records import Heard
from services.cases.domain.terms import Terms


def absorbed(target: Case, event: CaseMerged, now: datetime) -> list[Event]:
    """The other case goes on here. If this one has ended in the meantime it can not, and the other one is told."""
    if event.case_id in target.absorbed:
        return []
    if target.closed:
        reason = "has itself been merged" if target.merged_into else "is closed"
        refused = CaseMergeRefused(
            case_id=event.case_id,
            conversation=event.conversation,
            brand=event.brand,
            into=target.id,
            reason=f"the case it was to go on in {reason}",
        )
        return [refused]
    taken_in = CaseAbsorbed(
        **facts(target),
        source_case=event.case_id,
        source_conversation=event.conversation,
        source_channel=event.channel or target.channel,
        source_customer=event.customer or target.customer,
        by=event.by,
        reason=event.reason,
        absorbed_at=now,
        last_word=event.last_word,
        messages=event.messages,
        unanswered=event.unanswered,
        first_reply_due_at=_due_now(target, event.first_reply_due_at),
    )
    if not target.resolved or not event.unanswered:
        return [taken_in]
    reopened = CaseReopened(**facts(target), owner=target.owner, message_id=event.case_id)
    return [taken_in, reopened, taken_again(target)]


def _due_now(target: Case, there: datetime | None) -> datetime | None:
    """When the first reply is due where that changes: the customer who waits in both cases waits until the earlier (O4)."""
    if there is None or (not target.first_reply_sent and target.first_reply_due_at <= there):
        return None
    return there


def merge_refused(source: Case, event: CaseMergeRefused) -> list[Event]:
    """The case goes on by itself, with the owner it had: nobody is left without one (O1)."""
    if source.merged_into != event.into:
        return []
    unmerged = CaseUnmerged(
        **facts(source),
        owner=source.owner,
        into=event.into,
        reason=event.reason,
        first_reply_due_at=None if source.first_reply_sent else source.first_reply_due_at,
    )
    return [unmerged, taken_again(source)]


def parted(source: Case, event: CaseSplit, terms: Terms, now: datetime) -> list[Event]:
    """The new case, with its messages, for the same owner if possible.

    Its first reply is due as if it had been a case from its first message; where the customer has heard from us since, from
    now on (O4).
    """
    heard = [each for each in source.heard if each.message.id in event.messages]
    if not heard:
        return []
    first, latest = heard[0], max(heard, key=lambda each: each.message.sent_at)
    opened = CaseOpened(
        case_id=event.new_case,
        conversation=source.conversation,
        brand=source.brand,
        channel=first.message.channel,
        visibility=first.message.visibility,
        customer=first.message.author,
        pool=source.pool,
        language=source.language if latest.classification.language == "und" else latest.classification.language,
        opened_at=now,
        first_reply_due_at=terms.on(first.message.channel).first_reply_due(_waits_since(source, heard, now)),
        split_from=source.id,
        test=first.message.test,
    )
    added = [
        CaseMessageAdded(
            case_id=event.new_case,
            conversation=source.conversation,
            brand=source.brand,
            message=each.message,
            classification=each.classification,
        )
        for each in heard
    ]
    return [opened, *added, owner_wanted(opened, latest.classification, source.owner, terms.weight(opened.channel))]


def _waits_since(source: Case, heard: Sequence[Heard], now: datetime) -> datetime:
    received = min(each.message.received_at for each in heard)
    told = any(reply.sent_at and reply.sent_at >= received for reply in source.replies.values())
    return now if told else received
