"""What a run is about: what each contact got, and what each agent has worked."""

import math
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import simpy

from casekeeper.simulate.demand import Contact
from casekeeper.simulate.people import Worker
from schemas.working_time import WorkingTime

DAY = 86_400.0
Steps = Generator[simpy.Event, Any, Any]


@dataclass(slots=True)
class Served:
    """What one contact got. Seconds since it came in; None: not within the run."""

    contact: Contact
    owner: str = ""
    first_reply: float | None = None
    substantive: float | None = None
    consults: int = 0
    offers: int = 0
    """To how many specialists its consults were offered."""
    reoffers: int = 0
    handovers: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an agent's attention to one contact. Seconds since the start of the scenario."""

    contact: int
    began: float
    ended: float


@dataclass(slots=True)
class Agent:
    """Somebody who owns cases: when they are there, and what they have worked."""

    worker: Worker
    hours: WorkingTime
    pieces: list[Piece] = field(default_factory=list)
    away: list[tuple[float, float]] = field(default_factory=list)
    """When they were not there, whatever their hours say; seconds after the start."""

    def goes(self, at: float) -> None:
        """They are not there from now on."""
        self.away.append((at, math.inf))

    def comes(self, at: float) -> None:
        """They are there again."""
        if self.away:
            self.away[-1] = (self.away[-1][0], at)
