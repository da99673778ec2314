"""Events of one case beyond those of `moments`, for the tests of clocks with a length of their own; and a policy for them."""

from typing import Any

from schemas.events.approval import ApprovalGiven, ApprovalRequested
from schemas.events.case import CaseAssigned, CaseCoverNamed, CaseEvent, CaseMessageAdded, CaseOwnerChanged
from schemas.events.consult import (
    ConsultAccepted,
    ConsultAnswered,
    ConsultAskedBack,
    ConsultClarified,
    ConsultDeclined,
    ConsultRequested,
    ConsultWithdrawn,
)
from schemas.events.followup import ClockEvent
from schemas.events.message import Author, Classification, Message, Urgency
from schemas.events.reply import ReplyKind, ReplySent
from schemas.events.understanding import CaseReclassified
from schemas.organisation_clocks import Clocks
from schemas.working_time import WorkingTime
from services.followup import domain
from services.followup.domain import CaseClocks, Change, ClockTerms
from tests.unit.followup.moments import CASE, NOON, at
from tests.unit.followup.test_domain import TERMS

LENGTHS = [
    {"clock": "pick-up", "minutes": 10, "warn_before_minutes": 4},
    {"clock": "next-reply", "minutes": 60},
    {"clock": "next-reply", "languages": ["pl"], "minutes": 90},
    {"clock": "next-reply", "urgencies": ["high"], "minutes": 20},
    {"clock": "next-reply", "languages": ["pl"], "urgencies": ["high"], "minutes": 30},
    {"clock": "consult", "minutes": 100},
    {"clock": "resolution", "minutes": 600, "warn_before_minutes": 60},
]


def terms(lengths: list[dict[str, Any]] = LENGTHS, version: int = 1, **clocks: Any) -> ClockTerms:
    """A brand that is open day and night, with these clocks."""
    found = Clocks.model_validate({"lengths": lengths, **clocks})
    return ClockTerms(TERMS.warn_before, TERMS.promise_warn_before, found, version=version)


def in_hours(found: ClockTerms, brand: WorkingTime, person: WorkingTime | None = None) -> ClockTerms:
    """The same in these hours."""
    return ClockTerms(
        found.warn_before,
        found.promise_warn_before,
        found.clocks,
        brand_hours=lambda _: brand,
        customer_hours=lambda _channel, _zone: brand,
        person_hours=lambda _: person or brand,
        version=found.version,
    )


def wrote(minutes: float, id: str = "message-1", urgency: Urgency = "normal", language: str = "es") -> CaseMessageAdded:
    message = Message(
        id=id,
        brand="moccarel",
        channel="moccarel-web",
        conversation=CASE["conversation"],
        external_id=id,
        author=Author(id="ana"),
        text="Hola",
        sent_at=at(minutes),
        received_at=at(minutes),
    )
    facts = dict.fromkeys(
        ("language_confidence", "intent_confidence", "sentiment_confidence", "urgency_confidence"), 0.9
    )
    label = Classification(language=language, intent="question", sentiment="neutral", urgency=urgency, **facts)
    return CaseMessageAdded(**CASE, message=message, classification=label)


def assigned(minutes: float, owner: str = "kees") -> CaseAssigned:
    return CaseAssigned(**CASE, owner=owner, request_id="request-1", assigned_at=at(minutes))


def handed_over(minutes: float, owner: str = "mia") -> CaseOwnerChanged:
    facts = {"previous_owner": "kees", "handover_id": "handover-1", "by": owner, "reason": "shift ends"}
    return CaseOwnerChanged(**CASE, **facts, owner=owner, changed_at=at(minutes))


def covered(start: float, end: float, cover: str = "bo") -> CaseCoverNamed:
    facts = {"owner": "kees", "by": "kees", "reason": "lunch"}
    return CaseCoverNamed(**CASE, **facts, cover=cover, starts_at=at(start), ends_at=at(end))


def replied(minutes: float, id: str, kind: ReplyKind = "answer", first: bool = False) -> ReplySent:
    return ReplySent(**CASE, reply_id=id, kind=kind, author="kees", first=first, sent_at=at(minutes))


def reclassified(minutes: float, urgency: Urgency, language: str = "es") -> CaseReclassified:
    facts: dict[str, Any] = {
        "cause": "message",
        "message_id": "message-2",
        "intent": "complaint",
        "sentiment": "negative",
    }
    return CaseReclassified(
        **CASE, **facts, language=language, urgency=urgency, changed=("urgency",), reclassified_at=at(minutes)
    )


def asked(id: str = "consult-1") -> ConsultRequested:
    facts = {"asked_by": "kees", "question": "which part?", "language": "es"}
    return ConsultRequested(**CASE, **facts, consult_id=id, due_at=at(5_000))


def accepted(specialist: str = "lu", id: str = "consult-1") -> ConsultAccepted:
    return ConsultAccepted(**CASE, consult_id=id, specialist=specialist, request_id=f"{id} {specialist}")


def declined(specialist: str = "lu", id: str = "consult-1") -> ConsultDeclined:
    names = {"consult_id": id, "specialist": specialist, "request_id": f"{id} {specialist}"}
    return ConsultDeclined(**CASE, **names, reason="not my field")


def asked_back(id: str = "consult-1") -> ConsultAskedBack:
    return ConsultAskedBack(**CASE, consult_id=id, specialist="lu", text="which machine?")


def clarified(id: str = "consult-1") -> ConsultClarified:
    return ConsultClarified(**CASE, consult_id=id, by="kees", text="the small one")


def answered(minutes: float, id: str = "consult-1") -> ConsultAnswered:
    facts = {"specialist": "lu", "country": "CN", "answer": "part 7"}
    return ConsultAnswered(**CASE, **facts, consult_id=id, answered_at=at(minutes))


def consult_withdrawn(id: str = "consult-1") -> ConsultWithdrawn:
    return ConsultWithdrawn(**CASE, consult_id=id)


def approval_wanted(due: float, id: str = "approval-1") -> ApprovalRequested:
    facts: dict[str, Any] = {"subject": "reply", "subject_id": "reply-1", "asked_by": "kees", "reasons": ("stage",)}
    return ApprovalRequested(**CASE, **facts, approval_id=id, requested_at=NOON, due_at=at(due))


def approved(id: str = "approval-1") -> ApprovalGiven:
    return ApprovalGiven(**CASE, approval_id=id, subject="reply", subject_id="reply-1", by="coach")


RULES: dict[str, Any] = {
    "case.opened.v1": domain.case_opened,
    "case.message-added.v1": domain.message_added,
    "case.assigned.v1": domain.case_owned,
    "case.owner-changed.v1": domain.case_owned,
    "case.cover-named.v1": domain.cover_changed,
    "case.reclassified.v1": domain.case_reclassified,
    "case.absorbed.v1": domain.case_absorbed,
    "case.resolved.v1": domain.case_resolved,
    "case.closed.v1": domain.case_closed,
    "reply.sent.v1": domain.reply_sent,
    "promise.made.v1": domain.promise_made,
    "promise.kept.v1": domain.promise_kept,
    "promise.withdrawn.v1": domain.promise_withdrawn,
    "approval.requested.v1": domain.approval_requested,
}
TIMED_RULES: dict[str, Any] = {
    "case.reopened.v1": domain.case_reopened,
    "consult.requested.v1": domain.consult_waits,
    "consult.answered.v1": domain.consult_waits,
    "consult.withdrawn.v1": domain.consult_waits,
    "consult.accepted.v1": domain.consult_worked_on,
    "consult.declined.v1": domain.consult_worked_on,
    "consult.asked-back.v1": domain.consult_worked_on,
    "consult.clarified.v1": domain.consult_worked_on,
    "approval.given.v1": domain.approval_ended,
}


class Followed:
    """A case's clocks by a policy, with everything that they said."""

    def __init__(self, found: ClockTerms | None = None) -> None:
        self.terms = found or terms()
        self.state: CaseClocks | None = None
        self.said: list[ClockEvent] = []

    def take(self, event: CaseEvent, minutes: float, happened: float | None = None) -> "Followed":
        """Hear an event; `happened` is when it did, if not now."""
        now, then = at(minutes), at(minutes if happened is None else happened)
        if event.type in RULES:
            return self._change(RULES[event.type](self.state, event, self.terms, now))
        return self._change(TIMED_RULES[event.type](self.state, event, self.terms, now, then))

    def pass_to(self, minutes: float) -> "Followed":
        """Let time pass in one leap: fire what is due then."""
        return self._change(domain.speak(self.state, at(minutes)))

    def under(self, found: ClockTerms, minutes: float) -> "Followed":
        """Let other terms hold."""
        self.terms = found
        return self._change(domain.with_terms(self.state, found, at(minutes)) if self.state else None)

    def lines(self, kind: str = "") -> list[str]:
        """What was said, of one kind of clock or of all."""
        mine = [each for each in self.said if each.kind == kind or not kind]
        return [each.type.split(".")[1] if kind else f"{each.kind} {each.type.split('.')[1]}" for each in mine]

    def due(self, kind: str) -> float | None:
        """When the open clock of this kind is due, in minutes from noon; None when there is none or it stands still."""
        running = [each for each in self.state.clocks if each.kind == kind and not each.over] if self.state else []
        assert len(running) <= 1
        return (running[0].due_at - NOON).total_seconds() / 60 if running and not running[0].paused else None

    def _change(self, change: Change | None) -> "Followed":
        if change:
            self.state = change[0]
            self.said += change[1]
        return self
