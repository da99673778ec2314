"""What happened in a run, counted from the log."""

from collections import Counter

from casekeeper.checker.consults import answers
from casekeeper.checker.verdict import Evidence, SentMessage
from schemas.events.case import CaseAssigned, CaseOpened, CaseResolved
from schemas.events.consult import ConsultAnswered, ConsultOffered, ConsultRequested
from schemas.events.message import MessageReceived
from schemas.events.promise import PromiseKept
from schemas.events.reply import ReplySent


def counts(evidence: Evidence) -> dict[str, int]:
    """The figures that are no violations. Things are counted by their id, so that a repeated effect does not count twice."""
    log = evidence.log
    return {
        **_messages(evidence),
        "cases": len({event.case_id for event in log.all(CaseOpened)}),
        "owned": len({event.case_id for event in log.all(CaseAssigned)}),
        "consults": len({event.consult_id for event in log.all(ConsultRequested)}),
        "consults_answered": len({event.consult_id for event in answers(evidence)}),
        "countries_consulted": len(
            {event.country for event in log.all(ConsultOffered)} | {event.country for event in log.all(ConsultAnswered)}
        ),
        "replies_sent": len({event.reply_id for event in log.all(ReplySent)}),
        "promises_kept": len({event.promise_id for event in log.all(PromiseKept)}),
        "resolved": len({event.case_id for event in log.all(CaseResolved)}),
    }


def _messages(evidence: Evidence) -> dict[str, int]:
    """`messages` were sent, `accepted` of them are in the log; of the copies sent beyond that, how many led to nothing."""
    copies: Counter[tuple[str, str, str]] = Counter()
    for message in evidence.sent:
        copies[message.key] += message.copies
    received = Counter(
        key
        for event in evidence.log.all(MessageReceived)
        if (key := (event.message.brand, event.message.channel, event.message.external_id)) in copies
    )
    return {
        "messages": len(copies),
        "accepted": len(received),
        "duplicates_rejected": sum(max(0, copies[key] - count) for key, count in received.items()),
    }


def accepted(sent: tuple[SentMessage, ...]) -> list[SentMessage]:
    """The messages that were answered 2xx, each once."""
    return list({message.key: message for message in sent if message.accepted}.values())
