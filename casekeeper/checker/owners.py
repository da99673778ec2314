"""One owner from assignment to the end, and nobody else who acts but a cover in force (O1, O6).

Only a handover changes the owner, or routing, when it finds somebody for an owner who refused the case.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from casekeeper.checker.verdict import Evidence
from schemas.base import Event
from schemas.events.approval import ApprovalEvent, ApprovalRefused, ApprovalRequested, ApprovalWithdrawn
from schemas.events.case import (
    CaseAssigned,
    CaseAssignmentRefused,
    CaseClosed,
    CaseCoverEnded,
    CaseCoverNamed,
    CaseEvent,
    CaseOwnerChanged,
    CaseReopened,
    CaseResolved,
)
from schemas.events.consult import ConsultAnswered, ConsultOffered, ConsultRequested
from schemas.events.grant import GrantProposed
from schemas.events.handover import (
    HandoverAccepted,
    HandoverDeclined,
    HandoverExpired,
    HandoverForced,
    HandoverOffered,
    HandoverWithdrawn,
)
from schemas.events.promise import PromiseKept, PromiseMade, PromiseWithdrawn
from schemas.events.reply import ReplyCancelled, ReplyEvent, ReplyQueued, ReplyScheduled, ReplySent
from schemas.events.routing import CapacityReleased, CapacityTaken

OWNER: tuple[type[Event], ...] = (
    CaseResolved,
    CaseReopened,
    CaseClosed,
    PromiseMade,
    PromiseKept,
    PromiseWithdrawn,
)
"""Events whose `owner` is the case's one owner at that moment."""
ACTING = {
    ConsultRequested: "asked_by",
    ReplyQueued: "author",
    ReplyScheduled: "by",
    ApprovalRequested: "asked_by",
    GrantProposed: "by",
}
"""Events that the owner or a cover in force causes, and the field that names who did."""
Ended = HandoverDeclined | HandoverExpired | HandoverWithdrawn
Handed = HandoverOffered | HandoverAccepted | HandoverForced | Ended


def owners(evidence: Evidence) -> Iterator[str]:
    """A sentence for each breach of ownership."""
    cases: dict[str, _Owned] = {}
    for entry in evidence.log.entries:
        event = entry.envelope.data
        if isinstance(event, CaseEvent):
            case = cases.setdefault(event.case_id, _Owned(event.case_id))
            yield from case.hears(event, entry.envelope.time)
    yield from _answers(evidence)
    yield from _arrivals(evidence)
    yield from _workers(evidence, cases)
    yield from (sentence for case in cases.values() for sentence in case.ends())
    if evidence.expect_finished:
        yield from _released(evidence)


@dataclass(slots=True)
class _Owned:
    """Who owns one case and who covers, as far as the log has been read."""

    id: str
    owner: str = ""
    owned_by: set[str] = field(default_factory=set)
    offered: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Handover to owner and receiver, while it waits for an answer."""
    granted: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Handover to owner and receiver, once it is accepted or forced and until the owner has changed."""
    refused: dict[str, str] = field(default_factory=dict)
    """Request for another owner to who refused the case, while routing looks for somebody else."""
    refusers: set[str] = field(default_factory=set)
    took_over: bool = False
    """Whether the owner took it over from somebody, rather than having been assigned."""
    cover: CaseCoverNamed | None = None
    let_go: dict[str, str] = field(default_factory=dict)
    """Reply to its author, who could act when it was scheduled or put before other eyes: it leaves later all the same."""
    authors: dict[str, str] = field(default_factory=dict)
    replied: set[str] = field(default_factory=set)
    """Whose replies the customer has had."""

    def hears(self, event: CaseEvent, at: datetime) -> Iterator[str]:
        """What is wrong with the next event, which happened then."""
        if isinstance(event, CaseAssigned):
            yield from self._assigned(event)
        elif isinstance(event, CaseAssignmentRefused):
            yield from self._refused(event)
        elif isinstance(event, CaseOwnerChanged):
            yield from self._changed(event)
        elif isinstance(event, Handed):
            yield from self._handed(event)
        elif isinstance(event, CaseCoverNamed | CaseCoverEnded):
            yield from self._covered(event)
        elif isinstance(event, OWNER):
            yield from self._is_owner(event, getattr(event, "owner"))  # noqa: B009 - each of them has it
            if isinstance(event, CaseResolved | CaseClosed):
                self.refused.clear()
        elif isinstance(event, ReplyEvent | ApprovalEvent | ConsultRequested | GrantProposed):
            yield from self._worked(event, at)

    def ends(self) -> Iterator[str]:
        """What is wrong after the last event."""
        for handover_id, (owner, to) in self.granted.items():
            yield f"case {self.id} stayed with {owner} though handover {handover_id} gave it to {to}"

    def _assigned(self, event: CaseAssigned) -> Iterator[str]:
        if self.owner and event.owner != self.owner:
            yield f"case {self.id} has two owners, {self.owner} and {event.owner}"
        self._own(self.owner or event.owner)

    def _refused(self, event: CaseAssignmentRefused) -> Iterator[str]:
        yield from self._is_owner(event, event.owner)
        if self.took_over or event.owner in self.replied:
            yield f"the assignment of case {self.id} was refused by {event.owner}, who had taken it over or replied in it"
        self.refused[event.request_id] = event.owner
        self.refusers.add(event.owner)

    def _found(self, event: CaseOwnerChanged) -> Iterator[str]:
        refuser = self.refused.get(event.handover_id)
        if refuser is None or (refuser, self.owner) != (event.previous_owner, event.previous_owner):
            yield (
                f"case {self.id} of {self.owner} went from {event.previous_owner} to {event.owner} "
                f"as a refused assignment, and {event.previous_owner} had not refused it"
            )
        elif event.owner in self.refusers:
            yield f"case {self.id} went to {event.owner}, who had refused it"
        self._own(event.owner)

    def _changed(self, event: CaseOwnerChanged) -> Iterator[str]:
        found, self.took_over = event.cause == "refused-assignment", event.cause == "handover"
        self.cover = None
        if found:
            yield from self._found(event)
            self.refused.clear()
            return
        self.refused.clear()
        granted = self.granted.pop(event.handover_id, None)
        if granted is None:
            yield f"case {self.id} went from {self.owner} to {event.owner} without an accepted or forced handover"
        elif granted != (event.previous_owner, event.owner) or event.previous_owner != self.owner:
            yield (
                f"case {self.id} of {self.owner} went from {event.previous_owner} to {event.owner}, "
                f"though handover {event.handover_id} was from {granted[0]} to {granted[1]}"
            )
        self._own(event.owner)

    def _own(self, owner: str) -> None:
        self.owner = owner
        self.owned_by.add(owner)

    def _handed(self, event: Handed) -> Iterator[str]:
        if isinstance(event, HandoverOffered):
            if self.offered:
                yield f"case {self.id} was offered to {event.to} while it was offered to somebody else"
            if event.owner != self.owner:
                yield f"case {self.id} was handed over from {event.owner}, who is not the owner {self.owner}"
            self.offered[event.handover_id] = (event.owner, event.to)
        elif isinstance(event, HandoverForced):
            self.granted[event.handover_id] = (self.owner, event.to)
        elif isinstance(event, HandoverAccepted):
            offered = self.offered.pop(event.handover_id, None)
            if offered is None or offered[1] != event.by:
                yield f"handover {event.handover_id} of case {self.id} was accepted by {event.by}, to whom it was not offered"
            self.granted[event.handover_id] = (offered[0] if offered else self.owner, event.by)
        else:
            self.offered.pop(event.handover_id, None)

    def _covered(self, event: CaseCoverNamed | CaseCoverEnded) -> Iterator[str]:
        if event.owner != self.owner:
            yield f"{event.type} in case {self.id} for {event.owner}, who is not the owner {self.owner}"
        if isinstance(event, CaseCoverNamed) and self.cover:
            yield f"case {self.id} has two covers, {self.cover.cover} and {event.cover}"
        self.cover = event if isinstance(event, CaseCoverNamed) else None

    def _is_owner(self, event: CaseEvent, person: str) -> Iterator[str]:
        if not self.owner:
            yield f"{event.type} by {person} in case {self.id} before it had an owner"
        elif person != self.owner:
            yield f"{event.type} in case {self.id} by {person}, who is not the owner {self.owner}"

    def _worked(self, event: CaseEvent, at: datetime) -> Iterator[str]:
        if isinstance(event, ReplySent):
            self.replied.add(event.author)
            if event.author != self.authors.get(event.reply_id, event.author):
                yield f"{event.type} in case {self.id} by {event.author}, who is not its author"
        elif isinstance(event, ReplyCancelled):
            self.let_go.pop(event.reply_id, None)
        elif isinstance(event, ApprovalRefused | ApprovalWithdrawn):
            self.let_go.pop(event.subject_id, None)
        elif type(event) in ACTING:
            person = str(getattr(event, ACTING[type(event)]))
            found = [] if self._is_let_go(event, person) else list(self._acts(event, person, at))
            if isinstance(event, ReplyQueued) and not found:
                self.authors[event.reply_id] = person
            yield from found

    def _is_let_go(self, event: CaseEvent, person: str) -> bool:
        """Whether the person sent the reply off while they could act; from now on they have, if they could."""
        if isinstance(event, ReplyQueued | ReplyScheduled) and self.let_go.get(event.reply_id) == person:
            return True
        if isinstance(event, ReplyScheduled):
            self.let_go[event.reply_id] = person
        elif isinstance(event, ApprovalRequested):
            self.let_go[event.subject_id] = person
        return False

    def _acts(self, event: CaseEvent, person: str, at: datetime) -> Iterator[str]:
        if not (self.cover and person == self.cover.cover):
            yield from self._is_owner(event, person)
        elif not self.cover.starts_at <= at < self.cover.ends_at:
            yield f"{event.type} in case {self.id} by {person}, who covers for the owner {self.owner} at another time"


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


def _workers(evidence: Evidence, cases: dict[str, _Owned]) -> Iterator[str]:
    """The work of owning a case weighs on its owners only."""
    requests = {request for request, _, _ in _assigned(evidence)}
    for event in evidence.log.all(CapacityTaken):
        if event.request_id in requests and event.person not in cases[event.case_id].owned_by:
            yield f"case {event.case_id} weighs on {event.person}, who never owned it"


def _assigned(evidence: Evidence) -> Iterator[tuple[str, str, str]]:
    """Request, case and owner of each assignment; after a refused one, of the next too."""
    for event in evidence.log.all(CaseAssigned):
        yield event.request_id, event.case_id, event.owner
    for changed in evidence.log.all(CaseOwnerChanged):
        if changed.cause == "refused-assignment":
            yield changed.handover_id, changed.case_id, changed.owner


def _released(evidence: Evidence) -> Iterator[str]:
    """An owner whose capacity was given back not to be taken by the next is not working on the case: for ended cases only."""
    released = set[str]()  # room may be taken anew without having been released: a case that waits takes less of it
    for entry in evidence.log.entries:
        event = entry.envelope.data
        if isinstance(event, CapacityReleased):
            released.add(event.request_id)
        elif isinstance(event, CapacityTaken):
            released.discard(event.request_id)
    ended = {event.case_id for event in evidence.log.all(CaseResolved)}
    ended |= {event.case_id for event in evidence.log.all(CaseClosed) if event.cause == "merged"}
    latest = {case_id: (request, owner) for request, case_id, owner in _assigned(evidence)}
    for case_id, (request, owner) in latest.items():
        if request in released and case_id not in ended:
            yield f"case {case_id} is without its owner {owner}: released though never resolved"
