"""The routing service on real broker and store, with a team small enough to be full."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from schemas.base import Event
from schemas.envelope import Envelope
from schemas.events.routing import CapacityReleased, CapacityTaken, OwnerRequested, SpecialistRequested
from services.chassis import kafka
from services.chassis.service import Service
from services.chassis.testing import ManualClock, record
from services.routing.app import build
from services.routing.duty import Duty
from services.routing.settings import Settings
from services.routing.store import REQUESTS, RequestState
from tests.conftest import Backends, eventually

TUESDAY = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)
TOKEN = "between-us"
OFFICE = {"mon-fri": ["09:00-17:30"]}
LATE = {"mon-sun": ["16:00-24:00"]}


def person(id_: str, **changes: Any) -> dict[str, Any]:
    """Somebody in Amsterdam who owns two cases at a time, in English, in office hours."""
    facts = {
        "id": id_,
        "name": id_.title(),
        "initials": id_[:1].upper(),
        "role": "agent",
        "email": f"{id_}@homely.example",
        "country": "NL",
        "time_zone": "Europe/Amsterdam",
        "languages": {"en": "C1"},
        "brands": ["homely"],
        "capacity": 2,
        "hours": OFFICE,
    }
    return facts | changes


TEAM = [
    person("mira"),
    person("jonas", hours=LATE),
    person("diego", role="specialist", capacity=1, country="AR", languages={"es": "C2"}, skills={"coffee": 4}),
    person("mei", role="specialist", capacity=1, country="SG", languages={"en": "C2"}, skills={"coffee": 3}),
]
ORGANISATION = {
    "name": "Homely",
    "pools": [{"id": "care", "name": "Care"}],
    "calendars": [{"id": "always", "time_zone": "Europe/Amsterdam", "hours": "24/7"}],
    "skills": [{"id": "coffee", "names": {"en": "Coffee"}}, {"id": "tea", "names": {"en": "Tea"}}],
    "brands": [
        {"id": "homely", "name": "Homely", "purpose": "service", "voice": "Kind.", "pool": "care", "calendar": "always"}
    ],
    "channels": [
        {"id": "web", "name": "Web", "kind": "web", "brand": "homely", "audience": "private", "max_length": "500"}
    ],
}


def organisation(folder: Path, *people: dict[str, Any]) -> Path:
    """A folder with the organisation's file; JSON is YAML."""
    whole = ORGANISATION | {"people": list(people) or TEAM}
    (folder / "organisation.yaml").write_text(json.dumps(whole))
    return folder


def owner_wanted(name: str, minutes: float = 60, **changes: Any) -> OwnerRequested:
    return OwnerRequested.model_validate(_common(name, minutes) | changes)


def specialist_wanted(name: str, minutes: float = 240, **changes: Any) -> SpecialistRequested:
    facts = {"consult_id": f"consult-{name}", "skill": "coffee"}
    return SpecialistRequested.model_validate(_common(name, minutes) | facts | changes)


def released(name: str, who: str) -> CapacityReleased:
    return CapacityReleased.model_validate(_common(name, 0) | {"person": who})


def taken(name: str, who: str) -> CapacityTaken:
    return CapacityTaken.model_validate(_common(name, 0) | {"person": who})


def _common(name: str, minutes: float) -> dict[str, Any]:
    return {
        "request_id": name,
        "pool": "care",
        "case_id": f"case-{name}",
        "conversation": f"conversation-{name}",
        "brand": "homely",
        "language": "en",
        "due_at": TUESDAY + timedelta(minutes=minutes),
    }


class Stage:
    """A running routing service with somebody to speak to it."""

    def __init__(self, service: Service, client: httpx2.AsyncClient, clock: ManualClock) -> None:
        self.service, self.client, self.clock = service, client, clock

    @property
    def duty(self) -> Duty:
        found: Duty = self.service.api.state.duty
        return found

    async def hear(self, *events: Event) -> None:
        """Handle these as one batch, without Kafka."""
        await self.service.processor.process([record(event, number) for number, event in enumerate(events)])

    async def batch(self, *events: Event) -> None:
        """The same, with what the service does before and after each batch that comes from Kafka."""
        await self.service._handle([record(event, number) for number, event in enumerate(events)])

    async def publish(self, *events: Event) -> None:
        """Give these to Kafka, as the cases service does."""
        sent = [record(event) for event in events]
        await self.service.publisher.send([(each.topic, each.key, each.value, [*each.headers]) for each in sent])

    def in_charge(self, held: bool) -> None:
        """Kafka gives the pools to this instance, or to another one."""
        self.service._held = frozenset({"routing.requests"} if held else ())

    async def states(self) -> dict[str, RequestState]:
        return {each.id: each.state for each in await self.service.database.find(REQUESTS, {}) if each.state}

    async def holders(self) -> dict[str, str]:
        """Request to who has it; without those who have not."""
        return {name: state.person for name, state in (await self.states()).items() if state.status == "assigned"}

    async def held(self, **holders: str) -> None:
        """Wait until exactly these requests are these people's work."""

        async def so() -> bool:
            return await self.holders() == holders

        await eventually(so, f"it did not come to {holders}")

    async def said(self, topic: str) -> list[Envelope]:
        """Everything on a topic, each event once."""
        found = [each.envelope() async for each in kafka.read(self.service.config.cluster, [topic])]
        return list({each.id: each for each in found}.values())

    async def have_said(self, topic: str, count: int) -> list[Envelope]:
        """The same, once it is that much."""
        found: list[Envelope] = []

        async def enough() -> bool:
            found[:] = await self.said(topic)
            return len(found) >= count

        await eventually(enough, f"fewer than {count} events on {topic}")
        return found

    async def record(self, body: dict[str, Any], available: bool = True, key: str = "") -> httpx2.Response:
        headers = {"Idempotency-Key": key} if key else {}
        whole = {"person": body, "available": available}
        return await self.client.put(f"/people/{body['id']}", json=whole, headers=headers)


@asynccontextmanager
async def stage(
    backends: Backends, folder: Path, clock: ManualClock | None = None, *, listen: bool = False
) -> AsyncIterator[Stage]:
    """The service, started; with `listen` it takes its events from Kafka and looks after what waits."""
    clock = clock or ManualClock(TUESDAY)
    own = {"organisation": folder, "internal_token": TOKEN, "look_again_seconds": 0.05}
    service = build(Settings.model_validate(backends.settings() | own), clock)
    await service.start(listen=listen)
    if not listen:
        await service.api.state.duty.rebuild()
        service._assigned(["routing.requests"])
        service._new_partitions = False
    headers = {"Authorization": f"Bearer {TOKEN}"}
    try:
        async with httpx2.AsyncClient(base_url=service.url, headers=headers, timeout=30) as client:
            yield Stage(service, client, clock)
    finally:
        await service.stop()
