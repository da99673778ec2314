"""The messages that the radar counts (F8)."""

from schemas.events.case import CaseMessageAdded
from schemas.organisation import Organisation
from services.chassis.documents import Context, Decision
from services.chassis.table import Table
from services.followup.domain.radar import Sightings, lane_of, message_seen, place_for
from services.followup.store.radar import SIGHTINGS


def listen(table: Table, _: Organisation) -> None:
    """Put into the table what is counted."""

    @table.on(CaseMessageAdded, SIGHTINGS, lane=lane_of, locate=place_for)
    def case_message_added(
        state: Sightings | None, event: CaseMessageAdded, context: Context
    ) -> Decision[Sightings] | None:
        after = message_seen(state, event, context.siblings, context.now)
        return None if after is None else Decision(after)
