"""Where people are kept whom the organisation's files do not have."""

from schemas.organisation import Person
from services.chassis.documents import Collection
from services.chassis.mongo import Database
from services.followup.domain.recorded import Recorded

RECORDED = Collection("recorded_people", Recorded)


async def recorded_person(database: Database, person_id: str) -> Person | None:
    """Somebody known by records alone who still works here."""
    document = await database.get(RECORDED, person_id)
    state = document.state if document else None
    return state.person if state and not state.left else None
