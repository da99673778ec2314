"""Follows the cases' events and gives the commands that the staff would give."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import httpx2

from casekeeper.autopilot.play import Step, next_steps
from schemas.envelope import Envelope
from schemas.organisation import Organisation
from services.cases.domain import Case, evolve
from services.chassis.clock import Clock
from services.chassis.errors import Unavailable
from services.chassis.kafka import Cluster, follow
from services.chassis.logs import logger
from services.chassis.tasks import end

TOPIC = "cases.events"
RETRY_SECONDS = 0.5
AT_ONCE = 32
TEMPORARY = (408, 425, 429, 500, 502, 503, 504)


@dataclass(frozen=True)
class Pace:
    """How long people think before they act, in seconds."""

    least: float = 0.0
    most: float = 0.0


class Autopilot:
    """Plays owners, specialists and coaches. Stateless in effect: commands have derived names, and again does nothing."""

    def __init__(
        self,
        cluster: Cluster,
        cases_url: str,
        token: str,
        organisation: Organisation,
        clock: Clock,
        pace: Pace | None = None,
        is_on: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        self._cluster = cluster
        self._organisation = organisation
        self._clock = clock
        self._pace = pace or Pace()
        self._is_on = is_on
        self._log = logger("autopilot")
        self._client = httpx2.AsyncClient(base_url=cases_url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
        self._cases: dict[str, Case] = {}
        self._sequences: dict[str, int] = {}
        self._given: set[str] = set()
        self._news: set[str] = set()
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, or begin again from the start of the log (after the broker has lost it)."""
        if self._task:
            self._task.cancel()
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """End at once; nothing needs finishing."""
        await end([*self._busy.values(), *([self._task] if self._task else [])])
        await self._client.aclose()

    @property
    def cases(self) -> dict[str, Case]:
        """Every case as the log tells it."""
        return self._cases

    async def _follow(self) -> None:
        while True:
            try:
                async for records in follow(self._cluster, [TOPIC]):
                    touched = {case_id for record in records if (case_id := self._take(record.envelope()))}
                    for case_id in touched:
                        self._consider(case_id)
            except Unavailable as error:
                self._log.warning("waiting for the broker", reason=str(error))
                await asyncio.sleep(RETRY_SECONDS)

    def _take(self, envelope: Envelope) -> str:
        """Fold an event in; the id of the case that it changed, or nothing if it is known already."""
        if envelope.sequence <= self._sequences.get(envelope.subject, 0):
            return ""
        self._sequences[envelope.subject] = envelope.sequence
        self._cases[envelope.subject] = evolve(self._cases.get(envelope.subject), envelope.data)
        return envelope.subject

    def _consider(self, case_id: str) -> None:
        if case_id in self._busy:
            self._news.add(case_id)
        elif self._steps(case_id):
            task = asyncio.create_task(self._act(case_id))
            self._busy[case_id] = task
            task.add_done_callback(lambda _: self._done(case_id))

    def _steps(self, case_id: str) -> list[Step]:
        steps = next_steps(self._cases[case_id], self._organisation, self._clock.now())
        return [step for step in steps if step.key not in self._given]

    def _done(self, case_id: str) -> None:
        self._busy.pop(case_id, None)
        if case_id in self._news:
            self._news.discard(case_id)
            self._consider(case_id)

    async def _act(self, case_id: str) -> None:
        if self._pace.most:
            await asyncio.sleep(random.uniform(self._pace.least, self._pace.most))
        while self._is_on and not await self._is_on():  # noqa: ASYNC110 - a person switches it on elsewhere
            await asyncio.sleep(self._pace.least + 1)
        for step in self._steps(case_id):
            async with self._slots:
                if await self._give(step):
                    self._given.add(step.key)

    async def _give(self, step: Step) -> bool:
        """Whether the command was taken; a refused one is tried again only after news of the case."""
        body = step.body
        if step.until:
            text = await self._proposed(step, step.until)
            if not text:
                return False  # every holding reply was used, or the brand has none: nothing is said, rather than the same again
            body = body | {"text": text}
        answer = await self._ask("POST", step, json=body)
        if answer.status_code >= 400:
            self._log.info("refused", case=step.case_id, step=step.path, problem=answer.text)
        return answer.status_code < 400

    async def _proposed(self, step: Step, until: datetime) -> str:
        """The words that the service proposes for a holding reply; none: it has none left."""
        asked = replace(step, path="holding-reply")
        answer = await self._ask("GET", asked, params={"until": until.isoformat()})
        return answer.json()["text"] or "" if answer.status_code == 200 else ""

    async def _ask(self, method: str, step: Step, **said: Any) -> httpx2.Response:
        """The service's answer, asked again for as long as it can not give one."""
        headers = {"Acting-Person": step.person, **({"Idempotency-Key": step.key} if method == "POST" else {})}
        while True:
            with contextlib.suppress(httpx2.HTTPError):
                path = f"/cases/{step.case_id}/{step.path}"
                answer = await self._client.request(method, path, headers=headers, **said)
                if answer.status_code not in TEMPORARY:
                    return answer
            await asyncio.sleep(RETRY_SECONDS)
