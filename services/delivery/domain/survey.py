"""A survey leaves as a reply does: once, on the customer's channel, in line with what else is said there (F5)."""

from schemas.events.reply import ReplyQueued
from schemas.events.survey import SurveyRequested


def as_reply(survey: SurveyRequested) -> ReplyQueued:
    """The survey as something to send. The brand asks, so that nobody signs it; the id is the survey's."""
    return ReplyQueued(
        case_id=survey.case_id,
        conversation=survey.conversation,
        brand=survey.brand,
        reply_id=survey.survey_id,
        kind="answer",
        author=survey.owner,
        signature="",
        text=survey.text,
        language=survey.text_language,
        channel=survey.channel,
        recipient_id=survey.recipient_id,
        recipient_address=survey.recipient_address,
        in_reply_to=survey.in_reply_to,
        to_conversation=survey.to_conversation,
        queued_at=survey.requested_at,
    )
