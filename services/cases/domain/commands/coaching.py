"""Feedback on replies that were sent (P3)."""

from datetime import datetime

from pydantic import BaseModel

from schemas.base import Event
from schemas.events.coaching import FeedbackGiven, FeedbackSeen
from schemas.organisation import Person
from services.cases.domain import coaching_refusals, refusals
from services.cases.domain.case import Case
from services.cases.domain.commands.acting import Words, facts
from services.cases.domain.terms import Terms


class GiveFeedback(BaseModel):
    """What a coach wants the author of a reply to know; `praise` when it is a compliment."""

    text: Words
    praise: bool = False


def coaches(person: Person) -> bool:
    """Whether the person helps others to grow: by role, or by having grown that far (P1)."""
    return person.role in ("coach", "lead") or person.stage == "coach"


def give_feedback(
    case: Case, reply_id: str, command: GiveFeedback, actor: str, terms: Terms, feedback_id: str, now: datetime
) -> list[Event]:
    """Comment on a reply that the customer has got; in a closed case too."""
    if not coaches(terms.person(actor)):
        raise refusals.NotAllowed(f"feedback comes from a coach or a lead, and {actor} is neither")
    reply = case.replies.get(reply_id)
    if reply is None:
        raise coaching_refusals.ReplyUnknown(f"there is no reply {reply_id} in this case")
    if reply.status != "sent":
        raise coaching_refusals.ReplyNotSent(
            "the customer has not got this reply; feedback is about replies that were sent"
        )
    if reply.author == actor:
        raise coaching_refusals.OwnReply("this is your own reply; ask another coach")
    given = FeedbackGiven(
        **facts(case),
        feedback_id=feedback_id,
        reply_id=reply_id,
        author=reply.author,
        by=actor,
        text=command.text,
        praise=command.praise,
        given_at=now,
    )
    return [given]


def see_feedback(case: Case, feedback_id: str, actor: str) -> list[Event]:
    """Its author has read it; a second time changes nothing."""
    feedback = case.feedback.get(feedback_id)
    if feedback is None:
        raise coaching_refusals.FeedbackUnknown(f"there is no feedback {feedback_id} in this case")
    if feedback.author != actor:
        raise coaching_refusals.NotTheAuthor(f"the feedback is for {feedback.author}, who wrote the reply")
    return [] if feedback.seen else [FeedbackSeen(**facts(case), feedback_id=feedback_id, by=actor)]
