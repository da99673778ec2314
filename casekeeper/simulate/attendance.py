"""Who is there: the same people are away at the same times under every policy."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

from casekeeper.simulate.people import Worker
from casekeeper.simulate.served import DAY, Agent
from schemas.working_time import working_time
from services.routing.domain import Engine

WEEK_DAYS = 7
Presence = tuple[float, str, bool]
"""When, in seconds after the start; who; and whether they are there from then on."""


class Attendance:
    """The people of one run, and who of them is away."""

    def __init__(self, workers: Mapping[str, Worker], engine: Engine, seed: int) -> None:
        self.workers = workers
        self.agents = {
            id_: Agent(worker, working_time(worker.person))
            for id_, worker in workers.items()
            if worker.behaviour.role == "agent"
        }
        self._engine = engine
        self._seed = seed
        self._present: dict[str, bool] = {}

    def begin(self, day: int) -> None:
        """A day of the world begins: some are away until the next one, by chance."""
        for id_, worker in self.workers.items():
            share = worker.behaviour.absence
            if share or not day:
                absent = random.Random(f"absence {self._seed} {id_} {day}").random() < share
                self.say(id_, day * DAY, not absent)

    def say(self, person_id: str, at: float, present: bool) -> None:
        """From this second after the start on somebody is away, or there again; whoever is said to be so already, stays so."""
        if person_id not in self.workers or self._present.get(person_id) is present:
            return
        self._present[person_id] = present
        self._engine.upsert(self.workers[person_id].person, present)
        if agent := self.agents.get(person_id):
            agent.comes(at) if present else agent.goes(at)

    def even_past(self, start: datetime, gives_an_hour: float) -> None:
        """In the six days before the start every agent was given work by their hours alone.

        Without it the week that fairness looks back on would be empty, and who had days off would seem to be owed work.
        """
        for back in range(1, WEEK_DAYS) if gives_an_hour else ():
            first = start - timedelta(days=back)
            for id_, agent in self.agents.items():
                hours = agent.hours.working_minutes_between(first, first + timedelta(days=1)) / 60
                if hours:
                    self._engine.assign(f"before-{id_}", id_, hours * gives_an_hour, first)
                    self._engine.release(f"before-{id_}")

    def at_work(self, agent_id: str, now: datetime) -> bool:
        """Whether an agent is there and on shift."""
        return self._present[agent_id] and self.agents[agent_id].hours.is_open(now)
