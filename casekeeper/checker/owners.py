"""One owner from assignment to the end, and nobody else who acts (O1, O2)."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from casekeeper.checker.verdict import Evidence
from schemas.events.case import CaseAssigned, CaseClosed, CaseEvent, CaseReopened, CaseResolved
from schemas.events.consult import ConsultAnswered, ConsultOffered, ConsultRequested
from schemas.events.promise import PromiseKept, PromiseMade
from schemas.events.reply import ReplyQueued, ReplySent
from schemas.events.routing import CapacityReleased

PERSON = {
    CaseResolved: "owner",
    CaseReopened: "owner",
    CaseClosed: "owner",
    ConsultRequested: "asked_by",
    PromiseMade: "owner",
    PromiseKept: "owner",
    ReplyQueued: "author",
    ReplySent: "author",
}
"""Events that only a case's owner may cause, and the field that names who did."""


def owners(evidence: Evidence) -> Iterator[str]:
    """A sentence for each breach of ownership."""
    for case_id, events in evidence.log.by_case().items():
        yield from _of_case(case_id, events)
    yield from _answers(evidence)
    yield from _arrivals(evidence)
    if evidence.expect_finished:
        yield from _released(evidence)


def _of_case(case_id: str, events: Sequence[CaseEvent]) -> Iterator[str]:
    owner = ""
    for event in events:
        if isinstance(event, CaseAssigned):
            if owner and event.owner != owner:
                yield f"case {case_id} has two owners, {owner} and {event.owner}"
            owner = owner or event.owner
        elif type(event) in PERSON:
            person = getattr(event, PERSON[type(event)])
            if not owner:
                yield f"{event.type} by {person} in case {case_id} before it had an owner"
            elif person != owner:
                yield f"{event.type} in case {case_id} by {person}, who is not the owner {owner}"


def _answers(evidence: Evidence) -> Iterator[str]:
    asked: dict[str, set[str]] = defaultdict(set)
    for event in evidence.log.all(ConsultOffered):
        asked[event.consult_id].add(event.specialist)
    for answer in evidence.log.all(ConsultAnswered):
        if asked[answer.consult_id] and answer.specialist not in asked[answer.consult_id]:
            yield f"consult {answer.consult_id} was answered by {answer.specialist}, to whom it was never offered"


def _arrivals(evidence: Evidence) -> Iterator[str]:
    queued = {event.reply_id for event in evidence.log.all(ReplyQueued)}
    for id in dict.fromkeys(each.reply_id for each in evidence.received if each.reply_id):
        if id not in queued:
            yield f"reply {id} arrived at the customer, and no owner ever queued it"


def _released(evidence: Evidence) -> Iterator[str]:
    """An owner whose capacity was given back is not working on the case: that is for resolved cases only."""
    released = Counter(event.request_id for event in evidence.log.all(CapacityReleased))
    resolved = {event.case_id for event in evidence.log.all(CaseResolved)}
    for event in evidence.log.all(CaseAssigned):
        if released[event.request_id] and event.case_id not in resolved:
            yield f"case {event.case_id} is without its owner {event.owner}: released though never resolved"
