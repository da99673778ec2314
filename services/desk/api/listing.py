"""A page of the list, for the API and for the overview: open cases from the board, closed ones from the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.chassis.errors import Problem
from services.desk.api.parts import Parts
from services.desk.domain.board import Asking, Counts, Filters, Row
from services.desk.domain.next_thing import NextThing

PAGE = 100
LARGEST_PAGE = 200


@dataclass(frozen=True, slots=True)
class Listing:
    """Some lines of a list. `total` is not known for closed cases."""

    rows: Sequence[Row]
    counts: Counts
    total: int | None
    next: str = ""
    things: Mapping[str, NextThing] = field(default_factory=dict)
    """What each open case needs next, by its id, where that was asked."""


async def listing(
    desk: Parts, filters: Filters, after: str = "", limit: int = PAGE, asking: Asking | None = None
) -> Listing:
    """The lines after `after`, which is what the page before gave as `next`. Raises Problem 400.

    With `asking`, what needs that person first is in front, else what is due first.
    """
    counts = desk.board.counts(filters, desk.clock.now())
    if filters.statuses == ("closed",):
        rows, cursor = await desk.cases.closed(filters, after, limit)
        return Listing(rows, counts, None, cursor)
    start = _number(after)
    things: dict[str, NextThing] = {}
    if asking is None:
        found = desk.board.listed(filters)
    else:
        ordered = desk.board.by_need(filters, asking)
        found = [row for row, _ in ordered]
        things = {row.id: thing for row, thing in ordered[start : start + limit]}
    more = start + limit < len(found)
    return Listing(found[start : start + limit], counts, len(found), str(start + limit) if more else "", things)


def _number(after: str) -> int:
    if after and not (after.isascii() and after.isdigit() and len(after) < 10):
        raise _wrong(after)
    return int(after or 0)


def _wrong(after: str) -> Problem:
    return Problem(400, "invalid-request", f"after: {after[:40]!r} is not the `next` of a page of this list")
