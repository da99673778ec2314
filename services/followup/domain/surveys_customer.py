"""What surveys know of a customer on a channel of a brand: when they were asked last, and whether they want that (V5). Pure."""

from datetime import datetime, timedelta
from typing import Literal

from schemas.base import Model, UtcDatetime
from schemas.ids import derive

NoRoom = Literal["opted-out", "asked-lately"]


class SurveyCustomer(Model):
    """One customer, as a channel of a brand knows them."""

    survey_id: str = ""
    """The latest survey for which there was room."""
    asked_at: UtcDatetime | None = None
    opted_out_at: UtcDatetime | None = None


def customer_id(brand: str, channel: str, author: str) -> str:
    """The id of what surveys know of a customer."""
    return derive("survey-customer", brand, channel, author)


def reserve(state: SurveyCustomer | None, survey_id: str, period_days: int, now: datetime) -> SurveyCustomer | NoRoom:
    """Make room for one survey, before it is asked: so that of two at the same time one goes out. Again is once."""
    known = state or SurveyCustomer()
    if known.opted_out_at:
        return "opted-out"
    if known.survey_id == survey_id:
        return known
    if known.asked_at and now - known.asked_at < timedelta(days=period_days):
        return "asked-lately"
    return known.model_copy(update={"survey_id": survey_id, "asked_at": now})


def opt_out(state: SurveyCustomer | None, now: datetime) -> SurveyCustomer | None:
    """No surveys any more; None when that is known."""
    known = state or SurveyCustomer()
    return None if known.opted_out_at else known.model_copy(update={"opted_out_at": now})
