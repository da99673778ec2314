"""The events of cases that the steering figures are made of (F4)."""

from datetime import datetime

from schemas.base import milliseconds
from schemas.events.case import CaseEvent, CaseOpened
from services.chassis.documents import Context, Decision
from services.chassis.rebuilding import ReadModel
from services.chassis.table import Table
from services.followup.domain.figures import FOLDED, Timings, fold
from services.followup.store.figures import TIMINGS


def listen(table: Table, _: object) -> None:
    """Put into the table what the read model is folded from. Needs nothing of the organisation."""
    for event in FOLDED:
        table.on(event, TIMINGS, id=_case)(_folded)


def _case(event: CaseEvent) -> str:
    return event.case_id


def _folded(state: Timings | None, event: CaseEvent, context: Context) -> Decision[Timings]:
    timings = fold(state, event, context.occurred_at or context.now)
    return Decision(timings.model_copy(update={"folded_ms": milliseconds(context.now)}))


def read_model() -> ReadModel[Timings]:
    """How the timings are folded anew."""
    table = Table()
    listen(table, None)
    return ReadModel(TIMINGS, table, CaseOpened, _settled)


def _settled(stored: Timings | None, folded: Timings, now: datetime) -> Timings:
    """When it was written is in no topic; who keeps the timings in memory reads by it what has changed."""
    if stored and stored == folded.model_copy(update={"folded_ms": stored.folded_ms}):
        return stored
    return folded.model_copy(update={"folded_ms": milliseconds(now)})
