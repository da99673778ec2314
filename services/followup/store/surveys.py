"""Where surveys are kept: one document per case, and one per customer who was asked or wants no surveys."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from schemas.base import milliseconds
from services.chassis.documents import Collection, Document, Index
from services.chassis.mongo import Database
from services.followup.domain.surveys import Survey
from services.followup.domain.surveys_customer import SurveyCustomer, customer_id


def _fields(state: Survey) -> Mapping[str, str | int]:
    fields: dict[str, str | int] = {}
    if state.next_at:
        fields["next_at_ms"] = milliseconds(state.next_at)
    if not state.closed:
        fields["open_of"] = customer_id(state.brand, state.channel, state.customer.id)
    if state.requested_at:
        fields |= {"brand": state.brand, "requested_ms": milliseconds(state.requested_at)}
    if state.status == "answered" and state.ended_at:
        fields["answered_ms"] = milliseconds(state.ended_at)
    return fields


SURVEYS = Collection(
    "surveys",
    Survey,
    fields=_fields,
    indexes=(
        Index(("next_at_ms",)),
        Index(("open_of",)),
        Index(("brand", "requested_ms")),
        Index(("brand", "answered_ms")),
    ),
)
SURVEY_CUSTOMERS = Collection("survey_customers", SurveyCustomer)


async def due(database: Database, now: datetime, limit: int) -> list[Document[Survey]]:
    """Those whose moment has come, to ask or to end, the most overdue first."""
    return await database.find(SURVEYS, {"next_at_ms": {"$lte": milliseconds(now)}}, sort="next_at_ms", limit=limit)


async def has_open_case(database: Database, survey: Survey) -> bool:
    """Whether this customer has another case that is not closed."""
    customer = customer_id(survey.brand, survey.channel, survey.customer.id)
    return bool(await database.find(SURVEYS, {"open_of": customer}, limit=1))


async def answered(database: Database, brands: Iterable[str], since: datetime, until: datetime) -> list[Survey]:
    """The surveys of these brands that were answered in that time, `until` not included, the oldest first."""
    return await _between(database, "answered_ms", brands, since, until)


async def requested(database: Database, brands: Iterable[str], since: datetime, until: datetime) -> list[Survey]:
    """The same for those that were sent."""
    return await _between(database, "requested_ms", brands, since, until)


async def _between(
    database: Database, field: str, brands: Iterable[str], since: datetime, until: datetime
) -> list[Survey]:
    moments = {"$gte": milliseconds(since), "$lt": milliseconds(until)}
    found = await database.find(SURVEYS, {"brand": {"$in": sorted({*brands})}, field: moments}, sort=field)
    return [document.state for document in found if document.state]
