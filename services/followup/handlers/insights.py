"""The events of cases that tell their cause and what they took (F7)."""

from datetime import datetime

from schemas.events.case import CaseEvent, CaseOpened
from services.chassis.documents import Context, Decision
from services.chassis.rebuilding import ReadModel
from services.chassis.table import Table
from services.followup.domain import causes
from services.followup.domain.causes import CaseCause
from services.followup.store.insights import CAUSES


def listen(table: Table, _: object) -> None:
    """Put into the table what tells causes. Needs nothing of the organisation: its names may change, the facts do not."""
    events: tuple[type[CaseEvent], ...] = (CaseOpened, *causes.FOLDED)
    for event in events:
        table.on(event, CAUSES, id=lambda each: each.case_id)(_fold)


def _fold(state: CaseCause | None, event: CaseEvent, _: Context) -> Decision[CaseCause] | None:
    new = causes.fold(state, event)
    return None if new is None or new == state else Decision(new)


def read_model() -> ReadModel[CaseCause]:
    """How the causes are folded anew."""
    table = Table()
    listen(table, None)
    return ReadModel(CAUSES, table, CaseOpened, _settled)


def _settled(stored: CaseCause | None, folded: CaseCause, _: datetime) -> CaseCause:
    return causes.settled(stored, folded)
