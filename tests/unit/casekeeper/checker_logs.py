"""Builds what a run leaves behind (event log, what was sent, what arrived), story by story, to feed the checker."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from casekeeper.checker import ReceivedReply, SentMessage
from schemas.base import Event
from schemas.envelope import Envelope
from schemas.events.case import CaseAssigned, CaseClosed, CaseMessageAdded, CaseOpened, CaseReopened, CaseResolved
from schemas.events.consult import (
    ConsultAccepted,
    ConsultAnswered,
    ConsultDeclined,
    ConsultOffered,
    ConsultOfferEnded,
    ConsultOfferExpired,
    ConsultRequested,
)
from schemas.events.delivery import DeliverySent
from schemas.events.followup import ClockBreached, ClockEscalated, ClockSet, ClockStopped
from schemas.events.message import Author, Classification, Message, MessageClassified, MessageReceived
from schemas.events.promise import PromiseKept, PromiseMade
from schemas.events.reply import ReplyQueued, ReplySent
from schemas.events.routing import (
    CapacityReleased,
    Explanation,
    OwnerAssigned,
    OwnerRequested,
    SpecialistRequested,
)
from schemas.ids import message_id
from schemas.topics import BY_EVENT, key_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BRAND, CHANNEL, OWNER = "moccarel", "moccarel-hook", "kees"
UNDERSTOOD = Classification(
    language="es",
    language_confidence=0.9,
    intent="question",
    intent_confidence=0.9,
    sentiment="neutral",
    sentiment_confidence=0.9,
    urgency="normal",
    urgency_confidence=0.9,
)


@dataclass
class Said:
    """One event with its aggregate and, once numbered, its envelope's id and sequence."""

    subject: str
    event: Event


@dataclass
class Run:
    """A run as it is being written. `said` is in the order of the log."""

    said: list[Said] = field(default_factory=list)
    sent: list[SentMessage] = field(default_factory=list)
    received: list[ReceivedReply] = field(default_factory=list)

    def say(self, subject: str, event: Event) -> None:
        self.said.append(Said(subject, event))

    def envelopes(self) -> list[Envelope]:
        """The log: sequences without gaps, ids of their own."""
        numbers: dict[tuple[str, str], int] = defaultdict(int)
        envelopes = []
        for place, each in enumerate(self.said):
            lane = (BY_EVENT[type(each.event)].name, each.subject)
            numbers[lane] += 1
            key = key_of(each.event)
            envelopes.append(Envelope(f"e{place}", "test", each.subject, NOON, key, each.event, numbers[lane]))
        return envelopes


class Story:
    """One conversation's case, told step by step into a run. Every step is right by itself."""

    def __init__(self, run: Run, name: str = "1") -> None:
        self.run, self.name = run, name
        self.case_id, self.conversation, self.request_id = f"case-{name}", f"conversation-{name}", f"owner-{name}"
        self._numbers = count(1)

    def named(self) -> dict[str, Any]:
        return {"case_id": self.case_id, "conversation": self.conversation, "brand": BRAND}

    def say(self, event: Event) -> None:
        self.run.say(self.case_id, event)

    def message(self, copies: int = 1) -> Message:
        """A customer writes."""
        external_id = f"{self.name}-{next(self._numbers)}"
        message = Message(
            id=message_id(BRAND, CHANNEL, external_id),
            brand=BRAND,
            channel=CHANNEL,
            conversation=self.conversation,
            external_id=external_id,
            author=Author(id="ana"),
            text="¿Cómo descalcifico la máquina?",
            sent_at=NOON,
            received_at=NOON,
        )
        self.run.sent.append(SentMessage(BRAND, CHANNEL, external_id, self.conversation, copies))
        self.run.say(message.id, MessageReceived(message=message))
        self.run.say(message.id, MessageClassified(message=message, classification=UNDERSTOOD))
        return message

    def opened(self) -> None:
        """The first message makes a case, and the case asks for an owner."""
        message = self.message()
        self.say(
            CaseOpened(
                **self.named(),
                channel=CHANNEL,
                visibility="private",
                customer=message.author,
                pool="care",
                language="es",
                opened_at=NOON,
                first_reply_due_at=NOON + timedelta(hours=1),
            )
        )
        self.added(message)
        self.say(
            OwnerRequested(
                request_id=self.request_id,
                pool="care",
                case_id=self.case_id,
                conversation=self.conversation,
                brand=BRAND,
                language="es",
                due_at=NOON,
            )
        )

    def added(self, message: Message) -> None:
        self.say(CaseMessageAdded(**self.named(), message=message, classification=UNDERSTOOD))

    def assigned(self, owner: str = OWNER) -> None:
        """Routing finds the owner."""
        place = {"request_id": self.request_id, "case_id": self.case_id, "conversation": self.conversation}
        self.run.say(self.request_id, OwnerAssigned(**place, person=owner, explanation=Explanation(), decided_at=NOON))
        self.say(CaseAssigned(**self.named(), owner=owner, request_id=self.request_id, assigned_at=NOON))

    def consulted(self, country: str = "AR") -> str:
        """The owner asks a specialist, who answers."""
        id = f"consult-{self.name}-{next(self._numbers)}"
        about = {**self.named(), "consult_id": id}
        self.say(ConsultRequested(**about, asked_by=OWNER, question="How?", language="es", due_at=NOON))
        self.say(ConsultOffered(**about, specialist="luz", country=country, request_id=f"request-{id}"))
        self.say(ConsultAnswered(**about, specialist="luz", country=country, answer="So."))
        return id

    def passed_on(self) -> str:
        """One declines, one lets it expire, the third has it before the fourth; the second answers all the same."""
        id = f"consult-{self.name}-{next(self._numbers)}"
        about = {**self.named(), "consult_id": id}
        asked = {"language": "es", "due_at": NOON}
        self.say(ConsultRequested(**about, **asked, asked_by=OWNER, question="How?", places=2))
        ends = (
            ("luz", ConsultDeclined, {"reason": "No."}),
            ("wei", ConsultOfferExpired, {}),
            ("mei", ConsultAccepted, {}),
            ("bo", ConsultOfferEnded, {}),
        )
        names = {name: {"specialist": name, "request_id": f"request-{id}-{name}"} for name, _, _ in ends}
        place = {"pool": "care", "case_id": self.case_id, "conversation": self.conversation}
        for name, _, _ in ends:
            wanted = {"request_id": names[name]["request_id"], "consult_id": id, "brand": BRAND}
            self.say(SpecialistRequested(**place, **wanted, **asked))
            self.say(ConsultOffered(**about, **names[name], country="AR"))
        for name, kind, more in ends:
            self.say(kind(**about, **names[name], **more))
        self.say(ConsultAnswered(**about, specialist="mei", country="AR", answer="So."))
        for name, _, _ in ends:
            request = {"request_id": names[name]["request_id"], "person": name}
            self.say(CapacityReleased(**place, **request))
        self.say(ConsultAnswered(**about, specialist="wei", country="AR", answer="Or so.", late=True))
        return id

    def promised(self) -> str:
        id = f"promise-{self.name}-{next(self._numbers)}"
        due_at = NOON + timedelta(hours=4)
        self.say(PromiseMade(**self.named(), promise_id=id, owner=OWNER, what="an answer", due_at=due_at))
        return id

    def replied(self, keeps: str = "") -> str:
        """The owner answers, and the customer gets it."""
        id = f"reply-{self.name}-{next(self._numbers)}"
        about = {**self.named(), "reply_id": id, "author": OWNER, "kind": "answer"}
        self.say(
            ReplyQueued(
                **about,
                signature="^KB",
                text="Así.",
                language="es",
                channel=CHANNEL,
                recipient_id="ana",
                keeps_promise=keeps,
                queued_at=NOON,
            )
        )
        self.run.received.append(ReceivedReply(id, f"delivery-{id}", self.conversation, "Así.", NOON))
        self.run.say(
            id,
            DeliverySent(reply_id=id, case_id=self.case_id, conversation=self.conversation, receipt="r", sent_at=NOON),
        )
        self.say(ReplySent(**about, first=True, sent_at=NOON))
        if keeps:
            self.say(PromiseKept(**self.named(), promise_id=keeps, owner=OWNER, reply_id=id, late=False))
        return id

    def clock(self, kind: str, subject_id: str, *, breached: bool) -> None:
        """A clock that was set, and breached or stopped."""
        about = {**self.named(), "clock_id": f"clock-{kind}-{subject_id}", "kind": kind, "subject_id": subject_id}
        self.say(ClockSet(**about, due_at=NOON, warn_at=NOON))
        if breached:
            self.say(ClockBreached(**about, due_at=NOON))
            told = {"step": 1, "to": "lead", "by": "desk", "minutes_late": 0}
            self.say(ClockEscalated(**about, **told, due_at=NOON, escalated_at=NOON))
        else:
            self.say(ClockStopped(**about, due_at=NOON, stopped_at=NOON, late=False))

    def resolved(self) -> None:
        self.say(CaseResolved(**self.named(), owner=OWNER, resolved_at=NOON, closes_at=NOON + timedelta(hours=48)))
        self.say(
            CapacityReleased(
                request_id=self.request_id,
                pool="care",
                case_id=self.case_id,
                conversation=self.conversation,
                person=OWNER,
            )
        )

    def reopened(self) -> None:
        """The customer writes again within the quiet period."""
        message = self.message()
        self.say(CaseReopened(**self.named(), owner=OWNER, message_id=message.id))
        self.added(message)

    def closed(self) -> None:
        self.clock("closing", f"{self.case_id}-{next(self._numbers)}", breached=True)
        self.say(CaseClosed(**self.named(), owner=OWNER))


def whole(name: str = "1", run: Run | None = None) -> Run:
    """A run with one case that has everything: two messages, a consult, a promise, two replies, a reopening, the end."""
    run = run or Run()
    story = Story(run, name)
    story.opened()
    story.assigned()
    story.added(story.message(copies=2))
    story.consulted()
    promise = story.promised()
    story.replied()
    story.clock("promise", promise, breached=False)
    story.replied(keeps=promise)
    story.resolved()
    story.reopened()
    story.replied()
    story.resolved()
    story.closed()
    return run


def interleaved(runs: Sequence[Run], order: random.Random) -> Run:
    """Several runs at the same time: each keeps its own order."""
    together = Run()
    left = [list(run.said) for run in runs]
    while any(left):
        together.said.append(order.choice([each for each in left if each]).pop(0))
    together.sent = [message for run in runs for message in run.sent]
    together.received = [reply for run in runs for reply in run.received]
    return together
