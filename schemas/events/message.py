"""What customers say: a message as received from a channel, and as understood (U1)."""

from typing import ClassVar, Literal

from pydantic import Field

from schemas.base import Event, Identifier, Language, Model, Score, UtcDatetime

Visibility = Literal["public", "private"]
Intent = Literal["question", "complaint", "compliment", "request", "remark"]
Sentiment = Literal["negative", "neutral", "positive"]
Urgency = Literal["low", "normal", "high"]

MAX_TEXT_CHARACTERS = 100_000
MAX_REACH = 2**53 - 1
"""What JSON carries exactly, and far more than there are people."""


class Author(Model):
    """Who wrote, as the channel knows them. `address` is where a reply can be sent (mail), if not the conversation."""

    id: Identifier
    name: str = ""
    handle: str = ""
    address: str = ""


class Attachment(Model):
    """A picture, GIF, video or file (V6), by reference."""

    url: str
    media_type: str = ""
    name: str = ""
    alt: str = ""
    """What is to be seen, in words, for those who can not see it."""


class Message(Model):
    """One message of a customer, in the one form that all channels are brought to.

    `id` is derived from brand, channel and the channel's own id (`external_id`): the same message twice has one id.
    `conversation` is the lane: everything about it is handled in order. `reach` is the author's number of followers (M5).
    """

    id: Identifier
    brand: Identifier
    channel: Identifier
    conversation: Identifier
    external_id: Identifier
    author: Author
    text: str = Field(max_length=MAX_TEXT_CHARACTERS)
    sent_at: UtcDatetime
    received_at: UtcDatetime
    visibility: Visibility = "private"
    reach: int | None = Field(default=None, ge=0, le=MAX_REACH)
    attachments: tuple[Attachment, ...] = ()
    reply_to: str = ""


class Classification(Model):
    """What a message is about, each judgement with its confidence (U1). `und` and an empty topic mean: not known (U3)."""

    language: Language
    language_confidence: Score
    intent: Intent
    intent_confidence: Score
    sentiment: Sentiment
    sentiment_confidence: Score
    urgency: Urgency
    urgency_confidence: Score
    topic: str = ""
    topic_confidence: Score = 0.0
    skill: str = ""
    """The skill that the organisation's taxonomy asks of whoever answers this topic."""
    model: str = ""
    """Name and version of the model that judged."""


class MessageReceived(Event):
    """A customer wrote to a brand; authentic and not seen before."""

    type: ClassVar[str] = "message.received.v1"
    message: Message


class MessageClassified(Event):
    """The message, with what the classifier understood of it."""

    type: ClassVar[str] = "message.classified.v1"
    message: Message
    classification: Classification
