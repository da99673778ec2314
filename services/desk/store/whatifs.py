"""Questions of what would happen, waiting, worked on and answered; at most so many at a time are worked on."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from services.chassis.clock import Clock
from services.chassis.documents import Context, Decision
from services.chassis.ids import fresh
from services.chassis.repository import Repository
from services.desk.domain.whatif import Outline, Question, Refused, Run, answer_of, asked, changed
from services.desk.gateway.simulator import SimulationFailed, Simulator
from services.desk.store.collections import WHAT_IFS

MOST_WAITING = 8
SHOWN = 30
BEAT_SECONDS = 1.0
LOOK_AGAIN_SECONDS = 30.0
"""How often it is looked what another process has left, while nobody asks anything here."""


class WhatIfs:
    """Keeps them, and works on them in turn. `notice` is told when something about one of them changed."""

    def __init__(
        self, repository: Repository, clock: Clock, simulator: Simulator, at_once: int, notice: Callable[[], None]
    ) -> None:
        self.simulator = simulator
        self._repository = repository
        self._clock = clock
        self._at_once = at_once
        self._notice = notice
        self._asked = asyncio.Event()
        self._asked.set()  # something may wait since before this process began

    async def outlines(self) -> dict[str, Outline]:
        """The scenarios that can be asked about, read when somebody first wants to know."""
        if not self.simulator.loaded:
            await asyncio.to_thread(self.simulator.load)
        return self.simulator.outlines

    async def ask(self, question: Question, by: str, id: str) -> Run:
        """Put a question; the same `id` again is the same question. Raises Refused."""
        outline = (await self.outlines()).get(question.scenario)
        if outline is None:
            raise Refused(f"there is no scenario {question.scenario!r}")
        checked = asked(outline, question)
        if len(await self._unfinished()) >= MOST_WAITING:
            raise Refused(f"{MOST_WAITING} questions wait already; wait for one of them, or cancel one")

        def decide(known: Run | None, context: Context) -> Decision[Run] | None:
            return None if known else Decision(Run(id=id, question=checked, asked_by=by, asked_at=context.now))

        document = await self._repository.execute(WHAT_IFS, id, id, decide)
        self._asked.set()
        self._notice()
        assert document.state is not None  # noqa: S101 - decide() has set it
        return document.state

    async def latest(self) -> list[Run]:
        """The latest first."""
        query = {"asked_ms": {"$gte": 0}}
        found = await self._repository.database.find(WHAT_IFS, query, sort="asked_ms", descending=True, limit=SHOWN)
        return [each.state for each in found if each.state]

    async def cancel(self, id: str) -> None:
        """End it; whoever works on it hears within a second. One that is over, or unknown, stays as it is."""
        await self._change(id, lambda run: None if run.over else run.cancelled())

    async def work(self) -> None:
        """Wait until there is a question, a while at most; then work on the one that waits longest, if it may be begun."""
        if not self.simulator.installed:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._asked.wait(), LOOK_AGAIN_SECONDS)
        self._asked.clear()
        now = self._clock.now()
        unfinished = await self._unfinished()
        free = [run for run in unfinished if run.free(now)]
        if not free or len(unfinished) - len(free) >= self._at_once:
            return
        self._asked.set()  # until nothing is left that may be begun
        run = await self._change(free[0].id, lambda each: each.begun(now) if each.free(now) else None)
        if run and run.state == "running" and run.heard_at == now:
            await self._worked_on(run)
            self._asked.set()

    async def _worked_on(self, run: Run) -> None:
        done = run.done

        def step(share: float) -> None:
            nonlocal done
            done = share

        try:
            await self.outlines()
            content = changed(self.simulator.content(run.question.scenario), run.question)
            task = asyncio.create_task(self.simulator.run(content, run.question.runs, step))
            try:
                while not (await asyncio.wait({task}, timeout=BEAT_SECONDS))[0]:
                    known = await self._change(run.id, lambda each: each.going_on(done, self._clock.now()))
                    if known is None or known.over:
                        return
                answer = answer_of(task.result())
            finally:
                task.cancel()
                await asyncio.wait({task})
        except (SimulationFailed, Refused, KeyError, ValueError) as error:
            problem = str(error) if isinstance(error, SimulationFailed | Refused) else f"no answer: {error!r}"
            await self._change(run.id, lambda each: each.failed(problem))
            return
        await self._change(run.id, lambda each: each.answered(answer))

    async def _unfinished(self) -> Sequence[Run]:
        """Those that are not over, the longest waiting first."""
        found = await self._repository.database.find(WHAT_IFS, {"over": False}, sort="asked_ms")
        return [each.state for each in found if each.state]

    async def _change(self, id: str, change: Callable[[Run], Run | None]) -> Run | None:
        """The run as it is then; one that is over does not change any more. None for an unknown one."""

        def decide(run: Run | None, _: Context) -> Decision[Run] | None:
            after = None if run is None or run.over else change(run)
            return Decision(after) if after and after != run else None

        document = await self._repository.execute(WHAT_IFS, id, fresh(), decide)
        self._notice()
        return document.state
