"""What the engine answers: this person, or nobody for now; with the reasons."""

from dataclasses import dataclass
from datetime import datetime

from schemas.events.routing import ApproverRequested, Explanation, OwnerRequested, SpecialistRequested

Request = OwnerRequested | SpecialistRequested | ApproverRequested


@dataclass(frozen=True, slots=True)
class Chosen:
    """The person who gets the case or the consult."""

    person: str
    country: str
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Nobody:
    """Nobody can take it now; `next_possible_at` is the first moment after now at which that may change by itself.

    None: only an event can change it (somebody's capacity is released, a person is recorded).
    """

    explanation: Explanation
    next_possible_at: datetime | None


Outcome = Chosen | Nobody
