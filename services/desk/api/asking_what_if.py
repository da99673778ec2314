"""What-if questions to the simulator: what can be asked, the latest answers, one more. For coaches and leads."""

from fastapi import APIRouter

from services.chassis.errors import Problem
from services.desk.api.parts import FromHere, InParts, Leading, Once
from services.desk.domain.whatif import Outline, Question, Refused, Run

router = APIRouter(prefix="/api/what-if", tags=["desk"])


@router.get("/scenarios")
async def list_scenarios(_: Leading, desk: InParts) -> list[Outline]:
    """The scenarios that can be asked about, with what can be changed in each; none where the simulator is not installed."""
    found = (await desk.what_ifs.outlines()).values() if desk.what_ifs.simulator.installed else ()
    return sorted(found, key=lambda each: (each.has_peak, each.id))


@router.get("")
async def list_what_ifs(_: Leading, desk: InParts) -> list[Run]:
    """The latest questions with what became of them, the last one first."""
    return await desk.what_ifs.latest()


@router.post("", status_code=202, dependencies=[FromHere])
async def ask_what_if(
    question: Question,
    reader: Leading,
    desk: InParts,
    idempotency_key: Once,
) -> Run:
    """Put a question; it is worked on in the background. The same key is the same question."""
    try:
        return await desk.what_ifs.ask(question, reader.id, idempotency_key)
    except Refused as error:
        raise Problem(400, "invalid-question", str(error)) from error


@router.post("/{run_id}/cancellation", status_code=204, dependencies=[FromHere])
async def cancel_what_if(run_id: str, _: Leading, desk: InParts) -> None:
    """End the work on a question; one that is over stays as it is."""
    await desk.what_ifs.cancel(run_id)
