"""Hears of people whom the organisation's files do not have, so that they may ask as the others do."""

from schemas.events.roster import PersonRecorded
from services.chassis.documents import Context, Decision
from services.chassis.table import Table
from services.followup.domain.recorded import Recorded, recorded
from services.followup.store.people import RECORDED


def listen(table: Table) -> None:
    """Register what is heard."""

    @table.on(PersonRecorded, RECORDED, id=lambda event: event.person_id)
    def person_recorded(known: Recorded | None, event: PersonRecorded, _: Context) -> Decision[Recorded] | None:
        after = recorded(known, event)
        return Decision(after) if after else None
