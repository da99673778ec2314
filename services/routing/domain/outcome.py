"""What the engine answers: this person, or nobody for now; with the reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from schemas.events.routing import ApproverRequested, Candidate, Explanation, OwnerRequested, SpecialistRequested

POINTS = 1_000
"""Of one full load; what events show as 1.0."""
_UNSAID = dict(Explanation())
_EXPLAINED, _SCORED = {"candidates", "excluded", "relaxed"}, set(Candidate.model_fields)
_set = object.__setattr__
Made = TypeVar("Made", bound=BaseModel)
Request = OwnerRequested | SpecialistRequested | ApproverRequested


@dataclass(slots=True)
class Scored:
    """One person who was considered, with the points by term."""

    person: str
    terms: dict[str, int]

    def told(self) -> Candidate:
        """The same as events have it, without what makes no difference."""
        terms = {name: points / POINTS for name, points in self.terms.items() if points}
        score = sum(self.terms.values()) / POINTS
        return _made(Candidate, {"person": self.person, "score": score, "terms": terms}, _SCORED)


@dataclass(slots=True)
class Why:
    """All that an explanation says, as the engine has it. What is written of it is made of it where it is told."""

    candidates: Sequence[Scored] = ()
    excluded: Mapping[str, int] = field(default_factory=dict)
    relaxed: tuple[str, ...] = ()

    def told(self) -> Explanation:
        """The same as events have it: 1.0 are 1,000 points. Nothing is checked again, for all of it is ours."""
        values = {"candidates": tuple([each.told() for each in self.candidates]), "excluded": dict(self.excluded)}
        return _made(Explanation, _UNSAID | values | {"relaxed": self.relaxed}, _EXPLAINED)


class Explained:
    """What has reasons."""

    __slots__ = ()
    why: Why

    @property
    def explanation(self) -> Explanation:
        """The reasons as events have them, made anew each time."""
        return self.why.told()


@dataclass(slots=True)
class Chosen(Explained):
    """The person who gets the case or the consult."""

    person: str
    country: str
    why: Why


@dataclass(slots=True)
class Nobody(Explained):
    """Nobody can take it now; `next_possible_at` is the first moment after now at which that may change by itself.

    None: only an event can change it (somebody's capacity is released, a person is recorded).
    """

    why: Why
    next_possible_at: datetime | None


Outcome = Chosen | Nobody


def _made(model: type[Made], values: dict[str, Any], given: set[str]) -> Made:
    """As `model_construct` with a value for every field, several times as fast."""
    made = model.__new__(model)
    _set(made, "__dict__", values)
    _set(made, "__pydantic_fields_set__", given)
    _set(made, "__pydantic_extra__", None)
    _set(made, "__pydantic_private__", None)
    return made
