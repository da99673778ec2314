"""A trace as a picture: a bar for each step, from its cause to itself; coordinates for an SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.desk.domain.trace import Step, Trace

LEFT, WIDTH, RIGHT, TOP, ROW, BAR = 300, 1000, 90, 30, 26, 12
NARROWEST = 3.0
LEVELS = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 600, 1800, 3600, 4 * 3600, 24 * 3600, 7 * 24 * 3600)


@dataclass(frozen=True, slots=True)
class Bar:
    """One step in its row."""

    step: Step
    number: int
    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Everything that the picture is made of. `ticks`: seconds since the beginning, and where they stand."""

    bars: Sequence[Bar]
    ticks: Sequence[tuple[float, float]]
    width: int
    height: int
    left: int = LEFT
    bar: int = BAR


def waterfall(trace: Trace) -> Waterfall:
    """The picture. Time is drawn as it passed: what takes long is long."""
    room, whole = WIDTH - LEFT - RIGHT, max(trace.seconds, 0.001)

    def x(seconds: float) -> float:
        return round(LEFT + seconds / whole * room, 1)

    bars = [
        Bar(
            step,
            number,
            start := x((step.began - trace.began).total_seconds()),
            TOP + ROW * number,
            max(NARROWEST, round(x((step.seen.at - trace.began).total_seconds()) - start, 1)),
        )
        for number, step in enumerate(trace.steps)
    ]
    every = next((each for each in LEVELS if each * 5 >= whole), LEVELS[-1])
    ticks = [(every * number, x(every * number)) for number in range(int(whole / every) + 1)][:12]
    return Waterfall(bars, ticks, WIDTH, TOP + ROW * len(bars) + 8)
