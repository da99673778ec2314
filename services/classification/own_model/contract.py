"""What an organisation's own model is asked over HTTP, and what it may answer. An answer fits, or it is not used."""

from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from schemas.base import Language, Score
from schemas.events.message import Intent, Sentiment, Urgency

MAX_TEXT_CHARACTERS: Final = 10_000
"""As much of a text is sent: no more of it is read here either."""
JUDGED: Final = ("language", "intent", "sentiment", "urgency", "topic")


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class AskedMessage(_Strict):
    """A message to judge. `id` means nothing outside of this request; `language` is what was detected here."""

    id: str
    text: str
    brand: str
    language: str


class Asked(_Strict):
    """The body of the request."""

    version: Literal[1] = 1
    messages: tuple[AskedMessage, ...]


class Judged(_Strict):
    """What the model says of one message: any of the judgements, each with its confidence. What it leaves out stays as judged
    here; an empty topic means: none of the organisation's."""

    id: str
    language: Language | None = None
    language_confidence: Score | None = None
    intent: Intent | None = None
    intent_confidence: Score | None = None
    sentiment: Sentiment | None = None
    sentiment_confidence: Score | None = None
    urgency: Urgency | None = None
    urgency_confidence: Score | None = None
    topic: str | None = Field(default=None, max_length=200)
    topic_confidence: Score | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for name in JUDGED:
            if (getattr(self, name) is None) != (getattr(self, f"{name}_confidence") is None):
                raise ValueError(f"{name} and {name}_confidence belong together")
        return self

    def said(self) -> dict[str, Any]:
        """The judgements that were made, with their confidence."""
        return self.model_dump(exclude={"id"}, exclude_none=True)


class _Answer(_Strict):
    model: str = Field(pattern=r"^[\w.:/@+-]{1,100}$")
    judgements: list[Any]


class AnswerInvalid(ValueError):
    """The answer as a whole is none. The text names what is wrong, never what was in it."""


def read(body: bytes, ids: frozenset[str]) -> tuple[str, dict[str, Judged], list[str]]:
    """The model's name, what it says by message, and what is wrong with the judgements that can not be used.

    A judgement that breaks the contract spoils only itself; a message that is judged twice counts as not judged.
    Raises AnswerInvalid.
    """
    try:
        answer = _Answer.model_validate_json(body)
    except ValidationError as error:
        raise AnswerInvalid(_told(error)) from None
    found: dict[str, Judged] = {}
    twice, wrong = set[str](), list[str]()
    for item in answer.judgements:
        try:
            judged = Judged.model_validate(item)
        except ValidationError as error:
            wrong.append(_told(error))
            continue
        if judged.id not in ids:
            wrong.append("id: of no message that was asked about")
        elif judged.id in found:
            wrong.append("id: judged twice")
            twice.add(judged.id)
        else:
            found[judged.id] = judged
    return answer.model, {id: judged for id, judged in found.items() if id not in twice}, wrong


def _told(error: ValidationError) -> str:
    """Where and what, without the value: it may be what a customer wrote."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'answer'}: {first['msg']}"
