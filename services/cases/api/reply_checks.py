"""The reply check while somebody writes (V2), with or without a case: advice on the words, and the promises they make (F1)."""

from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from schemas.base import Language
from schemas.events.message import Intent, Sentiment, Visibility
from schemas.events.reply import ReplyKind
from schemas.organisation import NotInOrganisation
from schemas.organisation_values import TimeZone
from services.cases.api.acting import Actor, All, Commands, Reading, may
from services.cases.domain.commands.acting import MAX_TEXT
from services.cases.domain.commands.letters import Content, advice
from services.cases.domain.preview import Hint, Proposed, hints, proposed
from services.cases.domain.replycheck import About, check
from services.cases.domain.terms import Terms
from services.chassis.errors import Problem
from services.chassis.http import internal_router

router = internal_router()

Name = Annotated[str, StringConstraints(max_length=200)]


class WordsToCheck(BaseModel):
    """What somebody is about to say. With a case, all that is not the words comes from the case."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT)]
    kind: ReplyKind = "answer"
    case_id: Name = ""
    brand: Name = ""
    """Needed without a case."""
    channel: Name = ""
    """Whose limit counts; without it none does."""
    language: Language | None = None
    """Of the words; needed without a case."""
    audience: Visibility | None = None
    intent: Intent | None = None
    """Of what is answered."""
    sentiment: Sentiment | None = None
    promised: bool = False
    """Whether a promise is recorded with it."""
    time_zone: TimeZone | None = None
    """The customer's; without it the brand's."""

    @model_validator(mode="after")
    def _is_about_something(self) -> Self:
        if not self.case_id and not (self.brand and self.language):
            raise ValueError("name a case_id, or a brand and a language")
        return self


class CheckedWords(BaseModel):
    """What there is to say about the words; nothing was changed."""

    language: str
    advice: tuple[Hint, ...] = Field(description="In the order of the words concerned.")
    promises: tuple[Proposed, ...] = Field(description="To be recorded, if the agent agrees.")


@router.post("/reply-checks")
@may("colleague")
async def check_reply(words: WordsToCheck, actor: Reading, cases: All) -> CheckedWords:
    """Advice on words that have not left, and the promises they make. Changes nothing."""
    try:
        if words.case_id:
            return await _in_case(words, actor, cases)
        return await _without_case(words, actor, cases)
    except NotInOrganisation as error:
        raise Problem(422, f"unknown-{error.kind}", str(error)) from error


async def _in_case(words: WordsToCheck, actor: Actor, cases: Commands) -> CheckedWords:
    document = await cases.find(words.case_id, actor)
    case, standing = document.state, await cases.standing(actor)
    assert case is not None  # noqa: S101 - find() has raised otherwise
    if words.brand and words.brand != case.brand:
        raise Problem(422, "unknown-brand", f"the case is of {case.brand}, not of {words.brand}")
    language = words.language or case.language
    case = case.model_copy(update={"language": language})
    terms = cases.terms(case.brand, standing)
    found = advice(case, Content(words.kind, words.text), terms, actor.person)
    if words.promised:
        found = [each for each in found if each.kind != "empty-promise"]
    zone = words.time_zone or terms.time_zone
    return CheckedWords(
        language=language,
        advice=hints(found, terms),
        promises=proposed(words.text, language, cases.now(), zone, terms.on(words.channel or case.channel)),
    )


async def _without_case(words: WordsToCheck, actor: Actor, cases: Commands) -> CheckedWords:
    standing = await cases.standing(actor)
    standing.brand_query(words.brand)
    terms = cases.terms(words.brand, standing)
    language = words.language or ""
    return CheckedWords(
        language=language,
        advice=hints(check(words.text, language, _about(words, actor, terms)), terms),
        promises=proposed(
            words.text, language, cases.now(), words.time_zone or terms.time_zone, terms.on(words.channel)
        ),
    )


def _about(words: WordsToCheck, actor: Actor, terms: Terms) -> About:
    templates = terms.brand.policy.holding_replies.get(words.language or "", ()) if words.kind == "answer" else ()
    public = None if words.audience is None else words.audience == "public"
    return About(
        intent=words.intent or "",
        sentiment=words.sentiment or "",
        promised=words.promised,
        limit=terms.max_length(words.channel) if words.channel else None,
        public=public,
        signature=terms.signed("", actor.person).strip(),
        templates=tuple(templates),
    )
