"""A changed policy on a real store: the plan says what it will move, a start with it moves just that, by events (F3)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx2
import pytest

from schemas.events.followup import ClockBreached, ClockMoved, ClocksSummedUp
from schemas.organisation_file import load
from services.chassis import kafka
from services.chassis.service import Service
from services.followup.app import build
from services.followup.settings import Settings
from services.followup.store.clocks import BUDGETS, CLOCKS
from tests.conftest import Backends, eventually
from tests.integration.followup.test_followup import (
    START,
    HandClock,
    hearing,
    opened,
    outgoing,
    reaches,
    records,
    ticking,
)

EXAMPLE = Path("deploy/example-org")
TOKEN = "for-tests"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}


def changed(folder: Path, *changes: tuple[str, str]) -> Path:
    """The example organisation with something else in its brands' file."""
    copytree(EXAMPLE, folder, ignore=lambda _, names: [name for name in names if name == "samples"])
    brands = folder / "brands.yaml"
    text = brands.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    brands.write_text(text, encoding="utf-8")
    return folder


@asynccontextmanager
async def serving(backends: Backends, clock: HandClock, organisation: Path = EXAMPLE) -> AsyncIterator[Service]:
    settings: dict[str, Any] = backends.settings() | {"organisation": organisation, "internal_token": TOKEN}
    service = build(Settings(**settings), clock)
    await service.start(listen=False)
    yield service
    await service.stop()


async def asked(service: Service, method: str, path: str, **request: Any) -> httpx2.Response:
    async with httpx2.AsyncClient(base_url=service.url, headers=HEADERS) as client:
        return await client.request(method, path, **request)


def policy(folder: Path) -> dict[str, Any]:
    found = load(folder)
    return {
        "calendars": [each.model_dump(mode="json") for each in found.calendars],
        "brands": [each.model_dump(mode="json") for each in found.brands],
    }


def first_word(case_id: str) -> Any:
    from schemas.events.case import CaseMessageAdded
    from tests.unit.followup.talk import wrote

    event = wrote(0, id=f"first-{case_id}")
    message = event.message.model_copy(update={"received_at": START, "conversation": f"conversation-{case_id}"})
    return CaseMessageAdded(
        case_id=case_id,
        conversation=f"conversation-{case_id}",
        brand="moccarel",
        message=message,
        classification=event.classification,
    )


async def opened_cases(service: Service, *case_ids: str) -> None:
    events = [event for id_ in case_ids for event in (opened(id_), first_word(id_))]
    await service.processor.process(records(outgoing(events)))


async def test_the_plan_says_what_a_start_with_the_new_policy_does(backends: Backends, tmp_path: Path) -> None:
    clock = HandClock()
    new = changed(
        tmp_path / "new",
        (
            "{clock: resolution, minutes: 2880, warn_before_minutes: 240",
            "{clock: resolution, minutes: 1000, warn_before_minutes: 240",
        ),
        (
            "{clock: pick-up, minutes: 15, warn_before_minutes: 5}",
            "{clock: pick-up, minutes: 6, warn_before_minutes: 5}",
        ),
    )
    async with serving(backends, clock) as service:
        await opened_cases(service, "a", "b", "c")
        clock.pass_minutes(8)
        same = (await asked(service, "POST", "/clocks/plan", json=policy(EXAMPLE))).json()
        assert same == {"clocks": 0, "unchanged_brands": ["moccarel", "pluvane"], "planned": []}
        answer = await asked(service, "POST", "/clocks/plan", json=policy(new))
        assert answer.status_code == 200, answer.text
        planned = {(each["brand"], each["kind"], each["to"]): each["count"] for each in answer.json()["planned"]}
        assert planned == {
            ("moccarel", "pick-up", "late"): 3,
            ("moccarel", "resolution", "earlier"): 3,
        }
        assert answer.json()["clocks"] == 9
        assert [each.version for each in await service.database.find(CLOCKS, {})] == [1, 1, 1]
    async with serving(backends, clock, new) as service, hearing(service) as heard:
        await asyncio.gather(ticking(service).tick(), ticking(service).tick())
        await reaches(heard, 9 + 6 + 3)
        moved = [each.data for each in heard if isinstance(each.data, ClockMoved)]
        assert sorted((each.kind, (each.due_at - START) / timedelta(minutes=1)) for each in moved) == [
            *[("pick-up", 6.0)] * 3,
            *[("resolution", 1000.0)] * 3,
        ]
        assert {each.cause for each in moved} == {"policy"}
        breached = [each.data.kind for each in heard if isinstance(each.data, ClockBreached)]
        assert breached == ["pick-up"] * 3
        before = [each.version for each in await service.database.find(CLOCKS, {})]
        await ticking(service).tick()
        assert [each.version for each in await service.database.find(CLOCKS, {})] == before


async def test_a_policy_that_names_no_calendar_is_refused(backends: Backends) -> None:
    async with serving(backends, HandClock()) as service:
        body = policy(EXAMPLE) | {"calendars": []}
        answer = await asked(service, "POST", "/clocks/plan", json=body)
        assert (answer.status_code, answer.json()["type"].rsplit(":")[-1]) == (422, "invalid-policy")
        assert "which is not among the calendars" in answer.json()["detail"]
        assert (await asked(service, "GET", "/clocks", headers={"Authorization": "Bearer other"})).status_code == 401


async def test_clocks_are_listed_by_brand_kind_and_state_in_pages(backends: Backends) -> None:
    clock = HandClock()
    async with serving(backends, clock) as service:
        await opened_cases(service, *(f"c{number}" for number in range(7)))
        clock.pass_minutes(20)
        late = (await asked(service, "GET", "/clocks?state=late&brand=moccarel")).json()
        assert [each["kind"] for each in late["items"]] == ["pick-up"] * 7
        assert late["cursor"] is None
        found, cursor = [], ""
        while True:
            part = (
                await asked(service, "GET", "/clocks", params={"kind": "resolution", "limit": 3, "cursor": cursor})
            ).json()
            found += [each["case_id"] for each in part["items"]]
            cursor = part["cursor"]
            if not cursor:
                break
        assert sorted(found) == [f"c{number}" for number in range(7)]
        whole = (await asked(service, "GET", "/cases/c1/clocks")).json()
        assert {each["kind"]: each["state"] for each in whole} == {
            "first-response": "running",
            "pick-up": "late",
            "resolution": "running",
        }
        assert (await asked(service, "GET", "/cases/nobody/clocks")).status_code == 404


@pytest.mark.parametrize(("person", "status"), [("maaike.postma", 200), ("nobody", 403)])
async def test_a_person_sees_the_clocks_of_their_brands(backends: Backends, person: str, status: int) -> None:
    async with serving(backends, HandClock()) as service:
        answer = await asked(service, "GET", "/clocks", headers={"Acting-Person": person})
        assert answer.status_code == status


async def test_a_mountain_is_told_by_harm_within_the_limit_and_then_as_one_sum(
    backends: Backends, tmp_path: Path
) -> None:
    clock = HandClock()
    folder = changed(tmp_path / "few", ("most_escalations_an_hour: 60", "most_escalations_an_hour: 4"))
    async with serving(backends, clock, folder) as service, hearing(service) as heard:
        for number in range(20):
            await service.processor.process(records(outgoing([opened(f"c{number:02}", 60 + number)])))
        clock.pass_minutes(24 * 60)
        await asyncio.gather(*(ticking(service, batch=6).tick() for _ in range(3)))
        await reaches(heard, 20 + 20 + 20)
        escalated = [each.data for each in heard if each.type == "clock.escalated.v1"]
        assert len({each.clock_id for each in escalated}) == 20  # type: ignore[attr-defined]
        alone = [each for each in escalated if not each.in_digest]  # type: ignore[attr-defined]
        assert len(alone) == 4
        events = [each.data for each in heard if each.type == "clock.escalated.v1"]
        await service.processor.process(records(outgoing(events)))
        clock.pass_minutes(2)
        await asyncio.gather(*(ticking(service).tick() for _ in range(2)))

        async def told() -> ClocksSummedUp | None:
            async for batch in kafka.follow(service.config.cluster, ["escalations.events"]):
                for record in batch:
                    event = record.envelope().data
                    assert isinstance(event, ClocksSummedUp)
                    return event
            return None

        event = await asyncio.wait_for(told(), 60)
        assert event
        assert (event.number, event.by_kind) == (1, {"first-response": 16})
        assert [each.state.sums for each in await service.database.find(BUDGETS, {}) if each.state] == [1]


async def test_a_clock_that_jumps_ahead_and_back_says_nothing_twice(backends: Backends) -> None:
    clock = HandClock()
    async with serving(backends, clock) as service, hearing(service) as heard:
        await opened_cases(service, "a")
        for minutes in (30, 5_000, -4_990, 20, 5_000):
            clock.pass_minutes(minutes)
            await ticking(service).tick()

        async def quiet() -> bool:
            document = await service.database.get(CLOCKS, "a")
            return bool(document and len(heard) == document.sequences["followup-events"])

        await eventually(quiet)
        said = [(each.data.clock_id, each.type) for each in heard if each.type != "clock.escalated.v1"]  # type: ignore[attr-defined]
        assert len(said) == len(set(said))
        steps = [(each.data.clock_id, each.data.step) for each in heard if each.type == "clock.escalated.v1"]  # type: ignore[attr-defined]
        assert len(steps) == len(set(steps))
