"""The cases and the routing service together on real broker and store, with one clock; for the stories of consults."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from schemas.events.routing import Explanation, SpecialistOffered
from services.routing.app import build
from services.routing.settings import Settings
from tests.conftest import Backends, eventually
from tests.integration.cases.stage import ORGANISATION, OWNER, TOKEN, Stage, Talk, stage

VIDEO = {"url": "https://help.moccarel.example/videos/duo-seal", "media_type": "video/mp4", "name": "The seal of a Duo"}


@asynccontextmanager
async def with_routing(backends: Backends, organisation: Path = ORGANISATION) -> AsyncIterator[Stage]:
    """Both services listen to Kafka."""
    async with stage(backends, listen=True, organisation=organisation) as running:
        own = {"organisation": organisation, "internal_token": TOKEN, "look_again_seconds": 0.05}
        routing = build(Settings.model_validate(backends.settings() | own), running.clock)
        await routing.start()
        try:
            yield running
        finally:
            await routing.stop()


async def asks(running: Stage, talk: Talk, **changes: Any) -> str:
    """The owner asks; returns the consult's id."""
    body = {"question": "A Duo leaks underneath after descaling: which seal is it?"} | changes
    return str((await running.accepted(f"/cases/{talk.case_id()}/consults", body))["consult_id"])


async def consult(running: Stage, talk: Talk, consult_id: str) -> dict[str, Any]:
    """The consult as the case shows it."""
    found: dict[str, Any] = (await running.shown(talk))["consults"][consult_id]
    return found


def asked(found: dict[str, Any]) -> list[str]:
    """Who can answer it now."""
    live = [offer for offer in found["offers"].values() if offer["status"] in ("offered", "accepted")]
    return [offer["specialist"] for offer in live]


async def becomes(
    running: Stage, talk: Talk, consult_id: str, so: Callable[[dict[str, Any]], bool], otherwise: str
) -> dict[str, Any]:
    """The consult, once it is so."""
    found: dict[str, Any] = {}

    async def look() -> bool:
        found.update(await consult(running, talk, consult_id))
        return so(found)

    await eventually(look, otherwise)
    return found


async def offered(running: Stage, talk: Talk, consult_id: str, *people: str) -> None:
    """Routing has found these people, one for each request that waits."""
    waiting = (await consult(running, talk, consult_id))["waiting"]
    for request_id, person in zip(waiting, people, strict=False):
        event = SpecialistOffered(
            case_id=talk.case_id(),
            conversation=talk.conversation,
            request_id=request_id,
            consult_id=consult_id,
            person=person,
            country="GB",
            explanation=Explanation(),
            decided_at=running.clock.now(),
        )
        await running.hear(event)


async def does(
    running: Stage, talk: Talk, consult_id: str, what: str, body: Any = None, person: str = OWNER, key: str = ""
) -> dict[str, Any]:
    """A command on the consult that must be accepted."""
    path = f"/cases/{talk.case_id()}/consults/{consult_id}/{what}"
    return await running.accepted(path, body, person, key)


async def refused(
    running: Stage, talk: Talk, consult_id: str, what: str, body: Any = None, person: str = OWNER
) -> tuple[int, str]:
    """A command that must be refused: its status and kind."""
    answer = await running.post(f"/cases/{talk.case_id()}/consults/{consult_id}/{what}", body, person)
    assert answer.status_code >= 400, answer.text
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


async def got(running: Stage, path: str, person: str = OWNER, **query: Any) -> dict[str, Any]:
    """What a question to the service is answered with."""
    answer = await running.client.get(path, params=query, headers={"Acting-Person": person})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
