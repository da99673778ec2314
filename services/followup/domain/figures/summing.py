"""Steering figures over a window: how long people waited, and whether that was in time (F4). Pure, and exact.

A wait counts when it ended. Whether it was in time is decided once: when it ends, or when its due time passes, whichever is
first. So a window that has passed keeps its figures, and who was never answered is not left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from schemas.base import Model
from services.followup.domain.figures.columns import DIMENSIONS, NAMES, Codes, Column, Rows, gone_at
from services.followup.domain.figures.timings import FOR_EVER_MS
from services.followup.domain.figures.waits import KINDS, Count, Kind

Moments = NDArray[np.int64]
MINUTE_MS = 60_000
PERCENTILES = (50, 90, 95)


class Percentiles(Model):
    """Minutes: the shortest length that at least so many per cent of the waits do not exceed (nearest rank)."""

    p50: float
    p90: float
    p95: float


class Figure(Model):
    """One figure of one group over one window."""

    figure: Kind
    group: str = ""
    """The brand, channel, language, country or team; empty: all together, or not known."""
    ended: int
    """Waits that ended in the window."""
    minutes: Percentiles | None = None
    """Their lengths on the clock; none where none ended."""
    opening_minutes: Percentiles | None = None
    """Their lengths in opening hours; none where every brand is open day and night."""
    in_time: int
    late: int
    """Waits whose due time passed in the window and that went on."""
    within_target: float | None = None
    """The share in time of those that were decided; none where none was, or where the policy sets no time."""
    waiting: int
    """Waits that go on at the end of the window."""
    overdue: int
    """Those of them whose due time has passed."""
    longest_waiting_minutes: float | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """From the one moment up to, not including, the other; milliseconds since 1970."""

    from_ms: int
    to_ms: int


def figures(
    rows: Rows, codes: Codes, window: Window, *, by: str = "", opening: bool = False, kinds: Sequence[Kind] = KINDS
) -> list[Figure]:
    """Each figure over all rows, and then by each value of one dimension. `opening`: also in opening hours."""
    found = []
    for kind in kinds:
        mine = rows[rows[:, Column.KIND] == NAMES.index(kind)]
        found.append(_figure(mine, kind, "", window, opening=opening))
        found += [_figure(part, kind, name, window, opening=opening) for name, part in _groups(mine, codes, window, by)]
    return found


def chosen(rows: Rows, codes: Codes, **wanted: Sequence[str]) -> Rows:
    """The rows with one of the wanted values in each named dimension; an empty choice is none, a missing one is all."""
    for name, values in wanted.items():
        rows = rows[np.isin(rows[:, DIMENSIONS[name]], codes.codes(values))]
    return rows


def trend(rows: Rows, kind: Kind, edges_ms: Sequence[int], *, opening: bool = False) -> list[Figure]:
    """The figure for each stretch between two edges, which follow each other in time."""
    mine = rows[rows[:, Column.KIND] == NAMES.index(kind)]
    windows = [Window(first, last) for first, last in pairwise(edges_ms)]
    return [_figure(mine, kind, "", window, opening=opening) for window in windows]


def counted(rows: Rows, what: Count, edges_ms: Sequence[int]) -> list[int]:
    """How many cases were opened, or reopened, between each two edges."""
    moments = np.sort(rows[rows[:, Column.KIND] == NAMES.index(what), Column.BEGUN])
    places = np.searchsorted(moments, np.asarray(edges_ms, dtype=np.int64))
    return [int(each) for each in np.diff(places)]


def _groups(rows: Rows, codes: Codes, window: Window, by: str) -> Iterator[tuple[str, Rows]]:
    if not by:
        return
    column = DIMENSIONS[by]
    alive = rows[(rows[:, Column.BEGUN] < window.to_ms) & (gone_at(rows) >= window.from_ms)]
    names: Mapping[str, int] = {codes.name(int(code)): int(code) for code in np.unique(alive[:, column])}
    for name in sorted(names):
        yield name, alive[alive[:, column] == names[name]]


def _figure(rows: Rows, kind: Kind, group: str, window: Window, *, opening: bool) -> Figure:
    begun, due, ended, gone = rows[:, Column.BEGUN], rows[:, Column.DUE], rows[:, Column.ENDED], gone_at(rows)
    over = (ended >= window.from_ms) & (ended < window.to_ms)
    has_due = due != FOR_EVER_MS
    in_time = int(np.count_nonzero(over & has_due & (ended <= due)))
    late = int(np.count_nonzero((due >= window.from_ms) & (due < window.to_ms) & (gone > due)))
    waiting = (begun < window.to_ms) & (gone >= window.to_ms)
    longest = int(window.to_ms - begun[waiting].min()) if waiting.any() else None
    lengths, open_lengths = (ended - begun)[over], rows[over, Column.OPEN]
    return Figure(
        figure=kind,
        group=group,
        ended=len(lengths),
        minutes=_percentiles(lengths),
        opening_minutes=_percentiles(open_lengths) if opening else None,
        in_time=in_time,
        late=late,
        within_target=in_time / (in_time + late) if in_time + late else None,
        waiting=int(np.count_nonzero(waiting)),
        overdue=int(np.count_nonzero(waiting & (due < window.to_ms))),
        longest_waiting_minutes=None if longest is None else longest / MINUTE_MS,
    )


def _percentiles(lengths: Moments) -> Percentiles | None:
    if not len(lengths):
        return None
    ordered = np.sort(lengths)
    p50, p90, p95 = (int(ordered[-(-percent * len(ordered) // 100) - 1]) / MINUTE_MS for percent in PERCENTILES)
    return Percentiles(p50=p50, p90=p90, p95=p95)
