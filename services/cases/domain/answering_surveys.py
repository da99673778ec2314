"""What a customer writes after a survey: a bare number is their answer to it, and opens no case (F5).

The case only tells an answer from everything else; whether it counts is for follow-up to say. Where there is an open case, what
is written belongs to that one.
"""

from collections.abc import Sequence
from datetime import timedelta

from schemas.base import Event
from schemas.events.message import Classification, Message
from schemas.events.survey import CaseSurveyed, SurveyReplied, SurveyRequested
from schemas.survey_scales import LONGEST_COMMENT
from services.cases.domain.case import Case
from services.cases.domain.last_words import SurveyWords, survey_words

REMEMBERED = timedelta(days=30)
"""So long after a survey has ended a bare number is still taken for an answer to it: one that comes too late."""


def surveyed(case: Case, event: SurveyRequested) -> list[Event]:
    """Remember what the customer was asked. A case has one survey."""
    if case.surveyed:
        return []
    asked = CaseSurveyed(
        **_facts(case), survey_id=event.survey_id, customer_id=event.recipient_id, expires_at=event.expires_at
    )
    return [asked]


def said_to_survey(message: Message, cases: Sequence[Case]) -> SurveyWords | None:
    """What a message says to the survey about the last of these cases, if all are closed and it says something to it.

    `cases` are those of the lane, oldest first. What others write is no answer.
    """
    survey = cases[-1].surveyed if cases else None
    if survey is None or any(not case.closed for case in cases):
        return None
    in_time = message.received_at <= survey.expires_at + REMEMBERED
    if message.author.id != survey.customer_id or message.attachments or not in_time:
        return None
    return survey_words(message.text)


def is_answer_only(message: Message, cases: Sequence[Case]) -> bool:
    """Whether nobody has to see to a message: it is an answer to a survey, without a word besides."""
    words = said_to_survey(message, cases)
    return words is not None and not words.comment


def replied(message: Message, label: Classification, cases: Sequence[Case]) -> list[Event]:
    """The answer to the survey that is in a message, for follow-up to judge."""
    words = said_to_survey(message, cases)
    survey = cases[-1].surveyed if cases else None
    if words is None or survey is None:
        return []
    answer = SurveyReplied(
        **_facts(cases[-1]),
        survey_id=survey.survey_id,
        message=message,
        classification=label,
        score=words.score,
        comment=words.comment[:LONGEST_COMMENT],
        declined=words.declined,
    )
    return [answer]


def _facts(case: Case) -> dict[str, str]:
    return {"case_id": case.id, "conversation": case.conversation, "brand": case.brand}
