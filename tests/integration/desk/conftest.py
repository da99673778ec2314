"""A running desk on the real broker and store, and browsers without a screen."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

import httpx2
import pytest
from argon2 import PasswordHasher

from services.cases.app import build as build_cases
from services.cases.settings import Settings as CasesSettings
from services.chassis.clock import Clock, ShiftedClock
from services.chassis.documents import Outgoing
from services.chassis.service import Service
from services.desk.app import build
from services.desk.settings import Settings
from services.desk.store import accounts
from tests.conftest import Backends
from tests.unit.desk.stories import Story

TOKEN = "between-services"
PASSWORD = "a long enough password"
INTERNAL = {"Authorization": f"Bearer {TOKEN}"}
FORM_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
SINCE_THE_STORY_SECONDS = 600

Started = Callable[..., Awaitable[Service]]


@pytest.fixture(autouse=True)
def _passwords_are_cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only here: what protects passwords takes a tenth of a second each time, and nearly every test signs somebody in."""
    cheap = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "PasswordHasher", cheap)


@pytest.fixture
async def start_desk(backends: Backends) -> AsyncIterator[Started]:
    """Starts desks on the same store; all of them are stopped in the end."""
    running: list[Service] = []

    async def start(clock: Clock | None = None, **settings: object) -> Service:
        service = build(Settings(**(backends.settings() | {"internal_token": TOKEN} | settings)), clock)
        await service.start()
        running.append(service)
        return service

    yield start
    for service in running:
        await service.stop()


@pytest.fixture
async def cases(backends: Backends) -> AsyncIterator[Service]:
    # Its clock is that of the stories: else every first reply would be late, and a holding reply lie ready.
    behind = (Story().start - datetime.now(UTC)).total_seconds() + SINCE_THE_STORY_SECONDS
    settings = CasesSettings(**(backends.settings() | {"internal_token": TOKEN}))
    service = build_cases(settings, ShiftedClock(behind))
    await service.start()
    yield service
    await service.stop()


class Browser:
    """Somebody who looks at the desk: keeps cookies, sends forms with their token."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        return await self.client.get(path, headers=headers)

    async def submit(self, page: str, action: str, *, partial: bool = False, **fields: str) -> httpx2.Response:
        """Load a page, then send one of its forms."""
        token = FORM_TOKEN.search((await self.client.get(page)).text)
        assert token, f"{page} has no form"
        headers = {"HX-Request": "true"} if partial else {}
        return await self.client.post(action, data={"form_token": token[1], **fields}, headers=headers)

    async def sign_in(self, person: str, password: str = PASSWORD) -> httpx2.Response:
        return await self.submit("/sign-in", "/sign-in", person=person, password=password)


@asynccontextmanager
async def browser(service: Service, person: str = "") -> AsyncIterator[Browser]:
    """A browser of its own; with a person, an account is made and signed in."""
    async with httpx2.AsyncClient(base_url=service.url, timeout=30) as client:
        made = Browser(client)
        if person:
            account = {"person": person, "password": PASSWORD}
            answer = await client.post("/internal/accounts", json=account, headers=INTERNAL)
            assert answer.status_code == 200, answer.text
            assert (await made.sign_in(person)).status_code == 303
        yield made


async def publish(service: Service, events: Sequence[Outgoing]) -> None:
    await service.publisher.publish(events)
