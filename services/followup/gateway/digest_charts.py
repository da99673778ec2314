"""The digest's pictures: drawn once, for the page as SVG and for the PDF as what they are."""

import math
import re
from collections.abc import Sequence
from html import escape

from reportlab.graphics import renderSVG
from reportlab.graphics.shapes import Circle, Drawing, Line, PolyLine, Rect, String
from reportlab.lib.colors import HexColor

INK, SOFT, FAINT = HexColor("#1d2327"), HexColor("#565f66"), HexColor("#dcd8d0")
ACCENT, WASH = HexColor("#14636b"), HexColor("#e0eff0")
GOOD, BAD, WARM = HexColor("#1d6a3c"), HexColor("#a3281d"), HexColor("#c98a2b")
PLAIN, BOLD = "Helvetica", "Helvetica-Bold"
TONES = {"good": GOOD, "bad": BAD, "plain": SOFT}
SCALE_MINUTES = ((1, "1 min"), (10, "10 min"), (60, "1 h"), (600, "10 h"), (1440, "1 d"), (10080, "7 d"))
MOST_RATIO = 1.6
HEIGHT = 150.0
LABEL_ROOM = 13
"""So far above a bar its number needs to itself."""
_BODY = re.compile(r'(<g id="group".*</g>)\s*</svg>', re.DOTALL)


def volume(days: Sequence[str], counts: Sequence[int], usual: Sequence[float], width: float) -> Drawing:
    """A bar for each day, with a mark where it usually ends."""
    height, foot, head = HEIGHT, 20.0, 22.0
    drawing = Drawing(width, height)
    top = max([1, *counts, *usual])
    step = width / max(len(days), 1)
    room = height - foot - head
    drawing.add(Line(0, foot, width, foot, strokeColor=FAINT, strokeWidth=0.8))
    for number, (day, count) in enumerate(zip(days, counts, strict=True)):
        left, tall = number * step + step * 0.18, room * count / top
        if count:
            drawing.add(Rect(left, foot, step * 0.64, tall, rx=2.5, ry=2.5, fillColor=ACCENT, strokeColor=None))
        middle, above = left + step * 0.32, foot + tall
        if usual:
            at = foot + room * usual[number] / top
            drawing.add(Line(left - 3, at, left + step * 0.64 + 3, at, strokeColor=WARM, strokeWidth=1.8))
            above = at if above - 1 < at < above + LABEL_ROOM else above
        drawing.add(_text(middle, above + 4, str(count), 9, INK, BOLD, "middle"))
        drawing.add(_text(middle, 6, day, 8, SOFT, PLAIN, "middle"))
    return drawing


def shares(rows: Sequence[tuple[str, int]], width: float) -> Drawing:
    """A bar for each name, with its number."""
    line = min(HEIGHT / max(len(rows), 1), 22.0)
    drawing = Drawing(width, HEIGHT)
    top = max([count for _, count in rows], default=1)
    label = width * 0.4
    for number, (name, count) in enumerate(rows):
        at = drawing.height - line * (number + 1)
        drawing.add(_text(0, at + 5, _short(name, 17), 8.5, INK, PLAIN))
        long = max((width - label - 26) * count / top, 2)
        drawing.add(Rect(label, at + 3, long, 10, rx=2.5, ry=2.5, fillColor=ACCENT, strokeColor=None))
        drawing.add(_text(label + long + 5, at + 5, str(count), 8.5, SOFT, BOLD))
    return drawing


def spark(counts: Sequence[int], width: float = 78, height: float = 20) -> Drawing:
    """A line through the weeks; the last one is a dot."""
    drawing = Drawing(width, height)
    top = max([1, *counts])
    step = (width - 8) / max(len(counts) - 1, 1)
    points = [(4 + number * step, 3 + (height - 7) * count / top) for number, count in enumerate(counts)]
    drawing.add(Line(4, 3, width - 4, 3, strokeColor=FAINT, strokeWidth=0.6))
    if len(points) > 1:
        flat = [value for point in points for value in point]
        drawing.add(PolyLine(flat, strokeColor=ACCENT, strokeWidth=1.4, strokeLineJoin=1, strokeLineCap=1))
    if points:
        drawing.add(Circle(*points[-1], 2.4, fillColor=ACCENT, strokeColor=None))
    return drawing


def speeds(rows: Sequence[tuple[str, float, float, float | None]], width: float) -> Drawing:
    """From the middle to nine in ten, on a scale on which each step is as many times longer."""
    line, foot, label = 22.0, 16.0, width * 0.34
    drawing = Drawing(width, foot + line * max(len(rows), 1))

    def at(minutes: float) -> float:
        low, high = math.log(0.5), math.log(15_000)
        place = (math.log(min(max(minutes, 0.5), 15_000)) - low) / (high - low)
        return label + (width - label - 8) * place

    for minutes, name in SCALE_MINUTES:
        drawing.add(Line(at(minutes), foot - 4, at(minutes), drawing.height, strokeColor=FAINT, strokeWidth=0.6))
        drawing.add(_text(at(minutes), 3, name, 7, SOFT, PLAIN, "middle"))
    for number, (name, middle, most, before) in enumerate(rows):
        y = drawing.height - line * (number + 0.5)
        drawing.add(_text(0, y - 3, _short(name, 30), 8.5, INK, PLAIN))
        drawing.add(Line(at(middle), y, at(most), y, strokeColor=ACCENT, strokeWidth=5, strokeLineCap=1))
        if before is not None:
            drawing.add(Circle(at(before), y, 4.6, fillColor=None, strokeColor=WARM, strokeWidth=1.6))
        drawing.add(Circle(at(middle), y, 4, fillColor=ACCENT, strokeColor=HexColor("#ffffff"), strokeWidth=1))
    return drawing


def interval(found: tuple[float, float, float], tone: str, width: float = 150, height: float = 30) -> Drawing:
    """The measured ratio within its interval; the upright line is “as before”."""
    drawing = Drawing(width, height)
    colour = TONES[tone]

    def at(ratio: float) -> float:
        return 4 + (width - 8) * min(ratio, MOST_RATIO) / MOST_RATIO

    low, value, high = found
    y = height - 10
    drawing.add(Line(4, y, width - 4, y, strokeColor=FAINT, strokeWidth=0.8))
    drawing.add(Line(at(1), y - 8, at(1), y + 8, strokeColor=SOFT, strokeWidth=1))
    drawing.add(Line(at(low), y, at(high), y, strokeColor=colour, strokeWidth=4, strokeLineCap=1))
    drawing.add(Circle(at(value), y, 4.2, fillColor=colour, strokeColor=HexColor("#ffffff"), strokeWidth=1))
    for ratio, name in ((0.0, "0%"), (0.5, "50%"), (1.0, "100%"), (1.5, "150%")):
        anchor = "start" if not ratio else "middle"
        drawing.add(_text(at(ratio), 2, name, 6.5, SOFT, PLAIN, anchor))
    return drawing


def svg(drawing: Drawing, label: str) -> str:
    """The picture as an element of a page, called by its label for those who can not see it."""
    text = renderSVG.drawToString(drawing)
    found = _BODY.search(text)
    assert found is not None  # noqa: S101 - reportlab writes one group
    body = re.sub(r'style="clip-path: url\(#clip\)"', "", found[1]).replace(' id="group"', "")
    body = body.replace("font-family: Helvetica-Bold", "font-weight: 700").replace("font-family: Helvetica;", "")
    body = re.sub(r"fill: None", "fill: none", body)
    size = f"{drawing.width:g} {drawing.height:g}"
    return f'<svg viewBox="0 0 {size}" role="img" aria-label="{escape(label, quote=True)}">{body}</svg>'


def _text(x: float, y: float, text: str, size: float, colour: HexColor, font: str, anchor: str = "start") -> String:
    return String(x, y, text, fontName=font, fontSize=size, fillColor=colour, textAnchor=anchor)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
