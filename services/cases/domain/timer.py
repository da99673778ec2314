"""Something that happens in a case because its moment has come. What there is of it: `timers`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.base import Event
from services.cases.domain.case import Case
from services.cases.domain.terms import Terms


@dataclass(frozen=True, slots=True)
class Timer:
    """Something that happens at a moment unless the case moves on before. `fire` gives the events; it may give none."""

    at: datetime
    name: str
    """Unique within the case: the same name is the same happening."""
    fire: Callable[[Case, Terms, datetime], Sequence[Event]]
