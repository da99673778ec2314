"""Cases as the desk hears of them: events as the other services publish them, made up for tests."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from schemas.base import Event
from schemas.envelope import Envelope
from schemas.events.case import CaseAssigned, CaseClosed, CaseMessageAdded, CaseOpened, CaseReopened, CaseResolved
from schemas.events.consult import ConsultAnswered, ConsultOffered, ConsultRequested, ConsultWithdrawn
from schemas.events.followup import ClockBreached, ClockSet, ClockStopped
from schemas.events.message import Attachment, Author, Classification, Message
from schemas.events.promise import PromiseKept, PromiseMade
from schemas.events.reply import ReplyFailed, ReplyQueued, ReplySent, ReplyUncertain
from schemas.events.routing import Candidate, Explanation, OwnerAssigned, SpecialistOffered
from schemas.ids import derive
from schemas.topics import BY_EVENT, key_of
from services.chassis.documents import Outgoing
from services.chassis.ids import fresh

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
WHY = Explanation(
    candidates=(
        Candidate(person="maaike.postma", score=0.25, terms={"load": 0.25}),
        Candidate(person="sem.schouten", score=0.75, terms={"load": 0.25, "skill": 0.5}),
    ),
    excluded={"off-shift": 27, "language": 9},
)


@dataclass
class Story:
    """One case. Each method adds the events of one step; `events` is what was published so far, in order."""

    case_id: str = "case-1"
    conversation: str = "conversation-1"
    brand: str = "moccarel"
    channel: str = "web-moccarel"
    customer: Author = field(default_factory=lambda: Author(id="c1", name="Jonas Weber", address="jonas@example.org"))
    language: str = "de"
    start: datetime = NOON
    visibility: str = "private"
    reach: int | None = None
    owner: str = "maaike.postma"
    confidence: dict[str, float] = field(default_factory=dict)
    """By judgement, where it is another than usual."""
    events: list[Event] = field(default_factory=list)

    @property
    def facts(self) -> dict[str, str]:
        return {"case_id": self.case_id, "conversation": self.conversation, "brand": self.brand}

    def after(self, minutes: float) -> datetime:
        return self.start + timedelta(minutes=minutes)

    def _add(self, *events: Event) -> "Story":
        self.events += events
        return self

    def opened(self, due_minutes: float = 60) -> "Story":
        due = self.after(due_minutes)
        clock = {"clock_id": f"first/{self.case_id}", "kind": "first-response", "subject_id": self.case_id}
        return self._add(
            CaseOpened(
                **self.facts,
                channel=self.channel,
                visibility=self.visibility,
                customer=self.customer,
                pool="care",
                language=self.language,
                opened_at=self.start,
                first_reply_due_at=due,
            ),
            ClockSet(**self.facts, **clock, due_at=due, warn_at=due - timedelta(minutes=15)),
        )

    def wrote(self, text: str, minutes: float = 0, urgency: str = "normal", sentiment: str = "neutral") -> "Story":
        number = sum(isinstance(event, CaseMessageAdded) for event in self.events)
        message = Message(
            id=derive("m", self.case_id, str(number)),
            brand=self.brand,
            channel=self.channel,
            conversation=self.conversation,
            external_id=f"x{self.case_id}{number}",
            author=self.customer,
            text=text,
            sent_at=self.after(minutes),
            received_at=self.after(minutes),
            visibility=self.visibility,
            reach=self.reach,
            attachments=(Attachment(url="https://example.org/a.jpg", name="a.jpg"),) if "photo" in text else (),
        )
        understood = Classification(
            language=self.language,
            language_confidence=0.98,
            intent="question",
            intent_confidence=0.8,
            sentiment=sentiment,
            sentiment_confidence=0.7,
            urgency=urgency,
            urgency_confidence=0.7,
            topic="coffee-machine",
            topic_confidence=0.9,
            skill="coffee",
        ).model_copy(update={f"{name}_confidence": value for name, value in self.confidence.items()})
        return self._add(CaseMessageAdded(**self.facts, message=message, classification=understood))

    def assigned(self, owner: str = "", minutes: float = 1) -> "Story":
        self.owner = owner or self.owner
        at, request = self.after(minutes), f"r-{self.case_id}"
        decided = OwnerAssigned(
            request_id=request,
            case_id=self.case_id,
            conversation=self.conversation,
            person=self.owner,
            explanation=WHY,
            decided_at=at,
        )
        return self._add(decided, CaseAssigned(**self.facts, owner=self.owner, request_id=request, assigned_at=at))

    def asked(self, question: str, consult: str = "q1", specialist: str = "", minutes: float = 2) -> "Story":
        self._add(
            ConsultRequested(
                **self.facts,
                consult_id=f"{self.case_id}-{consult}",
                asked_by=self.owner,
                question=question,
                skill="coffee",
                language=self.language,
                due_at=self.after(minutes + 120),
            )
        )
        if not specialist:
            return self
        offer = {
            "consult_id": f"{self.case_id}-{consult}",
            "country": "DE",
            "request_id": f"s-{self.case_id}-{consult}",
        }
        decided = SpecialistOffered(
            case_id=self.case_id,
            conversation=self.conversation,
            person=specialist,
            explanation=WHY,
            decided_at=self.after(minutes),
            **offer,
        )
        return self._add(decided, ConsultOffered(**self.facts, specialist=specialist, **offer))

    def answered(self, answer: str, specialist: str, consult: str = "q1") -> "Story":
        return self._add(
            ConsultAnswered(
                **self.facts,
                consult_id=f"{self.case_id}-{consult}",
                specialist=specialist,
                country="DE",
                answer=answer,
            )
        )

    def withdrew(self, consult: str = "q1") -> "Story":
        return self._add(ConsultWithdrawn(**self.facts, consult_id=f"{self.case_id}-{consult}"))

    def promised(self, what: str, due_minutes: float, promise: str = "p1") -> "Story":
        due = self.after(due_minutes)
        promise_id = f"{self.case_id}-{promise}"
        clock = {"clock_id": f"promise/{promise_id}", "kind": "promise", "subject_id": promise_id}
        return self._add(
            PromiseMade(**self.facts, promise_id=promise_id, owner=self.owner, what=what, due_at=due),
            ClockSet(**self.facts, **clock, due_at=due, warn_at=due - timedelta(minutes=60)),
        )

    def kept(self, promise: str = "p1", late: bool = False) -> "Story":
        promise_id = f"{self.case_id}-{promise}"
        return self._add(PromiseKept(**self.facts, promise_id=promise_id, owner=self.owner, reply_id="r2", late=late))

    def replied(
        self, text: str, reply: str = "r1", kind: str = "answer", minutes: float = 5, outcome: str = "sent"
    ) -> "Story":
        reply_id = f"{self.case_id}-{reply}"
        first = not any(isinstance(event, ReplySent) for event in self.events)
        self._add(
            ReplyQueued(
                **self.facts,
                reply_id=reply_id,
                kind=kind,
                author=self.owner,
                signature="^MP",
                text=text,
                language=self.language,
                channel=self.channel,
                recipient_id=self.customer.id,
                queued_at=self.after(minutes),
            )
        )
        if outcome == "failed":
            self._add(ReplyFailed(**self.facts, reply_id=reply_id, reason="the mailbox is full"))
        if outcome == "uncertain":
            self._add(ReplyUncertain(**self.facts, reply_id=reply_id, reason="the connection broke"))
        if outcome == "sent":
            at = self.after(minutes + 0.1)
            self._add(ReplySent(**self.facts, reply_id=reply_id, kind=kind, author=self.owner, first=first, sent_at=at))
        return self

    def stopped(self, minutes: float = 5) -> "Story":
        due = self.after(60)
        clock = {"clock_id": f"first/{self.case_id}", "kind": "first-response", "subject_id": self.case_id}
        return self._add(
            ClockStopped(**self.facts, **clock, due_at=due, stopped_at=self.after(minutes), late=minutes > 60)
        )

    def breached(self) -> "Story":
        clock = {"clock_id": f"first/{self.case_id}", "kind": "first-response", "subject_id": self.case_id}
        return self._add(ClockBreached(**self.facts, **clock, due_at=self.after(60)))

    def resolved(self, minutes: float = 30) -> "Story":
        at = self.after(minutes)
        return self._add(
            CaseResolved(**self.facts, owner=self.owner, resolved_at=at, closes_at=at + timedelta(hours=48))
        )

    def reopened(self) -> "Story":
        return self._add(CaseReopened(**self.facts, owner=self.owner, message_id="m2"))

    def closed(self) -> "Story":
        return self._add(CaseClosed(**self.facts, owner=self.owner))


def outgoing(events: Iterable[Event], at: datetime = NOON) -> list[Outgoing]:
    """The events on their way to their topics: those of each case numbered, as their producers do."""
    numbers = Counter[tuple[str, str]]()
    found = []
    for event in events:
        subject = str(getattr(event, "case_id", "test"))
        numbers[subject, BY_EVENT[type(event)].name] += 1
        number = numbers[subject, BY_EVENT[type(event)].name]
        envelope = Envelope(fresh(), "casekeeper/test", subject, at, key_of(event), event, sequence=number)
        found.append(Outgoing.of(envelope))
    return found


def several(count: int, start: datetime) -> Sequence[Story]:
    """Many cases at once."""
    return [
        Story(
            case_id=f"case-{n}",
            conversation=f"conversation-{n}",
            customer=Author(id=f"c{n}", name=f"Customer {n}"),
            start=start,
        )
        .opened(due_minutes=n + 1)
        .wrote(f"Question number {n}")
        .assigned()
        for n in range(count)
    ]
