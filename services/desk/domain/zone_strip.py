"""Where people are awake and on shift now, as a strip of time zones: coordinates for an SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.desk.domain.coverage import HOUR, Place

WEST, EAST = -11, 14
COLUMN = 44
HEIGHT = 136
LABELS_Y, MIDDLE = 18, 68
DROP = 26
"""So much lower stand those whose clocks are a part of an hour off, so that they do not cover their neighbours."""
SMALLEST, LARGEST = 11.0, 30.0
MOST_COUNTRIES = 3
DAY_BEGINS, DAY_ENDS = 7, 19


@dataclass(frozen=True, slots=True)
class Column:
    """The places whose clocks are a whole number of hours off UTC."""

    x: int
    middle: float
    hour: str
    night: bool


@dataclass(frozen=True, slots=True)
class Dot:
    """People on shift in one zone."""

    place: Place
    x: float
    y: float
    radius: float
    countries: str


@dataclass(frozen=True, slots=True)
class Strip:
    """Everything that the picture is made of, in its own units."""

    columns: Sequence[Column]
    dots: Sequence[Dot]
    width: int = COLUMN * (EAST - WEST + 1)
    height: int = HEIGHT
    labels_y: int = LABELS_Y
    column: int = COLUMN


def strip(places: Sequence[Place], now: datetime) -> Strip:
    """The strip at this moment; the size of a dot is the number of people there."""
    most = max((place.agents + place.specialists for place in places), default=1)
    columns = []
    for number, offset in enumerate(range(WEST, EAST + 1)):
        local = now.astimezone(UTC) + timedelta(hours=offset)
        night = not DAY_BEGINS <= local.hour < DAY_ENDS
        columns.append(Column(number * COLUMN, (number + 0.5) * COLUMN, f"{local:%H}", night))
    return Strip(columns, [_dot(place, most) for place in places])


def _dot(place: Place, most: int) -> Dot:
    hours = place.offset / HOUR
    share = ((place.agents + place.specialists) / most) ** 0.5
    shown = place.countries[:MOST_COUNTRIES]
    more = f" +{len(place.countries) - len(shown)}" if len(place.countries) > len(shown) else ""
    return Dot(
        place,
        x=round((hours - WEST + 0.5) * COLUMN, 1),
        y=MIDDLE + (0 if hours == int(hours) else DROP),
        radius=round(SMALLEST + (LARGEST - SMALLEST) * share, 1),
        countries=" ".join(shown) + more,
    )
