"""The radar looks every minute: what rises becomes an incident, once, however many instances look (F8)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from schemas.base import milliseconds
from schemas.ids import derive
from schemas.organisation import Brand, Organisation
from services.chassis.clock import Clock
from services.chassis.documents import Context, Decision
from services.chassis.errors import Conflict
from services.chassis.logs import logger
from services.chassis.repository import Repository
from services.followup.domain import incidents
from services.followup.domain.incidents import Answer, Incident, IncidentCase
from services.followup.domain.radar import Sighting, bucket
from services.followup.domain.radar_detection import MINUTE_MS, WINDOW_MINUTES, alarms
from services.followup.domain.radar_grouping import Burst, bursts
from services.followup.domain.radar_watch import Episode, Open, Watch, watched
from services.followup.handlers.radar_history import History, Recent
from services.followup.store.incidents import INCIDENT_CASES, INCIDENTS, open_incidents, waiting_cases
from services.followup.store.radar import WATCHES, between, forget, watch_id

OFFERED_AT_ONCE = 200
LATE_MS = 15 * MINUTE_MS
"""A message that is understood so much later still brings its case into the incident."""


class Looking:
    """Looks at what customers write, and raises incidents."""

    def __init__(self, repository: Repository, clock: Clock, organisation: Organisation) -> None:
        self._repository = repository
        self._clock = clock
        self._organisation = organisation
        self._recent = Recent(repository)
        self._history = History(repository)
        self._log = logger("followup")

    async def look(self) -> None:
        """Look once at every brand. Raises Unavailable."""
        now = self._clock.now()
        await self._recent.refresh(now)
        found = await open_incidents(self._repository.database)
        for brand in self._organisation.brands:
            try:
                await self._look_at(brand, {each.id: each.leads for each in found if each.brand == brand.id}, now)
            except Conflict as error:
                self._log.warning("the radar looks again in a minute", brand=brand.id, reason=str(error))
        await forget(self._repository.database, milliseconds(now))

    async def _look_at(self, brand: Brand, open_: Open, now: datetime) -> None:
        windows = self._recent.windows(brand.id, now)
        if not any(window.tallies for window in windows):
            return
        baseline = await self._history.baseline(
            brand.id, ZoneInfo(self._organisation.calendar(brand.calendar).time_zone), now
        )
        found = alarms(baseline, windows, brand.policy.radar)
        if not found:
            return
        now_ms = milliseconds(now)
        start_ms = bucket(now_ms - WINDOW_MINUTES[-1] * MINUTE_MS)
        seen = await sightings(self._repository, brand.id, start_ms, now_ms)
        groups = bursts(found, seen, now_ms)
        watch = await self._watch(brand.id, groups, seen, open_, now)
        for burst in groups:
            episode = watch.episode(burst, seen)
            if episode:
                await self._raise(episode, brand.id, burst)
                await self._tell_rise(episode)

    async def _watch(
        self, brand: str, groups: Sequence[Burst], seen: Sequence[Sighting], open_: Open, now: datetime
    ) -> Watch:
        """The one document that says which incident a burst belongs to: who comes second finds what the first has written."""

        def decide(state: Watch | None, _: Context) -> Decision[Watch]:
            return Decision(watched(state or Watch(brand=brand), groups, seen, open_, now))

        leads = "|".join(sorted(burst.lead for burst in groups))
        cause = derive("radar-look", brand, str(milliseconds(now)), leads)
        document = await self._repository.execute(WATCHES, watch_id(brand), cause, decide)
        return document.state or Watch(brand=brand)

    async def _raise(self, episode: Episode, brand: str, burst: Burst) -> None:
        reasons = [alarm.reason for alarm in burst.alarms]
        started_at = datetime.fromtimestamp(burst.started_ms / 1000, UTC)
        id = episode.incident_id

        def decide(state: Incident | None, context: Context) -> Decision[Incident] | None:
            change = incidents.seen(state, id, brand, reasons, started_at, context.now, episode.after)
            return None if change is None else Decision(*change)

        keys = "|".join(sorted(f"{alarm.key} {alarm.measure}" for alarm in burst.alarms))
        await self._repository.execute(INCIDENTS, id, derive("radar-seen", id, keys), decide)

    async def _tell_rise(self, episode: Episode) -> None:
        """Put into the incident how it last rose anew, where that is not there yet."""
        if (rise := episode.rise) is None:
            return

        def decide(state: Incident | None, _: Context) -> Decision[Incident] | None:
            change = incidents.rose(state, rise)
            return None if change is None else Decision(*change)

        cause = derive("radar-rise", episode.incident_id, rise.at.isoformat())
        await self._repository.execute(INCIDENTS, episode.incident_id, cause, decide)


@dataclass(slots=True)
class Known:
    """What was done for an incident already: up to when messages were looked through, and which cases were found."""

    looked_ms: int
    cases: set[str] = field(default_factory=set)


class Spreading:
    """Brings cases into open incidents, and the approved answer to the owners of these cases."""

    def __init__(self, repository: Repository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock
        self._known: dict[tuple[str, frozenset[str]], Known] = {}

    async def spread(self) -> None:
        """Do both for every open incident. Raises Unavailable, Conflict."""
        found = await open_incidents(self._repository.database)
        for incident in found:
            await self._gather(incident)
            if incident.approved:
                await self._offer(incident.id, incident.approved)
        wanted = {(each.id, each.leads) for each in found}
        self._known = {each: known for each, known in self._known.items() if each in wanted}

    async def _gather(self, incident: Incident) -> None:
        now_ms = milliseconds(self._clock.now())
        started_ms = milliseconds(incident.started_at)
        known = self._known.setdefault((incident.id, incident.leads), Known(started_ms))
        from_ms = bucket(max(started_ms, known.looked_ms - LATE_MS))
        for one in await sightings(self._repository, incident.brand, from_ms, now_ms + LATE_MS):
            matches = one.at_ms >= started_ms and incident.leads.intersection(one.keys)
            if matches and one.case_id not in known.cases:
                await self._join(incident, one)
                known.cases.add(one.case_id)
        known.looked_ms = now_ms

    async def _join(self, incident: Incident, one: Sighting) -> None:
        def decide(state: IncidentCase | None, context: Context) -> Decision[IncidentCase] | None:
            change = incidents.join(state, incident, one, context.now)
            return None if change is None else Decision(*change)

        id = incidents.membership_id(incident.id, one.case_id)
        await self._repository.execute(INCIDENT_CASES, id, derive("incident-join", id), decide)

    async def _offer(self, incident_id: str, answer: Answer) -> None:
        database, languages = self._repository.database, list(answer.texts)
        while waiting := await waiting_cases(database, incident_id, languages, OFFERED_AT_ONCE):
            for member in waiting:
                await self._offer_to(member, answer)

    async def _offer_to(self, member: IncidentCase, answer: Answer) -> None:
        def decide(state: IncidentCase | None, context: Context) -> Decision[IncidentCase] | None:
            change = incidents.offer(state, answer, context.now)
            return None if change is None else Decision(*change)

        id = incidents.membership_id(member.incident_id, member.case_id)
        await self._repository.execute(INCIDENT_CASES, id, derive("incident-offer", id), decide)


async def sightings(repository: Repository, brand: str, start_ms: int, end_ms: int) -> list[Sighting]:
    """The brand's messages of this time, in buckets as a whole, in the order in which they were written. Raises Unavailable."""
    documents = await between(repository.database, brand, start_ms, end_ms)
    found = [each for document in documents if document.state for each in document.state.seen]
    return sorted(found, key=lambda each: each.at_ms)
