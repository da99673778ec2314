"""What routing answers about who would be asked, as far as the pages show it (O2)."""

from datetime import datetime

from schemas.base import Model


class Prospect(Model):
    """Somebody who may be asked now."""

    person: str
    score: float
    terms: dict[str, float]
    works_until: datetime | None = None
    answers: float
    usual_minutes: float | None = None
    expected_at: datetime | None = None


class Prospects(Model):
    """Who would be asked, the best first, and why the others would not."""

    best: tuple[Prospect, ...] = ()
    excluded: dict[str, int]
    relaxed: tuple[str, ...] = ()
    next_possible_at: datetime | None = None
