"""A search on behalf of a reader, for the API and for the pages: what they may not see is not looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.chassis.errors import Problem
from services.desk.api.parts import Parts
from services.desk.domain.access import Reader
from services.desk.domain.search_query import Query, QueryInvalid, query_of
from services.desk.domain.search_text import Excerpt, Found, excerpts
from services.desk.store.search_index import Wanted

PAGE = 25
LARGEST_PAGE = 100
DEEPEST = 5_000
"""Further down nobody looks; who has so much to choose from adds a word."""
ME = "me"


@dataclass(frozen=True, slots=True)
class Hit:
    """One case that was found, and where in it."""

    found: Found
    excerpts: Sequence[Excerpt]


@dataclass(frozen=True, slots=True)
class Answer:
    """Some of what was found, the best first. `next` asks for what follows; empty: nothing does."""

    query: Query
    hits: Sequence[Hit]
    total: int
    next: str = ""


def understood(text: str, given: Mapping[str, str]) -> Query:
    """What is looked for. Raises Problem 400."""
    try:
        return query_of(text, given)
    except QueryInvalid as error:
        raise Problem(400, "search-invalid", str(error)) from error


async def search(desk: Parts, reader: Reader, query: Query, after: str = "", limit: int = PAGE) -> Answer:
    """The best cases of the reader's brands. Raises Problem 400."""
    start = _start(after)
    page = await desk.search.find(wanted(reader, query, desk.clock.now()), limit, start)
    beginnings = query.beginnings
    hits = [Hit(found, excerpts(found, beginnings)) for found in page.found if found.brand in reader.brands]
    end = start + limit
    return Answer(query, hits, page.total, str(end) if end < min(page.total, DEEPEST) else "")


async def count(desk: Parts, reader: Reader, query: Query) -> int:
    """How many cases of the reader's brands there are."""
    return (await desk.search.find(wanted(reader, query, desk.clock.now()), 1)).total


def wanted(reader: Reader, query: Query, now: datetime) -> Wanted:
    """What the reader looks for, with whom and when they mean by "me" and by days."""
    filters, zone = query.filters, ZoneInfo(reader.person.time_zone)
    until = filters.opened_until + timedelta(days=1) if filters.opened_until else None
    return Wanted(
        query,
        reader.brands,
        now,
        owner=reader.id if filters.owner == ME else "",
        opened_from=_midnight(filters.opened_from, zone),
        opened_before=_midnight(until, zone),
    )


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), zone) if day else None


def _start(after: str) -> int:
    if after and not (after.isascii() and after.isdigit() and len(after) < 7 and int(after) <= DEEPEST):
        raise Problem(400, "invalid-request", f"after: {after[:40]!r} is not the `next` of a page of this search")
    return int(after or 0)
