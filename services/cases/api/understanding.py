"""What people set right of what was understood (U3)."""

from collections.abc import Sequence
from datetime import datetime

from fastapi import APIRouter

from schemas.base import Event
from schemas.ids import derive
from services.cases.api.acting import Accepted, Acting, All, may
from services.cases.domain import Case
from services.cases.domain.commands.correcting import CorrectClassification, correct_classification
from services.cases.domain.terms import Terms

router = APIRouter()


@router.post("/cases/{case_id}/classification-corrections", status_code=202)
@may("colleague")
async def correct_case_classification(
    case_id: str, command: CorrectClassification, actor: Acting, cases: All
) -> Accepted:
    """Say what a message really is: language, intent, sentiment, urgency or topic. The case follows; the classifier learns."""
    correction_id = derive("correction", actor.command)

    def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
        return correct_classification(case, command, actor.person, correction_id, terms, now)

    return await cases.carry_out(case_id, actor, rule, correction_id=correction_id)
