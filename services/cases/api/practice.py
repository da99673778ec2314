"""Practice on anonymised real cases (P6): answer first, then see how the team did. Nothing is sent to anybody."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Query, Request
from pydantic import BaseModel, Field

from schemas.base import UtcDatetime
from schemas.events.message import Visibility
from schemas.ids import derive
from services.cases.api.acting import Acting, Actor, All, Reading, may
from services.cases.api.moving import require_one_meaning
from services.cases.api.standing import Standing
from services.cases.domain import Refused
from services.cases.domain.commands.coaching import coaches
from services.cases.domain.practice import (
    AnswerExercise,
    CommentOnAnswer,
    Exercise,
    MakeExercise,
    PracticeAnswer,
    TeamsReply,
    Told,
    answered,
    commented,
    exercise,
    people_of,
)
from services.cases.exercises import EXERCISES, change_exercise, to_answer
from services.cases.store import CASES
from services.chassis.documents import Context
from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.chassis.paging import DEFAULT_LIMIT, Cursor, Limit, Page, page

router = internal_router()


class ShownExercise(BaseModel):
    """An exercise, as far as whoever asks may see it."""

    exercise_id: str
    brand: str
    language: str
    topic: str
    channel: str
    visibility: Visibility
    told: tuple[Told, ...] = Field(description="What the customer said, until our first answer.")
    made_at: UtcDatetime
    withdrawn: bool
    answered_by: int = Field(description="How many have answered.")
    mine: PracticeAnswer | None = Field(description="Your own answer, with what coaches said about it.")
    how_the_team_did: tuple[TeamsReply, ...] | None = Field(description="Shown once you have answered, and to coaches.")
    answers: tuple[PracticeAnswer, ...] | None = Field(description="Everybody's, for coaches and leads only.")


@router.post("/practice/exercises", status_code=202)
@may("coach", "lead")
async def make_exercise(command: MakeExercise, actor: Acting, cases: All) -> ShownExercise:
    """Make an exercise of a closed case. Of one case there is one; made again, with more names masked, it keeps its answers."""
    standing = await _coach(actor, cases)
    # What the customer and the team said, as it is now: a closed case stays so.
    document = await cases.service.database.get(CASES, command.case_id)
    case = document.state if document else None
    if case is None or case.brand not in standing.brands:
        raise Problem(404, "case-not-found", f"there is no case {command.case_id}")
    people = await cases.people.find(people_of(case))
    by_id = cases.organisation.by_id["people"]
    colleagues = [found for name in people_of(case) if (found := people.get(name) or by_id.get(name))]
    brand = cases.organisation.brand(case.brand)
    public = (brand.name, brand.id, "team", cases.organisation.name)

    def change(known: Exercise | None, context: Context) -> Exercise:
        return exercise(known, case, id_, actor.person, colleagues, public, command.also, context.now)

    id_ = derive("exercise", case.id)
    return _shown(await _changed(cases, actor, id_, change), standing)


@router.post("/practice/exercises/{exercise_id}/withdrawal", status_code=202)
@may("coach", "lead")
async def withdraw_exercise(exercise_id: str, actor: Acting, cases: All) -> ShownExercise:
    """Take an exercise back: nobody is offered it any more."""
    standing = await _coach(actor, cases)

    def change(known: Exercise | None, _: Context) -> Exercise:
        return _seen_by(known, exercise_id, standing).model_copy(update={"withdrawn": True})

    return _shown(await _changed(cases, actor, exercise_id, change), standing)


@router.get("/practice/exercises")
@may("colleague")
async def list_exercises(
    request: Request,
    actor: Reading,
    cases: All,
    language: Annotated[str, Query(pattern=r"^([a-z]{2,3})?$", description="Only in this language.")] = "",
    cursor: Cursor = "",
    limit: Limit = DEFAULT_LIMIT,
) -> Page[ShownExercise]:
    """The exercises of the brands that you serve, in one language or in all, the latest first."""
    standing = await cases.standing(actor)
    query = to_answer(standing.brands, language)
    found = await page(cases.service.database, EXERCISES, query, "made_ms", cursor, limit, descending=True)
    items = [_shown(each.state, standing) for each in found.documents if each.state]
    return Page(items=items, **found.links(request))


@router.get("/practice/exercises/{exercise_id}")
@may("colleague")
async def show_exercise(exercise_id: str, actor: Reading, cases: All) -> ShownExercise:
    """One exercise; once you have answered it, with how the team did."""
    standing = await cases.standing(actor)
    document = await cases.service.database.get(EXERCISES, exercise_id)
    return _shown(_seen_by(document.state if document else None, exercise_id, standing), standing)


@router.post("/practice/exercises/{exercise_id}/answers", status_code=202)
@may("colleague")
async def answer_exercise(exercise_id: str, command: AnswerExercise, actor: Acting, cases: All) -> ShownExercise:
    """Say how you would respond; then, and only then, you see how the team did."""
    standing = await cases.standing(actor)
    answer_id = derive("practice-answer", actor.command)

    def change(known: Exercise | None, context: Context) -> Exercise:
        return answered(_seen_by(known, exercise_id, standing), command.text, actor.person, answer_id, context.now)

    return _shown(await _changed(cases, actor, exercise_id, change), standing)


@router.post("/practice/exercises/{exercise_id}/answers/{answer_id}/comments", status_code=202)
@may("coach", "lead")
async def comment_on_answer(
    exercise_id: str, answer_id: str, command: CommentOnAnswer, actor: Acting, cases: All
) -> ShownExercise:
    """Tell somebody what was good about their answer, or what could be better."""
    standing = await _coach(actor, cases)

    def change(known: Exercise | None, context: Context) -> Exercise:
        return commented(_seen_by(known, exercise_id, standing), answer_id, command.text, actor.person, context.now)

    return _shown(await _changed(cases, actor, exercise_id, change), standing)


async def _coach(actor: Actor, cases: All) -> Standing:
    """Who acts, who must be a coach or a lead. Raises Problem 403."""
    standing = await cases.standing(actor)
    if not _coaches(standing):
        raise Problem(403, "not-allowed", "this is for coaches and leads")
    return standing


def _coaches(standing: Standing) -> bool:
    return standing.person is not None and coaches(standing.person)


def _seen_by(known: Exercise | None, exercise_id: str, standing: Standing) -> Exercise:
    if known is None or known.brand not in standing.brands:
        raise Problem(404, "exercise-not-found", f"there is no exercise {exercise_id}")
    return known


async def _changed(
    cases: All, actor: Actor, id_: str, change: Callable[[Exercise | None, Context], Exercise]
) -> Exercise:
    def guarded(known: Exercise | None, context: Context) -> Exercise:
        require_one_meaning(actor, context)
        return change(known, context)

    try:
        return await change_exercise(cases.service.repository, id_, actor.cause, actor.person, guarded)
    except Refused as error:
        raise Problem(error.status, error.kind, str(error)) from error


def _shown(found: Exercise, standing: Standing) -> ShownExercise:
    mine = found.answer_of(standing.id)
    coach = _coaches(standing)
    return ShownExercise(
        exercise_id=found.id,
        brand=found.brand,
        language=found.language,
        topic=found.topic,
        channel=found.channel,
        visibility=found.visibility,
        told=found.told,
        made_at=found.made_at,
        withdrawn=found.withdrawn,
        answered_by=len(found.answers),
        mine=mine,
        how_the_team_did=found.replies if mine or coach else None,
        answers=tuple(found.answers.values()) if coach else None,
    )
