"""One test of a channel (F11): a contact of our own writes as a customer would, each step to the answer is timed. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import Field

from schemas.base import Identifier, Language, Model, UtcDatetime
from schemas.events.case import CaseAssigned, CaseEvent, CaseOpened
from schemas.events.channel_test import (
    ChannelTestAlerted,
    ChannelTestEvent,
    ChannelTestFailed,
    ChannelTestPassed,
    ChannelTestRecovered,
    ChannelTestSent,
    Step,
)
from schemas.events.reply import ReplyQueued, ReplySent
from schemas.ids import conversation_id, derive
from schemas.organisation_quality import ChannelTestPolicy

Stage = Literal["planned", "running", "passed", "failed"]
HEARD: tuple[type[CaseEvent], ...] = (CaseOpened, CaseAssigned, ReplyQueued, ReplySent)
"""What a test listens to."""
Change = tuple["ChannelTest", tuple[ChannelTestEvent, ...]]
STEPS: tuple[Step, ...] = ("accept", "open", "assign", "reply", "deliver")
FAILURES_TO_ALERT = 2
LATE_START = timedelta(minutes=30)
"""A test whose time has passed for longer, because we were down, is left out: the next one tells more."""
MISSING: dict[Step, str] = {
    "accept": "the message was not accepted",
    "open": "the message did not become a case",
    "assign": "the case got no owner",
    "reply": "nobody replied",
    "deliver": "the reply did not leave",
}


class Contact(Model):
    """Who writes, and what; nothing of it says that it is a test, unless the brand wants it so."""

    author_id: Identifier
    name: str
    language: Language
    text: str
    thread: Identifier
    """The channel's own name of the conversation."""


class ChannelTest(Model):
    """One test, from its plan to its end."""

    brand: Identifier
    channel: Identifier
    conversation: Identifier
    contact: Contact
    planned_at: UtcDatetime
    deadline_at: UtcDatetime
    """When it has failed if the next step has not happened."""
    fail_after_minutes: float
    failures_before: int = Field(default=0, ge=0)
    """How often the channel had failed in a row before this test."""
    case_id: str = ""
    reply_due_at: UtcDatetime | None = None
    steps: dict[Step, UtcDatetime] = Field(default_factory=dict)
    """When each step happened."""
    stage: Stage = "planned"
    reason: str = ""
    ended_at: UtcDatetime | None = None

    @property
    def id(self) -> str:
        return id_of(self.conversation)

    @property
    def over(self) -> bool:
        return self.stage in ("passed", "failed")

    @property
    def next_step(self) -> Step | None:
        """The first step that has not happened."""
        return next((step for step in STEPS if step not in self.steps), None)

    @property
    def seconds(self) -> dict[Step, float]:
        """How long after the plan each step happened."""
        return {step: round((at - self.planned_at).total_seconds(), 3) for step, at in self.steps.items()}


def id_of(conversation: str) -> str:
    """The id of the test whose contact wrote in this conversation."""
    return derive("channel-test", conversation)


def slot_at(channel: str, every_hours: float, now: datetime) -> str | None:
    """The name of the slot of this channel that has just begun; None when none has.

    Each channel has a time of its own, so that they are not all tested at once.
    """
    seconds = every_hours * 3600
    offset = int(derive("slot", channel)[:8], 16) % seconds
    number = (now.timestamp() - offset) // seconds
    began = datetime.fromtimestamp(number * seconds + offset, UTC)
    return f"{every_hours:g}h-{number:.0f}" if now - began <= LATE_START else None


def contact(policy: ChannelTestPolicy, author_id: str, slot: str) -> Contact:
    """Who asks what in this slot: the brand's questions in turn."""
    chosen = policy.questions[int(derive("question", slot)[:8], 16) % len(policy.questions)]
    text = f"[test] {chosen.text}" if policy.announced else chosen.text
    return Contact(author_id=author_id, name=chosen.name, language=chosen.language, text=text, thread=author_id)


def planned(
    brand: str, channel: str, contact: Contact, fail_after_minutes: float, failures_before: int, now: datetime
) -> ChannelTest:
    """A test that is about to begin."""
    return ChannelTest(
        brand=brand,
        channel=channel,
        conversation=conversation_id(brand, channel, contact.thread),
        contact=contact,
        planned_at=now,
        deadline_at=now + timedelta(minutes=fail_after_minutes),
        fail_after_minutes=fail_after_minutes,
        failures_before=failures_before,
    )


def accepted(test: ChannelTest | None, at: datetime) -> Change | None:
    """The channel took the message."""
    if test is None or "accept" in test.steps:
        return None
    said = ChannelTestSent(**_named(test), planned_at=test.planned_at, accepted_at=at)
    stage: Stage = test.stage if test.over else "running"
    return test.model_copy(update={"steps": {**test.steps, "accept": at}, "stage": stage}), (said,)


def refused(test: ChannelTest | None, reason: str, now: datetime) -> Change | None:
    """The channel will not take the message, however often it is sent."""
    if test is None or test.stage != "planned":
        return None
    return _failed(test, "accept", reason, now)


def heard(test: ChannelTest | None, event: CaseEvent) -> Change | None:
    """Something happened to the contact's case."""
    if test is None:
        return None
    if isinstance(event, CaseOpened):
        return _opened(test, event)
    happened = _step(event)
    if happened is None or happened[0] in test.steps:
        return None
    step, at = happened
    test = test.model_copy(update={"steps": {**test.steps, step: at}, "case_id": event.case_id})
    if step == "deliver" and not test.over:
        return _ended(test, at)
    return test, ()


def expired(test: ChannelTest | None, now: datetime) -> Change | None:
    """What should have happened by now has not; None: there is time, or it is over."""
    if test is None or test.over or now < test.deadline_at:
        return None
    step = test.next_step or "deliver"
    minutes = (test.deadline_at - test.planned_at).total_seconds() / 60
    return _failed(test, step, f"{MISSING[step]} within {minutes:.0f} min", now)


def _step(event: CaseEvent) -> tuple[Step, datetime] | None:
    """Which step this event is, and when it happened."""
    match event:
        case CaseAssigned():
            return "assign", event.assigned_at
        case ReplyQueued():
            return "reply", event.queued_at
        case ReplySent():
            return "deliver", event.sent_at
    return None


def _opened(test: ChannelTest, event: CaseOpened) -> Change | None:
    """From here on the answer has the time that any customer is promised (O4)."""
    if "open" in test.steps:
        return None
    deadline_at = event.first_reply_due_at + timedelta(minutes=test.fail_after_minutes)
    changed = {
        "case_id": event.case_id,
        "reply_due_at": event.first_reply_due_at,
        "deadline_at": max(deadline_at, test.deadline_at),
        "steps": {**test.steps, "open": event.opened_at},
    }
    return test.model_copy(update=changed), ()


def _ended(test: ChannelTest, at: datetime) -> Change:
    """The reply has left: passed, unless it came later than the customer was promised."""
    replied_at, due_at = test.steps.get("reply", at), test.reply_due_at
    if due_at and replied_at > due_at:
        late = (replied_at - due_at).total_seconds() / 60
        return _failed(test, "reply", f"the first reply came {late:.0f} min after it was due", at)
    test = test.model_copy(update={"stage": "passed", "ended_at": at})
    said: list[ChannelTestEvent] = [
        ChannelTestPassed(**_named(test), case_id=test.case_id, seconds=test.seconds, ended_at=at)
    ]
    if test.failures_before >= FAILURES_TO_ALERT:
        said.append(ChannelTestRecovered(**_named(test), failures=test.failures_before, recovered_at=at))
    return test, tuple(said)


def _failed(test: ChannelTest, step: Step, reason: str, now: datetime) -> Change:
    test = test.model_copy(update={"stage": "failed", "reason": reason, "ended_at": now})
    return test, tuple(_complaints(test, step, reason, now))


def _complaints(test: ChannelTest, step: Step, reason: str, now: datetime) -> Iterator[ChannelTestEvent]:
    named = _named(test)
    yield ChannelTestFailed(**named, step=step, reason=reason, case_id=test.case_id, seconds=test.seconds, ended_at=now)
    if test.failures_before + 1 == FAILURES_TO_ALERT:  # once for a row of failures, however long
        yield ChannelTestAlerted(**named, step=step, reason=reason, alerted_at=now)


def _named(test: ChannelTest) -> dict[str, str]:
    return {
        "test_id": test.id,
        "brand": test.brand,
        "channel": test.channel,
        "conversation": test.conversation,
    }
