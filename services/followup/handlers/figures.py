"""The events of cases that the steering figures are made of (F4)."""

from schemas.base import milliseconds
from schemas.events.case import CaseEvent
from schemas.organisation import Organisation
from services.chassis.documents import Context, Decision
from services.chassis.table import Table
from services.followup.domain.figures import FOLDED, Timings, fold
from services.followup.store.figures import TIMINGS


def listen(table: Table, _: Organisation) -> None:
    """Put into the table what the read model is folded from."""
    for event in FOLDED:
        table.on(event, TIMINGS, id=_case)(_folded)


def _case(event: CaseEvent) -> str:
    return event.case_id


def _folded(state: Timings | None, event: CaseEvent, context: Context) -> Decision[Timings]:
    timings = fold(state, event, context.occurred_at or context.now)
    return Decision(timings.model_copy(update={"folded_ms": milliseconds(context.now)}))
