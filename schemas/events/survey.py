"""Surveys after a case has closed: asked, answered, declined, expired (F5), and never more than wanted (V5)."""

from typing import ClassVar, Literal

from pydantic import Field

from schemas.base import Event, Identifier, Language, UtcDatetime
from schemas.events.case import CaseEvent
from schemas.events.message import Classification, Message
from schemas.survey_scales import LONGEST_COMMENT, SurveyKind

SurveyWay = Literal["conversation", "link"]
"""How the customer answered: with a message in the same conversation, or on the page behind the survey's link."""
AnswerRefusal = Literal["somebody-else", "answered-already", "declined-already", "out-of-range", "expired"]


class CaseSurveyed(CaseEvent):
    """Its customer was asked how it was: the bare number that they write next is their answer, and opens no case."""

    type: ClassVar[str] = "case.surveyed.v1"
    survey_id: Identifier
    customer_id: Identifier
    """Who may answer, as the channel knows them."""
    expires_at: UtcDatetime


class SurveyReplied(CaseEvent):
    """The customer wrote a number, or that they want no surveys, after a survey about this closed case; follow-up judges it."""

    type: ClassVar[str] = "survey.replied.v1"
    survey_id: Identifier
    message: Message
    classification: Classification
    score: int | None = None
    """None: `declined` says it all."""
    comment: str = Field(default="", max_length=LONGEST_COMMENT)
    """What stands behind the number; such a message is seen to like any other as well."""
    declined: bool = False


class SurveyEvent(Event):
    """Common to all facts about a survey: which one, about which case, of which brand."""

    survey_id: Identifier
    case_id: Identifier
    conversation: Identifier
    brand: Identifier


class SurveyFacts(SurveyEvent):
    """What scores are told apart by."""

    kind: SurveyKind
    channel: Identifier
    language: Language
    """That of the case."""
    owner: Identifier
    team: Identifier
    """The pool of people that the brand's owners belong to."""
    country: str = ""
    """Where the owner works: two letters of ISO 3166; empty: not known."""


class SurveyRequested(SurveyFacts):
    """The customer is asked; delivery sends the text, once."""

    type: ClassVar[str] = "survey.requested.v1"
    text: str
    """As it leaves, with the link to the survey's page."""
    text_language: Language
    recipient_id: Identifier
    recipient_address: str = ""
    in_reply_to: str = ""
    """The channel's own id of the customer's latest message."""
    to_conversation: str = ""
    """Where it goes, when that is not the case's own conversation (M4)."""
    requested_at: UtcDatetime
    expires_at: UtcDatetime
    """Answers that come later are refused."""


class SurveyAnswered(SurveyFacts):
    """The customer answered. `score` lies within the scale of its kind."""

    type: ClassVar[str] = "survey.answered.v1"
    score: int
    comment: str = Field(default="", max_length=LONGEST_COMMENT)
    way: SurveyWay
    requested_at: UtcDatetime
    answered_at: UtcDatetime


class SurveyClassified(SurveyEvent):
    """What the words say that came with an answer on the survey's page (U1). They open no case."""

    type: ClassVar[str] = "survey.classified.v1"
    classification: Classification
    """Of `comment` of `survey.answered.v1`; positions in it are characters of that text."""


class SurveyDeclined(SurveyEvent):
    """The customer wants no surveys of this brand on this channel any more: there are none."""

    type: ClassVar[str] = "survey.declined.v1"
    way: SurveyWay
    declined_at: UtcDatetime


class SurveyExpired(SurveyEvent):
    """The customer said nothing in time. Nobody is reminded (V5)."""

    type: ClassVar[str] = "survey.expired.v1"
    expired_at: UtcDatetime


class SurveyAnswerRefused(SurveyEvent):
    """An answer in the conversation that does not count, and why."""

    type: ClassVar[str] = "survey.answer-refused.v1"
    reason: AnswerRefusal
    detail: str
    message_id: Identifier
    refused_at: UtcDatetime
