"""What began and has no end: messages without a case, cases without an owner, replies that nobody got."""

from collections import defaultdict
from collections.abc import Iterator

from casekeeper.checker.approvers import unrelieved
from casekeeper.checker.arrivals import missing
from casekeeper.checker.consults import unended
from casekeeper.checker.covers import uncovered
from casekeeper.checker.figures import accepted
from casekeeper.checker.verdict import Evidence
from schemas.events.case import (
    CaseAbsorbed,
    CaseAssigned,
    CaseMerged,
    CaseMergeRefused,
    CaseMessageAdded,
    CaseMessageForwarded,
    CaseOpened,
    CaseSplit,
)
from schemas.events.delivery import DeliveryCancelled, DeliveryFailed, DeliverySent, DeliveryUncertain
from schemas.events.followup import ClockBreached
from schemas.events.message import MessageClassified, MessageReceived
from schemas.events.promise import PromiseKept, PromiseMade, PromiseWithdrawn
from schemas.events.reply import ReplyCancelled, ReplyFailed, ReplyQueued, ReplySent, ReplyUncertain
from schemas.topics import BY_NAME


def lost(evidence: Evidence) -> Iterator[str]:
    """A sentence for each thing lost; a thing that is lost early is not reported again for what should have followed."""
    yield from _messages(evidence)
    yield from _regrouped(evidence)
    yield from _replies(evidence)
    yield from missing(evidence)
    yield from _gaps(evidence)
    if evidence.expect_finished:
        yield from _owners(evidence)
        yield from unended(evidence)
        yield from uncovered(evidence)
        yield from unrelieved(evidence)
        yield from _promises(evidence)


def _messages(evidence: Evidence) -> Iterator[str]:
    log = evidence.log
    received = {
        (each.message.brand, each.message.channel, each.message.external_id) for each in log.all(MessageReceived)
    }
    for message in accepted(evidence.sent):
        if message.key not in received:
            yield f"message {'/'.join(message.key)} was accepted and never received"
    classified = {each.message.id for each in log.all(MessageClassified)}
    added = {(each.message.id, each.conversation) for each in log.all(CaseMessageAdded)}
    # What was written to a merged case goes on to the conversation of another one, perhaps to several in turn.
    added |= {
        (each.message.id, each.message.conversation)
        for each in log.all(CaseMessageForwarded)
        if (each.message.id, each.conversation) in added
    }
    for id, conversation in dict.fromkeys(
        (each.message.id, each.message.conversation) for each in log.all(MessageReceived)
    ):
        if id not in classified:
            yield f"message {id} was received and never classified"
        elif (id, conversation) not in added:
            yield f"message {id} was classified and is in no case of its conversation"


def _regrouped(evidence: Evidence) -> Iterator[str]:
    """A case that is merged goes on in another one, or by itself again; messages that are split off go on in a new one."""
    log = evidence.log
    heard = {(each.source_case, each.case_id) for each in log.all(CaseAbsorbed)}
    heard |= {(each.case_id, each.into) for each in log.all(CaseMergeRefused)}
    for merged in log.all(CaseMerged):
        if (merged.case_id, merged.into) not in heard:
            yield f"case {merged.case_id} was merged into case {merged.into}, which never heard of it"
    added = {(each.message.id, each.case_id) for each in log.all(CaseMessageAdded)}
    for split in log.all(CaseSplit):
        for id in split.messages:
            if (id, split.new_case) not in added:
                yield f"message {id} was split off case {split.case_id} and is not in case {split.new_case}"


def _replies(evidence: Evidence) -> Iterator[str]:
    log = evidence.log
    reports = (DeliverySent, DeliveryFailed, DeliveryUncertain, DeliveryCancelled)
    delivered = {each.reply_id for kind in reports for each in log.all(kind)}
    ends = (ReplySent, ReplyFailed, ReplyUncertain, ReplyCancelled)
    ended = {each.reply_id for kind in ends for each in log.all(kind)}
    for id in dict.fromkeys(each.reply_id for each in log.all(ReplyQueued)):
        if id not in delivered:
            yield f"reply {id} was queued and has no final delivery event"
        elif id not in ended:
            yield f"reply {id} was delivered or not, and its case never heard of it"


def _gaps(evidence: Evidence) -> Iterator[str]:
    numbers: dict[tuple[str, str], set[int]] = defaultdict(set)
    for entry in evidence.log.entries:
        if entry.envelope.sequence and not BY_NAME[entry.topic].compacted:
            numbers[(entry.topic, entry.envelope.subject)].add(entry.envelope.sequence)
    for (topic, subject), present in numbers.items():
        for number in range(1, max(present)):
            if number not in present:
                yield f"event {number} of {subject} is missing in {topic}, though {max(present)} is there"


def _owners(evidence: Evidence) -> Iterator[str]:
    owned = {each.case_id for each in evidence.log.all(CaseAssigned)}
    for id in dict.fromkeys(each.case_id for each in evidence.log.all(CaseOpened)):
        if id not in owned:
            yield f"case {id} never got an owner"


def _promises(evidence: Evidence) -> Iterator[str]:
    kept = {each.promise_id for ended in (PromiseKept, PromiseWithdrawn) for each in evidence.log.all(ended)}
    breached = {each.subject_id for each in evidence.log.all(ClockBreached) if each.kind == "promise"}
    for id in dict.fromkeys(each.promise_id for each in evidence.log.all(PromiseMade)):
        if id not in kept and id not in breached:
            yield f"promise {id} was made, and neither kept nor breached"
