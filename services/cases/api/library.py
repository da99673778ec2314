"""The answer library (O2): earlier answers, suggested before somebody is asked; what they saved, and whose credit it is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import BaseModel, Field

from schemas.base import Event
from services.cases.api.acting import Accepted, Acting, All, Reading, may
from services.cases.domain import Case, commands
from services.cases.domain.answers import Answer
from services.cases.domain.commands import SaveConsult
from services.cases.domain.terms import Terms
from services.cases.gateway import Hit
from services.cases.library import Credit, Library
from services.chassis.errors import Problem
from services.chassis.http import internal_router

router = internal_router()
MOST_FOUND, MOST_SUGGESTED = 50, 10
LONGEST_QUESTION = 4_000


def _library(request: Request) -> Library:
    found: Library = request.app.state.library
    return found


Answers = Annotated[Library, Depends(_library)]
LanguageWanted = Annotated[
    str,
    Query(pattern=r"^([a-z]{2,3})?$", description="Answers in this language come first, of those that fit as well."),
]


class FoundAnswer(BaseModel):
    """An earlier answer, without what would tell who the customer was."""

    score: float = Field(description="Between 0 and 1: how much of what was asked it speaks of, and how good it was.")
    answer: Answer

    @classmethod
    def of(cls, hit: Hit) -> "FoundAnswer":
        return cls(score=hit.score, answer=hit.answer)


class FoundAnswers(BaseModel):
    """Earlier answers, the best first."""

    items: list[FoundAnswer]


class SavedConsults(BaseModel):
    """How many consults earlier answers have saved."""

    saved: int
    specialists: dict[str, int] = Field(description="By the specialist whose answer it was.")


@router.get("/answers")
@may("colleague")
async def search_answers(
    actor: Reading,
    cases: All,
    answers: Answers,
    q: Annotated[str, Query(min_length=1, max_length=LONGEST_QUESTION, description="Words in any language.")],
    language: LanguageWanted = "",
    brand: Annotated[str, Query(max_length=60, description="Only of this brand.")] = "",
    limit: Annotated[int, Query(ge=1, le=MOST_FOUND, description="How many at most.")] = 10,
) -> FoundAnswers:
    """Earlier answers of specialists, of the brands that the acting person serves (M7), the best first."""
    standing = await cases.standing(actor)
    standing.brand_query(brand)
    hits = await answers.search(q, {brand} if brand else standing.brands, language, limit)
    return FoundAnswers(items=[FoundAnswer.of(hit) for hit in hits])


@router.get("/answers/saved")
@may("colleague")
async def count_saved_consults(
    actor: Reading,
    cases: All,
    answers: Answers,
    brand: Annotated[str, Query(max_length=60, description="Only in cases of this brand.")] = "",
) -> SavedConsults:
    """How many consults earlier answers have saved, by the specialist who had given them."""
    standing = await cases.standing(actor)
    standing.brand_query(brand)
    saved = await answers.saved({brand} if brand else standing.brands)
    return SavedConsults(saved=saved.total(), specialists=dict(saved.most_common()))


@router.get("/specialists/{person_id}/credit")
@may("colleague")
async def show_credit(person_id: str, actor: Reading, cases: All, answers: Answers) -> Credit:
    """What owners owe to a specialist, in the brands that the acting person serves (M7)."""
    standing = await cases.standing(actor, person_id)
    person = standing.known.get(person_id) or cases.organisation.by_id["people"].get(person_id)
    if person is None or not standing.brands & {*person.brands}:
        raise Problem(404, "person-not-found", f"there is nobody {person_id!r} in the brands that you serve")
    return await answers.credit(person_id, standing.brands)


@router.get("/cases/{case_id}/consults/suggestions")
@may("colleague")
async def suggest_answers(
    case_id: str,
    actor: Reading,
    cases: All,
    answers: Answers,
    question: Annotated[
        str, Query(min_length=1, max_length=LONGEST_QUESTION, description="What would be asked; its beginning will do.")
    ],
    limit: Annotated[int, Query(ge=1, le=MOST_SUGGESTED, description="How many at most.")] = 3,
) -> FoundAnswers:
    """Earlier answers of the brand that may serve, before a specialist is asked. None where nothing fits."""
    case = (await cases.find(case_id, actor)).state
    assert case is not None  # noqa: S101 - what is found has a state
    hits = await answers.suggest(question, case.brand, case.language, limit, but=case_id)
    return FoundAnswers(items=[FoundAnswer.of(hit) for hit in hits])


@router.post("/cases/{case_id}/saved-consults", status_code=202)
@may("owner", "cover")
async def save_consult(case_id: str, command: SaveConsult, actor: Acting, cases: All, answers: Answers) -> Accepted:
    """Note that an earlier answer served, so that nobody had to be asked. The same answer counts once a case."""
    case = (await cases.find(case_id, actor)).state
    found = await answers.answer(command.answer_id)
    if found is None or case is None or found.brand != case.brand:
        raise Problem(422, "unknown-answer", f"the library of the brand has no answer {command.answer_id!r}")

    def rule(state: Case, _: Terms, now: datetime) -> Sequence[Event]:
        return commands.save_consult(state, command, found.specialist, actor.person, now)

    return await cases.carry_out(case_id, actor, rule)
