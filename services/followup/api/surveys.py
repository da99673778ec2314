"""What customers think of the help they had: scores, their trend, and what they wrote (F5). For coaches and leads."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Query, Request
from pydantic import BaseModel

from schemas.base import UtcDatetime
from schemas.organisation import Brand, Organisation
from schemas.survey_scales import SurveyKind
from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.followup.api.asking import Asker, Asking, InService
from services.followup.domain.surveys import Survey
from services.followup.domain.surveys_score import GroupBy, Scores, scores
from services.followup.store.surveys import answered, requested

router = internal_router()

USUAL_DAYS = 91
LONGEST_DAYS = 3 * 366
MOST_COMMENTS = 200


class Comment(BaseModel):
    """What a customer wrote beside the number."""

    case_id: str
    brand: str
    channel: str
    language: str
    kind: SurveyKind
    score: int
    comment: str
    sentiment: str
    topic: str
    answered_at: UtcDatetime


class Told(BaseModel):
    """The scores of each kind of survey that was answered, and the latest comments."""

    since: UtcDatetime
    until: UtcDatetime
    brands: tuple[str, ...]
    by: GroupBy
    scores: tuple[Scores, ...]
    comments: tuple[Comment, ...]
    """At most the latest 200 of them."""


Brands = Annotated[list[str] | None, Query(description="Without it all brands of who asks.")]
Moment = Annotated[UtcDatetime | None, Query()]


@router.get("/surveys/scores")
async def show_survey_scores(
    request: Request,
    asker: Asking,
    service: InService,
    brand: Brands = None,
    by: GroupBy = "channel",
    since: Moment = None,
    until: Moment = None,
) -> Told:
    """Scores with 95 % intervals and numbers of answers, by group and by week of the first brand's zone.

    Without `since`, of the last 91 days. Groups with fewer answers than the brands' policy says are not shown.
    """
    asker.require_role("coach", "lead")
    organisation: Organisation = request.app.state.organisation
    brands = _brands(asker, organisation, brand)
    since, until = _window(service.clock.now(), since, until)
    names = [each.id for each in brands]
    found = await answered(service.database, names, since, until)
    asked = await requested(service.database, names, since, until)
    minimum = max((each.policy.survey.minimum_answers for each in brands if each.policy.survey), default=5)
    zone = organisation.calendar(brands[0].calendar).time_zone
    return Told(
        since=since,
        until=until,
        brands=tuple(names),
        by=by,
        scores=tuple(
            scores(kind, found, sum(each.kind == kind for each in asked), by, minimum, zone)
            for kind in sorted({each.kind for each in (*found, *asked)})
        ),
        comments=_comments(found),
    )


def _brands(asker: Asker, organisation: Organisation, named: list[str] | None) -> list[Brand]:
    for name in named or ():
        asker.require_brand(name)
    wanted = named or asker.person.brands
    return [brand for brand in organisation.brands if brand.id in wanted]


def _window(now: datetime, since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
    end = until or now + timedelta(microseconds=1000)
    begin = since or end - timedelta(days=USUAL_DAYS)
    if begin >= end:
        raise Problem(400, "invalid-request", f"since: {begin.isoformat()} is not before {end.isoformat()}")
    if end - begin > timedelta(days=LONGEST_DAYS):
        raise Problem(400, "invalid-request", f"since: at most {LONGEST_DAYS} days at once")
    return begin, end


def _comments(found: list[Survey]) -> tuple[Comment, ...]:
    """The latest first."""
    told = [
        Comment(
            case_id=survey.case_id,
            brand=survey.brand,
            channel=survey.channel,
            language=survey.language,
            kind=survey.kind,
            score=survey.score,
            comment=survey.comment,
            sentiment=survey.sentiment,
            topic=survey.topic,
            answered_at=survey.ended_at,
        )
        for survey in reversed(found)
        if survey.comment and survey.score is not None and survey.ended_at
    ]
    return tuple(told[:MOST_COMMENTS])
