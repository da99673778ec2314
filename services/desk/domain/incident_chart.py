"""The volume of an incident as a picture: what came, beside what would have been usual; coordinates for an SVG."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT = 720, 220
LEFT, RIGHT, TOP, BOTTOM = 40, 8, 12, 28


@dataclass(frozen=True, slots=True)
class Point:
    """Some minutes of it."""

    start: datetime
    messages: int
    negative: int
    usual: float
    rarely_more: float


@dataclass(frozen=True, slots=True)
class Bar:
    """The messages of some minutes: a column, the negative ones its lower part."""

    point: Point
    x: float
    width: float
    y: float
    height: float
    negative_y: float
    negative_height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that the picture is made of, in its own units."""

    bars: Sequence[Bar]
    usual: str
    """The line of what is usual, as the points of an SVG polyline."""
    band: str
    """The area up to what comes once in a thousand times, as the points of an SVG polygon."""
    levels: Sequence[tuple[int, float]]
    """Numbers on the left, and how high they stand."""
    hours: Sequence[tuple[datetime, float]]
    """Moments below, and where they stand."""
    started_x: float
    """Where the incident begins."""
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    floor: int = HEIGHT - BOTTOM


def chart(points: Sequence[Point], step_minutes: int, started_at: datetime) -> Chart | None:
    """The picture, None where there is nothing to show."""
    if not points:
        return None
    most = max(max(each.messages, each.rarely_more, each.usual) for each in points)
    step = _round_step(most)
    top = max(step, math.ceil(most / step) * step)
    room, floor = (WIDTH - LEFT - RIGHT) / len(points), HEIGHT - BOTTOM

    def y(value: float) -> float:
        return round(floor - value / top * (floor - TOP), 1)

    def x(number: float) -> float:
        return round(LEFT + number * room, 1)

    bars = [
        Bar(
            each,
            x(number) + round(room * 0.1, 1),
            round(room * 0.8, 1),
            y(each.messages),
            round(floor - y(each.messages), 1),
            y(each.negative),
            round(floor - y(each.negative), 1),
        )
        for number, each in enumerate(points)
    ]
    middles = [x(number + 0.5) for number in range(len(points))]
    line = [f"{at},{y(each.usual)}" for at, each in zip(middles, points, strict=True)]
    upper = [f"{at},{y(each.rarely_more)}" for at, each in zip(middles, points, strict=True)]
    band = [f"{middles[0]},{floor}", *upper, f"{middles[-1]},{floor}"]
    minutes = (started_at - points[0].start).total_seconds() / 60
    return Chart(
        bars,
        " ".join(line),
        " ".join(band),
        [(level, y(level)) for level in range(0, top + 1, step)],
        _hours(points, x),
        x(max(0.0, minutes / step_minutes)),
    )


def _hours(points: Sequence[Point], x: Callable[[float], float]) -> list[tuple[datetime, float]]:
    every = max(1, math.ceil(len(points) / 6))
    return [(each.start, x(number)) for number, each in enumerate(points) if number % every == 0]


def _round_step(most: float) -> int:
    """1, 2 or 5 times a power of ten, so that there are about four lines."""
    rough = max(1.0, most / 4)
    power = 10 ** math.floor(math.log10(rough))
    return int(next(each * power for each in (1, 2, 5, 10) if each * power >= rough))
