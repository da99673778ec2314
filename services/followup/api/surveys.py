"""What customers think of the help they had: scores, their trend, and what they wrote (F5). For coaches and leads."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import BaseModel

from schemas.base import UtcDatetime
from schemas.events.message import Intent, Sentiment, SignalKind
from schemas.organisation import Brand, Organisation
from schemas.survey_scales import SurveyKind
from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.followup.api.asking import Asker, Asking, InService
from services.followup.domain.surveys import Survey
from services.followup.domain.surveys_score import GroupBy, Scores, scores
from services.followup.domain.surveys_words import Wanted, WordCounts, words
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
    """As the classifier reads the comment; empty: it has not, or not yet. The same for what follows."""
    topic: str
    comment_language: str
    intent: str
    signals: tuple[SignalKind, ...]
    answered_at: UtcDatetime


class Told(BaseModel):
    """The scores of each kind of survey that was answered, and the latest comments."""

    since: UtcDatetime
    until: UtcDatetime
    brands: tuple[str, ...]
    by: GroupBy
    scores: tuple[Scores, ...]
    words: WordCounts
    """Of all comments, whichever are wanted."""
    comments: tuple[Comment, ...]
    """At most the latest 200 of those that are wanted."""


Brands = Annotated[list[str] | None, Query(description="Without it all brands of who asks.")]
Moment = Annotated[UtcDatetime | None, Query()]
NO_TOPIC = "none"
Topics = Annotated[
    list[str] | None,
    Query(max_length=100, description="Comments about one of these; `none`: about nothing that there is a topic for."),
]
Intents = Annotated[list[Intent] | None, Query(description="Comments that are one of these.")]
Sentiments = Annotated[list[Sentiment] | None, Query(description="Comments in one of these tones.")]


def _wanted(topic: Topics = None, intent: Intents = None, sentiment: Sentiments = None) -> Wanted:
    topics = ["" if each == NO_TOPIC else each for each in topic or ()]
    chosen = {"topics": topics, "intents": intent, "sentiments": sentiment}
    return Wanted.model_validate({name: values for name, values in chosen.items() if values})


@router.get("/surveys/scores")
async def show_survey_scores(
    request: Request,
    asker: Asking,
    service: InService,
    brand: Brands = None,
    by: GroupBy = "channel",
    since: Moment = None,
    until: Moment = None,
    *,
    wanted: Annotated[Wanted, Depends(_wanted)],
) -> Told:
    """Scores with 95 % intervals and numbers of answers, by group and by week of the first brand's zone; and comments.

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
        words=words(found, minimum),
        comments=_comments(filter(wanted.fits, reversed(found))),
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


def _comments(found: Iterable[Survey]) -> tuple[Comment, ...]:
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
            comment_language=survey.comment_language,
            intent=survey.comment_intent,
            signals=survey.comment_signals,
            answered_at=survey.ended_at,
        )
        for survey in found
        if survey.comment and survey.score is not None and survey.ended_at
    ]
    return tuple(told[:MOST_COMMENTS])
