"""The survey that a customer was sent about a closed case (F5)."""

from schemas.base import UtcDatetime
from services.cases.domain.records import Frozen


class Surveyed(Frozen):
    """Which survey, and who may answer it in the conversation until when."""

    survey_id: str
    customer_id: str
    expires_at: UtcDatetime
