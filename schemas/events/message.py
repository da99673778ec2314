"""What customers say: a message as received from a channel, and as understood (U1)."""

from typing import ClassVar, Literal

from pydantic import Field

from schemas.base import Event, Identifier, Language, Model, Score, UtcDatetime

Visibility = Literal["public", "private"]
Intent = Literal["question", "complaint", "compliment", "request", "remark"]
Sentiment = Literal["negative", "neutral", "positive"]
Urgency = Literal["low", "normal", "high"]
SignalKind = Literal["legal-threat", "danger", "press", "self-harm", "account-takeover"]
"""What a person has to see soon: a threat with lawyers or authorities; danger to health or property; journalists; somebody who
may hurt themselves; somebody else in the customer's account."""
PersonalDataKind = Literal["mail", "phone", "iban", "card", "order"]
EntityKind = Literal["topic", "product", "place"]

MAX_TEXT_CHARACTERS = 100_000
MAX_REACH = 2**53 - 1
"""What JSON carries exactly, and far more than there are people."""


class Author(Model):
    """Who wrote, as the channel knows them. `address` is where a reply can be sent (mail), if not the conversation."""

    id: Identifier
    name: str = ""
    handle: str = ""
    address: str = ""
    time_zone: str = ""
    """An IANA name such as America/Sao_Paulo, where the channel tells it."""


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
    test: bool = False
    """A test contact of our own (F11): answered like any other, and left out of everything that counts or learns."""


class Signal(Model):
    """A reason to look at once, and where it was seen; a hint for people, never a verdict on the customer."""

    kind: SignalKind
    confidence: Score
    rule: str = ""
    """The written rule that holds; empty: a learned head said so."""
    start: int = Field(default=0, ge=0, le=MAX_TEXT_CHARACTERS)
    end: int = Field(default=0, ge=0, le=MAX_TEXT_CHARACTERS)
    """The words concerned, as characters of the message's text from `start` up to `end`; 0 and 0: the whole text."""


class PersonalData(Model):
    """Where a text tells how to reach or charge somebody, as characters from `start` up to `end`; the data is not copied."""

    kind: PersonalDataKind
    start: int = Field(ge=0, le=MAX_TEXT_CHARACTERS)
    end: int = Field(ge=0, le=MAX_TEXT_CHARACTERS)


class Entity(Model):
    """Something of the organisation's taxonomy that a text names; `key` is its id there, the same in every language."""

    kind: EntityKind
    key: Identifier


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
    signals: tuple[Signal, ...] = ()
    """Each kind at most once."""
    personal_data: tuple[PersonalData, ...] = ()
    """In the order of the text; they do not overlap."""
    entities: tuple[Entity, ...] = ()
    """Everything of the taxonomy that is named, in its order."""


class MessageReceived(Event):
    """A customer wrote to a brand; authentic and not seen before."""

    type: ClassVar[str] = "message.received.v1"
    message: Message


class MessageClassified(Event):
    """The message, with what the classifier understood of it."""

    type: ClassVar[str] = "message.classified.v1"
    message: Message
    classification: Classification
