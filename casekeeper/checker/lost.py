"""What began and has no end: messages without a case, cases without an owner, replies that nobody got."""

from collections import defaultdict
from collections.abc import Iterator

from casekeeper.checker.figures import accepted
from casekeeper.checker.verdict import Evidence
from schemas.events.case import CaseAssigned, CaseMessageAdded, CaseOpened
from schemas.events.consult import ConsultAnswered, ConsultOffered, ConsultRequested
from schemas.events.delivery import DeliveryFailed, DeliverySent, DeliveryUncertain
from schemas.events.followup import ClockBreached
from schemas.events.message import MessageClassified, MessageReceived
from schemas.events.promise import PromiseKept, PromiseMade
from schemas.events.reply import ReplyFailed, ReplyQueued, ReplySent, ReplyUncertain
from schemas.topics import BY_NAME


def lost(evidence: Evidence) -> Iterator[str]:
    """A sentence for each thing lost; a thing that is lost early is not reported again for what should have followed."""
    yield from _messages(evidence)
    yield from _replies(evidence)
    yield from _arrivals(evidence)
    yield from _gaps(evidence)
    if evidence.expect_finished:
        yield from _owners(evidence)
        yield from _consults(evidence)
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
    for id, conversation in dict.fromkeys(
        (each.message.id, each.message.conversation) for each in log.all(MessageReceived)
    ):
        if id not in classified:
            yield f"message {id} was received and never classified"
        elif (id, conversation) not in added:
            yield f"message {id} was classified and is in no case of its conversation"


def _replies(evidence: Evidence) -> Iterator[str]:
    log = evidence.log
    delivered = {each.reply_id for kind in (DeliverySent, DeliveryFailed, DeliveryUncertain) for each in log.all(kind)}
    ended = {each.reply_id for kind in (ReplySent, ReplyFailed, ReplyUncertain) for each in log.all(kind)}
    for id in dict.fromkeys(each.reply_id for each in log.all(ReplyQueued)):
        if id not in delivered:
            yield f"reply {id} was queued and has no final delivery event"
        elif id not in ended:
            yield f"reply {id} was delivered or not, and its case never heard of it"


def _arrivals(evidence: Evidence) -> Iterator[str]:
    arrived = {each.reply_id for each in evidence.received}
    channels = {each.reply_id: each.channel for each in evidence.log.all(ReplyQueued)}
    watched = evidence.receives
    if watched is None:
        watched = {channels[id] for id in arrived if id in channels}
    for id in dict.fromkeys(each.reply_id for each in evidence.log.all(ReplySent)):
        if channels.get(id) in watched and id not in arrived:
            yield f"reply {id} is marked sent and never arrived on {channels[id]}"


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


def _consults(evidence: Evidence) -> Iterator[str]:
    offered = {each.consult_id for each in evidence.log.all(ConsultOffered)}
    answered = {each.consult_id for each in evidence.log.all(ConsultAnswered)}
    for id in dict.fromkeys(each.consult_id for each in evidence.log.all(ConsultRequested)):
        if id not in offered:
            yield f"consult {id} was requested and never offered to a specialist"
        elif id not in answered:
            yield f"consult {id} was offered and never answered"


def _promises(evidence: Evidence) -> Iterator[str]:
    kept = {each.promise_id for each in evidence.log.all(PromiseKept)}
    breached = {each.subject_id for each in evidence.log.all(ClockBreached) if each.kind == "promise"}
    for id in dict.fromkeys(each.promise_id for each in evidence.log.all(PromiseMade)):
        if id not in kept and id not in breached:
            yield f"promise {id} was made, and neither kept nor breached"
