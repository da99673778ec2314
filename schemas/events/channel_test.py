"""Channel tests: what a test contact of our own showed about a channel (F11)."""

from typing import ClassVar, Literal

from pydantic import Field

from schemas.base import Event, Identifier, UtcDatetime

Step = Literal["accept", "open", "assign", "reply", "deliver"]
"""What has to happen: the channel's message is accepted, becomes a case, gets an owner, is replied to, and the reply leaves."""


class ChannelTestEvent(Event):
    """Common to all facts about a test of a channel."""

    test_id: Identifier
    brand: Identifier
    channel: Identifier
    conversation: Identifier
    """Of the test contact's message."""


class ChannelTestSent(ChannelTestEvent):
    """A test contact wrote, as a customer would, and its message was accepted."""

    type: ClassVar[str] = "channel-test.sent.v1"
    planned_at: UtcDatetime
    accepted_at: UtcDatetime


class ChannelTestPassed(ChannelTestEvent):
    """The reply left in time. How long each step took, in seconds since the message was written."""

    type: ClassVar[str] = "channel-test.passed.v1"
    case_id: Identifier
    seconds: dict[Step, float]
    ended_at: UtcDatetime


class ChannelTestFailed(ChannelTestEvent):
    """A step did not happen in time, or the channel refused the message."""

    type: ClassVar[str] = "channel-test.failed.v1"
    step: Step
    reason: str
    case_id: str = ""
    seconds: dict[Step, float] = Field(default_factory=dict)
    """Of the steps that happened."""
    ended_at: UtcDatetime


class ChannelTestAlerted(ChannelTestEvent):
    """The channel failed twice in a row: customers may not get through, or get no answer."""

    type: ClassVar[str] = "channel-test.alerted.v1"
    step: Step
    reason: str
    alerted_at: UtcDatetime


class ChannelTestRecovered(ChannelTestEvent):
    """The channel works again, after so many failures in a row."""

    type: ClassVar[str] = "channel-test.recovered.v1"
    failures: int
    recovered_at: UtcDatetime
