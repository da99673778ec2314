"""The customer's own page of a survey: what is asked, the answer, and no more surveys (F5, V5). For the desk, which shows it.

Whoever has the link may answer; it names one survey and is good for nothing else. Nobody is signed in here.
"""

from typing import Annotated

from fastapi import Depends, Header, Request
from pydantic import AfterValidator, BaseModel, Field

from schemas.base import without_nul
from schemas.ids import derive
from schemas.survey_scales import LONGEST_COMMENT, SCALES, SurveyKind
from services.chassis.documents import Context, Decision, Document
from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.chassis.signing import Links
from services.followup.api.asking import KEY, InService
from services.followup.domain import surveys_answers
from services.followup.domain.surveys import Status, Survey
from services.followup.domain.surveys_answers import AnswerRefused
from services.followup.domain.surveys_customer import SurveyCustomer, customer_id, opt_out
from services.followup.handlers.surveys import decision
from services.followup.store.surveys import SURVEY_CUSTOMERS, SURVEYS

router = internal_router()

STATUSES = {
    "somebody-else": 403,
    "answered-already": 409,
    "declined-already": 409,
    "out-of-range": 422,
    "expired": 410,
}
Key = Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=255, description=KEY)]


class Question(BaseModel):
    """What a survey's page shows."""

    brand: str
    kind: SurveyKind
    lowest: int
    highest: int
    language: str
    """That of the case."""
    status: Status
    opted_out: bool
    score: int | None = None
    expired: bool = False


class Answer(BaseModel):
    """A number of the survey's scale, and perhaps words."""

    score: int = Field(ge=-1000, le=1000)
    comment: Annotated[str, AfterValidator(without_nul)] = Field(default="", max_length=LONGEST_COMMENT)


def _links(request: Request) -> Links:
    links: Links = request.app.state.survey_links
    return links


SurveyLinks = Annotated[Links, Depends(_links)]


@router.get("/survey-links/{token}")
async def show_survey(token: str, service: InService, links: SurveyLinks) -> Question:
    """What is asked. 404 for a link that was not made here."""
    survey = await _known(token, service, links)
    return await _question(survey, service)


@router.post("/survey-links/{token}/answer")
async def answer_survey(token: str, body: Answer, key: Key, service: InService, links: SurveyLinks) -> Question:
    """The answer; 409 when there was one, 410 after the time, 422 for a number that is not on the scale."""
    survey = await _known(token, service, links)

    def decide(state: Survey | None, context: Context) -> Decision[Survey] | None:
        if state is None:
            raise _unknown()
        try:
            return decision(surveys_answers.answer(state, body.score, body.comment, context.now))
        except AnswerRefused as refused:
            raise Problem(STATUSES[refused.reason], f"survey-{refused.reason}", str(refused)) from refused

    cause = derive("survey-answer", survey.id, key)
    document = await service.repository.execute(SURVEYS, survey.id, cause, decide)
    return await _question(_state(document), service)


@router.post("/survey-links/{token}/opt-out")
async def stop_surveys(token: str, key: Key, service: InService, links: SurveyLinks) -> Question:
    """No surveys any more, for this customer of this brand on this channel. Never too late, and twice is once."""
    survey = await _known(token, service, links)

    def decide(state: SurveyCustomer | None, context: Context) -> Decision[SurveyCustomer] | None:
        after = opt_out(state, context.now)
        return Decision(after) if after else None

    def told(state: Survey | None, context: Context) -> Decision[Survey] | None:
        return decision(surveys_answers.decline(state, context.now)) if state else None

    cause = derive("survey-stop", survey.id, key)
    # First what keeps surveys from being sent: whatever happens in between, the customer is left alone.
    await service.repository.execute(SURVEY_CUSTOMERS, _customer(survey), cause, decide)
    document = await service.repository.execute(SURVEYS, survey.id, cause, told)
    return await _question(_state(document), service)


async def _known(token: str, service: InService, links: SurveyLinks) -> Survey:
    survey_id = links.named(token)
    document = await service.database.get(SURVEYS, survey_id) if survey_id else None
    if document is None or document.state is None or document.state.requested_at is None:
        raise _unknown()
    return document.state


async def _question(survey: Survey, service: InService) -> Question:
    low, high = SCALES[survey.kind]
    customer = await service.database.get(SURVEY_CUSTOMERS, _customer(survey))
    now = service.clock.now()
    return Question(
        brand=survey.brand,
        kind=survey.kind,
        lowest=low,
        highest=high,
        language=survey.language,
        status=survey.status,
        opted_out=bool(customer and customer.state and customer.state.opted_out_at),
        score=survey.score,
        expired=survey.status == "expired" or (survey.expires_at is not None and now >= survey.expires_at),
    )


def _customer(survey: Survey) -> str:
    return customer_id(survey.brand, survey.channel, survey.customer.id)


def _state(document: Document[Survey]) -> Survey:
    assert document.state is not None  # noqa: S101 - read before
    return document.state


def _unknown() -> Problem:
    return Problem(404, "survey-link-invalid", "this link does not lead to a survey; was it copied whole?")
