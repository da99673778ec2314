"""A person says what a message really is (U3): it changes the case at once, and the classifier learns from it."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field, model_validator

from schemas.base import Event, Language
from schemas.events.message import Intent, Sentiment, Urgency
from schemas.events.understanding import ClassificationCorrected
from services.cases.domain import merging_refusals
from services.cases.domain.case import Case
from services.cases.domain.commands.acting import facts
from services.cases.domain.rereading import reclassified, set_right
from services.cases.domain.terms import Terms

SAID = ("language", "intent", "sentiment", "urgency", "topic")


class CorrectClassification(BaseModel):
    """What the message really is; what is left out stays as it was understood."""

    message_id: str = Field(min_length=1, max_length=200)
    language: Language | None = None
    intent: Intent | None = None
    sentiment: Sentiment | None = None
    urgency: Urgency | None = None
    topic: str | None = Field(default=None, max_length=200)
    """Empty: none of the organisation's topics."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if all(getattr(self, name) is None for name in SAID):
            raise ValueError(f"say at least one of {', '.join(SAID)}")
        return self


def correct_classification(
    case: Case, command: CorrectClassification, actor: str, correction_id: str, terms: Terms, now: datetime
) -> list[Event]:
    """Set a message's classification right, in a closed case too: it is learned from. What says nothing new changes nothing.

    The case as a whole follows while it is open. Raises MessageNotHere.
    """
    heard = next((each for each in case.heard if each.message.id == command.message_id), None)
    if heard is None:
        raise merging_refusals.MessageNotHere(f"the case has no message {command.message_id}")
    said = {name: value for name in SAID if (value := getattr(command, name)) is not None}
    if case.corrected.get(command.message_id) and all(
        getattr(heard.classification, name) == said[name] for name in said
    ):
        return []
    event = ClassificationCorrected(
        **facts(case),
        correction_id=correction_id,
        message_id=command.message_id,
        by=actor,
        was=heard.classification,
        **said,
        corrected_at=now,
    )
    if case.closed:
        return [event]
    is_now = set_right(case, said, terms.skill(command.topic) if command.topic else "")
    return [event, *reclassified(case, is_now, heard.message, (), terms, now, by=actor)]
