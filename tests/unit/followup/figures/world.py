"""A made-up fortnight of cases, as their events tell it: every kind of fact that the figures are made of, some of it twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from schemas.events.case import (
    CaseAssigned,
    CaseClosed,
    CaseEvent,
    CaseMessageAdded,
    CaseOpened,
    CaseOwnerChanged,
    CaseReopened,
    CaseResolved,
    CaseUnmerged,
)
from schemas.events.consult import (
    ConsultAccepted,
    ConsultAnswered,
    ConsultAskedBack,
    ConsultClarified,
    ConsultDeclined,
    ConsultOfferExpired,
    ConsultRequested,
    ConsultWithdrawn,
)
from schemas.events.message import Author, Classification, Message
from schemas.events.promise import PromiseKept, PromiseMade, PromiseWithdrawn
from schemas.events.reply import ReplySent
from schemas.events.understanding import CaseReclassified, ClassificationCorrected

START = datetime(2026, 3, 2, 7, tzinfo=UTC)
"""A Monday; the night of 29 March, in which the clocks change, lies ahead."""
CHANNELS = {"moccarel": ("moccarel-web", "moccarel-mail"), "pluvane": ("pluvane-web",)}
LANGUAGES = ("nl", "de", "es")
PEOPLE = ("maaike.postma", "sem.schouten", "somebody.who.left")
SPECIALISTS = ("harry.carter", "somebody.who.left")


@dataclass(frozen=True)
class Told:
    """An event, and when its producer says that it happened."""

    event: CaseEvent
    at: datetime


def world(seed: int, cases: int, *, days: int = 14) -> list[Told]:
    """All events in the order of time, with the events of each case in their own order."""
    random = Random(seed)
    told = [each for number in range(cases) for each in Story(random, f"case-{seed}-{number}", days).told()]
    return sorted(told, key=lambda each: each.at)


class Story:
    """One case, from its first message to as far as chance takes it."""

    def __init__(self, random: Random, case_id: str, days: int) -> None:
        self.random = random
        self.brand = random.choice(list(CHANNELS))
        self.named: dict[str, Any] = {"case_id": case_id, "conversation": f"of-{case_id}", "brand": self.brand}
        self.channel = random.choice(CHANNELS[self.brand])
        self.language = random.choice(LANGUAGES)
        self.owner = random.choice(PEOPLE)
        self.at = START + timedelta(seconds=random.uniform(0, days * 86_400))
        self.opened_at = self.at
        self.author = Author(id="ana", time_zone=random.choice(("", "America/New_York")))

    def told(self) -> Iterator[Told]:
        """Later events are never earlier; the story ends where chance has it end."""
        yield self.now(
            CaseOpened(
                **self.named,
                channel=self.channel,
                visibility="private",
                customer=self.author,
                pool=self.random.choice(("care", "vip")),
                language=self.language,
                opened_at=self.opened_at,
                first_reply_due_at=self.opened_at + timedelta(minutes=60),
                test=self.random.random() < 0.05,
            )
        )
        yield self.message("1")
        for part in (self.picking_up, self.understanding, self.consulting, self.replying, self.promising, self.ending):
            if self.random.random() < 0.12:
                return
            yield from part()

    def picking_up(self) -> Iterator[Told]:
        self.later(30)
        assigned = CaseAssigned(**self.named, owner=self.owner, request_id="r", assigned_at=self.at)
        yield self.now(assigned)
        if self.random.random() < 0.2:
            self.later(20)
            before, self.owner = self.owner, self.random.choice(PEOPLE)
            yield self.now(
                CaseOwnerChanged(
                    **self.named,
                    owner=self.owner,
                    previous_owner=before,
                    handover_id="h",
                    by=before,
                    reason="",
                    changed_at=self.at,
                )
            )
            yield self.now(assigned)

    def understanding(self) -> Iterator[Told]:
        if self.random.random() < 0.2:
            self.later(5)
            yield self.now(
                CaseReclassified(
                    **self.named,
                    cause="message",
                    message_id="1",
                    language=self.random.choice(LANGUAGES),
                    intent="question",
                    sentiment="neutral",
                    urgency="high",
                    changed=("urgency",),
                    first_reply_due_at=self.opened_at + timedelta(minutes=self.random.choice((30, 90))),
                    reclassified_at=self.at,
                )
            )
        if self.random.random() < 0.15:
            yield self.now(
                ClassificationCorrected(
                    **self.named,
                    correction_id="c",
                    message_id="1",
                    by=self.owner,
                    was=classified("question"),
                    intent=self.random.choice(("compliment", "complaint")),
                    corrected_at=self.at,
                )
            )

    def consulting(self) -> Iterator[Told]:
        for number in range(self.random.choice((0, 0, 1, 2))):
            consult = {**self.named, "consult_id": f"{self.named['case_id']}-c{number}"}
            self.later(10)
            due_at = self.at + timedelta(minutes=120)
            yield self.now(ConsultRequested(**consult, asked_by=self.owner, question="?", language="en", due_at=due_at))
            for _ in range(self.random.choice((0, 1, 1, 2))):
                yield from self.working_on(consult)
            self.later(200)
            ending, specialist = self.random.random(), self.random.choice(SPECIALISTS)
            if ending < 0.7:
                told_at = self.at - timedelta(minutes=1) if ending < 0.5 else None
                for _ in range(2):  # a second answer changes nothing
                    yield self.now(
                        ConsultAnswered(**consult, specialist=specialist, country="GB", answer="!", answered_at=told_at)
                    )
                    self.later(5)
                    told_at = self.at
            elif ending < 0.85:
                yield self.now(ConsultWithdrawn(**consult))

    def working_on(self, consult: dict[str, Any]) -> Iterator[Told]:
        """Somebody takes it, perhaps waits for the owner, perhaps gives it back."""
        offer = {**consult, "specialist": self.random.choice(SPECIALISTS), "request_id": "r"}
        self.later(60)
        yield self.now(ConsultAccepted(**offer))
        if self.random.random() < 0.3:
            self.later(60)
            yield self.now(ConsultAskedBack(**consult, specialist=offer["specialist"], text="?"))
            if self.random.random() < 0.7:
                self.later(120)
                yield self.now(ConsultClarified(**consult, by=self.owner, text="!"))
        if self.random.random() < 0.3:
            self.later(120)
            declined = self.random.random() < 0.5
            yield self.now(ConsultDeclined(**offer, reason="busy") if declined else ConsultOfferExpired(**offer))

    def replying(self) -> Iterator[Told]:
        for number, kind in enumerate(self.random.choice((("answer",), ("holding", "answer"), ("holding",)))):
            self.later(60)
            yield self.reply(number, kind)
        for number in range(2, 2 + self.random.choice((0, 0, 1, 2))):
            self.later(90)
            yield self.message(str(number))
            if self.random.random() < 0.8:
                self.later(80)
                yield self.reply(number, "answer")

    def reply(self, number: int, kind: Any) -> Told:
        reply_id, sent_at = f"{self.named['case_id']}-r{number}", self.at - timedelta(seconds=20)
        return self.now(
            ReplySent(**self.named, reply_id=reply_id, kind=kind, author=self.owner, first=number == 0, sent_at=sent_at)
        )

    def promising(self) -> Iterator[Told]:
        if self.random.random() < 0.6:
            return
        promise = {**self.named, "promise_id": f"{self.named['case_id']}-p"}
        made_at = self.at if self.random.random() < 0.8 else None
        due_at = self.at + timedelta(minutes=180)
        yield self.now(PromiseMade(**promise, owner=self.owner, what="", due_at=due_at, made_at=made_at))
        ending = self.random.random()
        self.later(300)
        if ending < 0.7:
            yield self.now(
                PromiseKept(**promise, owner=self.owner, reply_id="r", late=self.at > due_at, kept_at=self.at)
            )
        elif ending < 0.85:
            yield self.now(PromiseWithdrawn(**promise, owner=self.owner, reply_id="r", reason="", withdrawn_at=self.at))

    def ending(self) -> Iterator[Told]:
        for number in range(self.random.choice((1, 1, 2))):
            if number:
                self.later(600)
                yield self.message(f"again-{number}")
                yield self.now(CaseReopened(**self.named, owner=self.owner, message_id=f"again-{number}"))
            self.later(400)
            closes_at = self.at + timedelta(hours=48)
            yield self.now(CaseResolved(**self.named, owner=self.owner, resolved_at=self.at, closes_at=closes_at))
        if self.random.random() < 0.6:
            self.later(2880)
            closed_at = self.at if self.random.random() < 0.5 else None
            yield self.now(CaseClosed(**self.named, owner=self.owner, closed_at=closed_at))
            if self.random.random() < 0.1:
                yield self.now(CaseUnmerged(**self.named, owner=self.owner, into="other", reason=""))

    def message(self, number: str) -> Told:
        message = Message(
            id=number,
            brand=self.brand,
            channel=self.channel,
            conversation=self.named["conversation"],
            external_id=number,
            author=self.author,
            text="…",
            sent_at=self.at,
            received_at=self.at,
        )
        intent = self.random.choice(("question", "question", "compliment"))
        urgency = self.random.choice(("low", "normal", "high"))
        return self.now(CaseMessageAdded(**self.named, message=message, classification=classified(intent, urgency)))

    def now(self, event: CaseEvent) -> Told:
        return Told(event, self.at)

    def later(self, mean_minutes: float) -> None:
        self.at += timedelta(minutes=self.random.expovariate(1 / mean_minutes))


def classified(intent: Any, urgency: Any = "normal") -> Classification:
    """A classification that says this intent and urgency."""
    sure = {f"{name}_confidence": 1.0 for name in ("language", "intent", "sentiment", "urgency")}
    return Classification(language="nl", intent=intent, sentiment="neutral", urgency=urgency, **sure)
