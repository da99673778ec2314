"""Charts as SVG within the page. What they look like is said in `figures.css`, so that they follow light and dark."""

import sys
from collections.abc import Callable, Sequence
from math import ceil
from xml.etree import ElementTree as ET

from markupsafe import Markup
from pygal.config import Config
from pygal.graph.bar import Bar
from pygal.graph.graph import Graph
from pygal.graph.horizontalbar import HorizontalBar
from pygal.graph.line import Line

# It looks for plugins in a way that Python has given up: each later import of a module would warn of it.
sys.meta_path[:] = [each for each in sys.meta_path if type(each).__module__ != "pygal"]

WIDTH, HEIGHT, BAR_HEIGHT, FRAME_HEIGHT = 720, 240, 22, 50
MOST_LABELS = 12
"""As many as fit beside each other below a chart."""

Series = tuple[str, Sequence[float | None]]
"""What it is, and its values; None: there is none."""


Written = Callable[[float], str]
"""How a value is written beside its axis."""
ROUND_MINUTES = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 14_400, 43_200)
ROUND_NUMBERS = tuple(base * 10**power for power in range(7) for base in (1, 2, 5))
TICKS = 5


def lines(
    title: str, labels: Sequence[str], series: Sequence[Series], written: Written, steps: Sequence[int] = ROUND_NUMBERS
) -> Markup:
    """A line for each series."""
    chart = Line(_config(written), width=WIDTH, height=HEIGHT, x_labels_major_every=_every(labels))
    return _drawn(chart, title, labels, series, steps)


def columns(
    title: str, labels: Sequence[str], series: Sequence[Series], written: Written, steps: Sequence[int] = ROUND_NUMBERS
) -> Markup:
    """Upright bars beside each other."""
    chart = Bar(_config(written), width=WIDTH, height=HEIGHT, x_labels_major_every=_every(labels))
    return _drawn(chart, title, labels, series, steps)


def bars(
    title: str, labels: Sequence[str], series: Sequence[Series], written: Written, steps: Sequence[int] = ROUND_NUMBERS
) -> Markup:
    """Lying bars, the first label on top."""
    height = FRAME_HEIGHT + BAR_HEIGHT * len(labels) * len(series)
    chart = HorizontalBar(_config(written), width=WIDTH, height=height, show_minor_x_labels=True)
    return _drawn(chart, title, labels[::-1], [(name, values[::-1]) for name, values in series], steps)


def _ticks(series: Sequence[Series], steps: Sequence[int]) -> list[int]:
    """The values that the axis names: from 0, a round number apart, up to the largest or just beyond it."""
    most = max((value for _, values in series for value in values if value is not None), default=0)
    step = next((each for each in steps if each * TICKS >= most), steps[-1])
    return [step * number for number in range(max(1, ceil(most / step)) + 1)]


def _every(labels: Sequence[str]) -> int:
    return -(-len(labels) // MOST_LABELS) or 1


def _config(written: Written) -> Config:
    return Config(
        css=(),
        js=(),
        no_prefix=True,
        explicit_size=False,
        show_legend=False,
        include_x_axis=True,
        allow_interruptions=True,
        dots_size=3,
        spacing=8,
        margin=8,
        truncate_label=28,
        show_minor_x_labels=False,
        value_formatter=lambda value: "" if value is None else written(value),
        no_data_text="",
    )


def _drawn(chart: Graph, title: str, labels: Sequence[str], series: Sequence[Series], steps: Sequence[int]) -> Markup:
    chart.x_labels = list(labels)
    chart.y_labels = _ticks(series, steps)
    for name, values in series:
        chart.add(name, list(values))
    svg: ET.Element = chart.render_tree()
    _tidied(svg, title)
    # The library escapes what it draws; nothing else is in it.
    return Markup(ET.tostring(svg, encoding="unicode"))  # noqa: S704


def _tidied(svg: ET.Element, title: str) -> None:
    """Only what the page's policy allows and its own styles colour; each value says itself when it is pointed at."""
    for parent in list(svg.iter()):
        for child in list(parent):
            if child.tag == "defs" or not isinstance(child.tag, str) or "tooltip-overlay" in child.get("class", ""):
                parent.remove(child)
        parent.attrib.pop("style", None)
        _say_value(parent)
    svg.attrib.pop("id", None)
    svg.set("role", "img")
    svg.set("aria-label", title)
    for each in svg.findall("title"):
        svg.remove(each)


def _say_value(group: ET.Element) -> None:
    words = {each.get("class", "").split(" ")[0]: each for each in group if each.tag == "desc"}
    if not words:
        return
    parts = [words[name].text or "" for name in ("x_label", "value") if name in words]
    for each in words.values():
        group.remove(each)
    ET.SubElement(group, "title").text = ": ".join(part for part in parts if part)
