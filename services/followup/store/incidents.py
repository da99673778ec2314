"""Where incidents and their cases are kept."""

from collections.abc import Mapping, Sequence

from schemas.base import milliseconds
from services.chassis.documents import Collection, Index
from services.chassis.mongo import Database
from services.followup.domain.incidents import Incident, IncidentCase


def _incident_fields(state: Incident) -> Mapping[str, str | int]:
    return {"brand": state.brand, "raised_ms": milliseconds(state.raised_at), "outcome": state.outcome or "open"}


def _case_fields(state: IncidentCase) -> Mapping[str, str | int]:
    waits = 0 if state.offered else 1
    return {
        "incident_id": state.incident_id,
        "case_id": state.case_id,
        "waits": waits,
        "language": state.language,
    }


INCIDENTS = Collection(
    "incidents", Incident, fields=_incident_fields, indexes=(Index(("outcome",)), Index(("brand", "raised_ms")))
)
INCIDENT_CASES = Collection(
    "incident_cases",
    IncidentCase,
    fields=_case_fields,
    indexes=(Index(("incident_id", "waits", "language")), Index(("case_id",))),
)
SHOWN = 200


async def open_incidents(database: Database) -> list[Incident]:
    """Those that are not closed, of every brand."""
    return [each.state for each in await database.find(INCIDENTS, {"outcome": "open"}) if each.state]


async def incidents_of(database: Database, brands: Sequence[str]) -> list[Incident]:
    """The latest of each of these brands, the latest first."""
    found = [
        each.state
        for brand in brands
        for each in await database.find(INCIDENTS, {"brand": brand}, sort="raised_ms", descending=True, limit=SHOWN)
        if each.state
    ]
    return sorted(found, key=lambda incident: incident.raised_at, reverse=True)


async def cases_of(database: Database, incident_id: str) -> list[IncidentCase]:
    """The cases that belong to the incident."""
    return [each.state for each in await database.find(INCIDENT_CASES, {"incident_id": incident_id}) if each.state]


async def size_of(database: Database, incident_id: str) -> int:
    """How many cases belong to the incident."""
    return await database.count(INCIDENT_CASES.name, {"incident_id": incident_id})


async def waiting_cases(
    database: Database, incident_id: str, languages: Sequence[str], limit: int
) -> list[IncidentCase]:
    """Those in one of these languages whose owners were not offered the answer yet."""
    query = {"incident_id": incident_id, "waits": 1, "language": {"$in": list(languages)}}
    return [each.state for each in await database.find(INCIDENT_CASES, query, limit=limit) if each.state]


async def incidents_with(database: Database, case_id: str) -> list[str]:
    """The incidents that a case belongs to."""
    found = await database.find(INCIDENT_CASES, {"case_id": case_id})
    return [each.state.incident_id for each in found if each.state]
