"""Picking the best of the eligible and saying why: the conditions that rule people out, the points, the ties."""

from collections.abc import Sequence
from typing import Protocol
from zlib import crc32

from schemas.events.routing import Candidate, Explanation
from services.routing.domain.outcome import Request
from services.routing.domain.people import Row

SHOWN = 3
"""Candidates an explanation names."""
EVERYBODY = -1
"""The set that all are in, as bits: a condition that rules nobody out."""
UNKNOWN_LANGUAGE = "und"

Condition = tuple[str, int]
"""A name and the set of people who meet it."""


class Search(Protocol):
    """One request against the people of one moment: who may be chosen, and what each is worth."""

    @property
    def request(self) -> Request:
        """What is asked."""

    considered: int
    """Everybody whose role could do it."""
    conditions: tuple[Condition, ...]
    """What they had to meet, in the order in which failing is counted; conditions that gave way are not in it."""
    eligible: int
    """Who meets them all; nobody if nobody can be chosen now."""

    def points(self, rows: Sequence[Row]) -> list[int]:
        """What each person would cost; the fewest win."""

    def terms(self, row: Row) -> dict[str, int]:
        """One person's points by term."""

    def unmet(self, row: Row) -> tuple[str, ...]:
        """The wishes this person does not meet."""

    def next_possible(self) -> int | None:
        """When nobody is eligible: the first second at which somebody may be."""


def best(search: Search, rows: Sequence[Row], shown: int = SHOWN) -> list[Row]:
    """The first few people by points; ties by load share, longest since an assignment, then in turn by request."""
    turn = crc32(search.request.request_id.encode())
    points = search.points(rows)
    enough = sorted(points)[min(shown, len(points)) - 1]  # ties are settled only among those who can be among the first
    keyed = [
        (total, row.load / row.capacity, row.turn, row.tie ^ turn, row.person.id, row)
        for total, row in zip(points, rows, strict=True)
        if total <= enough
    ]
    return [key[-1] for key in sorted(keyed)[:shown]]


def explanation(search: Search, shown: Sequence[Row] = (), relaxed: tuple[str, ...] = ()) -> Explanation:
    """Why: `excluded` counts each person at the first condition they failed, or as `outscored`.

    Its counts and its candidates together are all the people considered. Built without validation, for every value
    is ours, and this happens thousands of times a second.
    """
    left = search.considered
    excluded: dict[str, int] = {}
    for name, allowed in search.conditions:
        if failed := left & ~allowed:
            excluded[name] = failed.bit_count()
            left &= allowed
    if outscored := left.bit_count() - len(shown):
        excluded["outscored"] = outscored
    return Explanation.model_construct(
        candidates=tuple(_candidate(search, row) for row in shown), excluded=excluded, relaxed=relaxed
    )


def _candidate(search: Search, row: Row) -> Candidate:
    terms = search.terms(row)
    return Candidate.model_construct(
        person=row.person.id,
        score=sum(terms.values()) / 1000,
        terms={name: points / 1000 for name, points in terms.items() if points},
    )
