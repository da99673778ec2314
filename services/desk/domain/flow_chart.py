"""The flow as a picture: services side by side, topics below each other, and a line from who writes to all who read.

Coordinates for an SVG; which boxes there are and what leads where is the registry's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.desk.domain.flow import Flow, Hop, Stream

LEFT, COLUMN, HEAD, ROW, BOX, FOOT = 226, 130, 74, 46, 124, 14
TOPIC = 206


@dataclass(frozen=True, slots=True)
class ServiceBox:
    """A service: its column, and what is to be said beside its name."""

    name: str
    x: float
    middle: float
    state: str
    dead: int
    parked: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """A hop: where it ends in its row. `own`: the service reads what it writes itself."""

    hop: Hop
    x: float
    own: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A topic: its box on the left, its line from the first to the last who has to do with it."""

    stream: Stream
    y: float
    start: float
    end: float
    source: float
    arrows: Sequence[Arrow]
    outside: bool
    """Nobody of ours reads it: it is there for systems of others."""


@dataclass(frozen=True, slots=True)
class FlowChart:
    """Everything that the picture is made of, in its own units."""

    services: Sequence[ServiceBox]
    rows: Sequence[Row]
    width: int
    height: int
    box: int = BOX
    topic: int = TOPIC
    head: int = HEAD


def chart(
    flow: Flow,
    services: Sequence[str],
    states: Mapping[str, str],
    dead: Mapping[str, int],
    parked: Mapping[str, int],
) -> FlowChart:
    """The picture, with these services from left to right."""
    middles = {name: LEFT + COLUMN * number + COLUMN / 2 for number, name in enumerate(services)}
    boxes = [
        ServiceBox(name, middle - BOX / 2, middle, states.get(name, "unknown"), dead.get(name, 0), parked.get(name, 0))
        for name, middle in middles.items()
    ]
    width = LEFT + COLUMN * len(services)
    rows = [_row(stream, HEAD + ROW * number + ROW / 2, middles, width) for number, stream in enumerate(flow.streams)]
    return FlowChart(boxes, rows, width, HEAD + ROW * len(rows) + FOOT)


def _row(stream: Stream, y: float, middles: Mapping[str, float], width: float) -> Row:
    source = middles[stream.producer]
    arrows = [
        Arrow(hop, middles[hop.service], hop.service == stream.producer)
        for hop in stream.hops
        if hop.service in middles
    ]
    ends = [each.x for each in arrows] or [min(width - 14.0, source + COLUMN / 2)]
    return Row(stream, y, min(source, *ends), max(source, *ends), source, arrows, not arrows)
