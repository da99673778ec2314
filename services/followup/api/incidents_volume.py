"""The volume of an incident over time, beside what would have been usual (F8)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from schemas.base import UtcDatetime, milliseconds
from schemas.organisation import Organisation
from services.chassis.http import internal_router
from services.chassis.service import Service
from services.followup.api.asking import Asking, InService
from services.followup.api.incidents import IncidentId, visible_incident
from services.followup.domain.incidents import Incident
from services.followup.domain.radar import BUCKET_MS, HOUR_MS, bucket
from services.followup.domain.radar_baseline import HISTORY_DAYS, Baseline, learned
from services.followup.domain.radar_detection import usual_range
from services.followup.store.radar import DAY_MS, KEPT_DAYS, between, days_since, hours_of

router = internal_router()

BEFORE, AFTER = timedelta(hours=6), timedelta(hours=2)
MOST_STEPS = 72
STEPS_MS = tuple(minutes * 60_000 for minutes in (5, 15, 30, 60, 180, 360))


class Step(BaseModel):
    """Some minutes: messages that the incident is about, how many of them negative, and what was to be expected."""

    start: UtcDatetime
    messages: int
    negative: int
    usual: float
    rarely_more: float
    """More than this comes once in a thousand such times."""


class Volume(BaseModel):
    """From some hours before the first message to now, or to some hours after the end."""

    step_minutes: int
    steps: list[Step]


@router.get("/incidents/{incident_id}/volume")
async def show_incident_volume(incident_id: IncidentId, asker: Asking, service: InService) -> Volume:
    """How it rose. Single messages are kept for a week: of an older incident there is nothing to show."""
    incident = await visible_incident(incident_id, asker, service)
    now = service.clock.now()
    start_ms = max(milliseconds(incident.started_at - BEFORE), milliseconds(now) - KEPT_DAYS * DAY_MS)
    end_ms = milliseconds(min(now, incident.closed_at + AFTER) if incident.closed_at else now)
    step_ms = next((each for each in STEPS_MS if (end_ms - start_ms) / each <= MOST_STEPS), STEPS_MS[-1])
    start_ms = start_ms // step_ms * step_ms
    if end_ms <= start_ms:
        return Volume(step_minutes=step_ms // 60_000, steps=[])
    counted = await _counted(service, incident, start_ms, end_ms)
    baseline = await _baseline(service, incident)
    steps = [
        _step(incident, baseline, counted, at_ms, min(at_ms + step_ms, end_ms))
        for at_ms in range(start_ms, end_ms, step_ms)
    ]
    return Volume(step_minutes=step_ms // 60_000, steps=steps)


def _step(
    incident: Incident, baseline: Baseline, counted: dict[int, tuple[int, int]], start_ms: int, end_ms: int
) -> Step:
    inside = [counted[at_ms] for at_ms in range(start_ms, end_ms, BUCKET_MS) if at_ms in counted]
    usual, rarely_more = usual_range(baseline, incident.lead, start_ms, end_ms)
    return Step(
        start=datetime.fromtimestamp(start_ms / 1000, UTC),
        messages=sum(messages for messages, _ in inside),
        negative=sum(negative for _, negative in inside),
        usual=round(usual, 2),
        rarely_more=rarely_more,
    )


async def _counted(service: Service, incident: Incident, start_ms: int, end_ms: int) -> dict[int, tuple[int, int]]:
    """Messages and negative ones by the start of their bucket."""
    found: dict[int, tuple[int, int]] = {}
    for document in await between(service.database, incident.brand, bucket(start_ms), end_ms):
        for each in document.state.seen if document.state else ():
            if incident.leads.intersection(each.keys):
                messages, negative = found.get(bucket(each.at_ms), (0, 0))
                found[bucket(each.at_ms)] = (messages + 1, negative + each.negative)
    return found


async def _baseline(service: Service, incident: Incident) -> Baseline:
    """What was usual when it was raised."""
    organisation: Organisation = service.api.state.organisation
    zone = ZoneInfo(organisation.calendar(organisation.brand(incident.brand).calendar).time_zone)
    until_ms = milliseconds(incident.raised_at) // HOUR_MS * HOUR_MS
    days = await days_since(service.database, incident.brand, until_ms - HISTORY_DAYS * DAY_MS)
    return learned(hours_of(days, until_ms), zone)
