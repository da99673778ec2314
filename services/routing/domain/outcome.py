"""What the engine answers: this person, or nobody for now; with the reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from schemas.events.routing import ApproverRequested, Candidate, Explanation, OwnerRequested, SpecialistRequested

POINTS = 1_000
"""Of one full load; what events show as 1.0."""
Request = OwnerRequested | SpecialistRequested | ApproverRequested


@dataclass(slots=True)
class Scored:
    """One person who was considered, with the points by term."""

    person: str
    terms: dict[str, int]


@dataclass(slots=True)
class Why:
    """All that an explanation says, as the engine has it. What is written of it is made of it where it is told."""

    candidates: Sequence[Scored] = ()
    excluded: Mapping[str, int] = field(default_factory=dict)
    relaxed: tuple[str, ...] = ()

    def told(self) -> Explanation:
        """The same as events have it: 1.0 are 1,000 points. Nothing is checked again, for all of it is ours."""
        candidates = tuple(
            Candidate.model_construct(
                person=each.person,
                score=sum(each.terms.values()) / POINTS,
                terms={name: points / POINTS for name, points in each.terms.items() if points},
            )
            for each in self.candidates
        )
        return Explanation.model_construct(candidates=candidates, excluded=dict(self.excluded), relaxed=self.relaxed)


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
