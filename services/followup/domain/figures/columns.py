"""The waits of many cases as one array of whole numbers, a row each: exact, small, and quick to count over any window."""

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum, auto
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schemas.organisation import NotInOrganisation, Organisation
from schemas.working_time import WorkingTime, opening_hours
from services.followup.domain.clocks_terms import clock_terms
from services.followup.domain.figures.targets import Targets
from services.followup.domain.figures.timings import FOR_EVER_MS, Timings
from services.followup.domain.figures.waits import COUNTS, KINDS, Wait, waits

Rows = NDArray[np.int64]
NAMES = (*KINDS, *COUNTS)
AROUND_THE_CLOCK_MINUTES = 7 * 1440


class Column(IntEnum):
    """What the columns hold. Moments and lengths are milliseconds; what never was is `FOR_EVER_MS`."""

    @staticmethod
    def _generate_next_value_(_name: str, _start: int, count: int, _last: list[int]) -> int:
        return count

    KIND = auto()
    BEGUN = auto()
    DUE = auto()
    ENDED = auto()
    LEFT = auto()
    """When it became pointless before it ended."""
    OPEN = auto()
    """How much of the wait lay in the brand's opening hours."""
    BRAND = auto()
    CHANNEL = auto()
    LANGUAGE = auto()
    COUNTRY = auto()
    TEAM = auto()


DIMENSIONS: Mapping[str, Column] = {
    "brand": Column.BRAND,
    "channel": Column.CHANNEL,
    "language": Column.LANGUAGE,
    "country": Column.COUNTRY,
    "team": Column.TEAM,
}


@dataclass(frozen=True, slots=True)
class Codes:
    """Numbers for names, given out as they appear."""

    _known: dict[str, int] = field(default_factory=dict)

    def code(self, name: str) -> int:
        return self._known.setdefault(name, len(self._known))

    def codes(self, names: Iterable[str]) -> list[int]:
        """Of those that have appeared."""
        return [self._known[name] for name in names if name in self._known]

    def name(self, code: int) -> str:
        return list(self._known)[code]


class Packing:
    """Brings cases into rows, with the organisation's calendars and people as they are now."""

    def __init__(self, organisation: Organisation, codes: Codes) -> None:
        self._codes = codes
        self._countries = {each.id: each.country for each in organisation.people}
        self._targets = {each.id: Targets(clock_terms(organisation, each.id)) for each in organisation.brands}
        self._hours = {each.id: _hours(organisation, each.id) for each in organisation.brands}

    def pack(self, timings: Timings) -> bytes:
        """The rows of one case, one after the other."""
        code = self._codes.code
        about = [code(timings.brand), code(timings.channel), code(timings.language)]
        team, hours = code(timings.pool), self._hours.get(timings.brand)
        packed = array("q")
        for each in waits(timings, self._targets.get(timings.brand)):
            packed.extend((NAMES.index(each.kind), each.begun_ms))
            packed.extend(FOR_EVER_MS if at is None else at for at in (each.due_ms, each.ended_ms, each.left_ms))
            country = code(self._countries.get(each.by or timings.owner, ""))
            packed.extend((_open_ms(each, hours), *about, country, team))
        return packed.tobytes()

    def keeps_hours(self, brands: Iterable[str]) -> bool:
        """Whether one of these brands is not open day and night."""
        return any(self._hours.get(brand) for brand in brands)


def unpacked(packed: Iterable[bytes]) -> Rows:
    """The rows of many cases."""
    found: Rows = np.frombuffer(b"".join(packed), dtype=np.int64).reshape(-1, len(Column))
    return found


def gone_at(rows: Rows) -> NDArray[np.int64]:
    """From when on nothing can happen to each wait: it has ended or was left. No figure of a later window knows of it."""
    found: NDArray[np.int64] = np.minimum(rows[:, Column.ENDED], rows[:, Column.LEFT])
    return found


def _hours(organisation: Organisation, brand: str) -> WorkingTime | None:
    """The opening hours of a brand; None where it is open day and night."""
    try:
        calendar = organisation.calendar(organisation.brand(brand).calendar)
    except NotInOrganisation:
        return None
    slots: Any = [slot for week in calendar.hours.weeks for day in range(7) for slot in week.day(day)]
    minutes = sum(slot.end_minute - slot.start_minute for slot in slots)
    closes = calendar.public_holidays or calendar.closed_on
    always = minutes == AROUND_THE_CLOCK_MINUTES * len(calendar.hours.weeks) and not closes
    return None if always else opening_hours(calendar)


def _open_ms(wait: Wait, hours: WorkingTime | None) -> int:
    if wait.ended_ms is None:
        return 0
    length_ms = max(0, wait.ended_ms - wait.begun_ms)
    if hours is None or not length_ms:
        return length_ms
    begun, ended = (datetime.fromtimestamp(each / 1000, UTC) for each in (wait.begun_ms, wait.ended_ms))
    return round(hours.working_minutes_between(begun, ended) * 60_000)
