"""A digest as a PDF of a page or two: for printing, and for mail programs that show nothing else."""

import unicodedata
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table

from services.followup.gateway import digest_charts as charts
from services.followup.gateway.digest_words import Sheet, Tile

MARGIN = 17 * mm
WIDTH = A4[0] - 2 * MARGIN
GAP = 9.0
BLANK = "\u00a0"
"""A line with nothing on it; one of mere space has no height."""
FRAME = 6.0
"""What reportlab keeps free on each side of a page's frame."""
_BASE = ParagraphStyle("base", fontName=charts.PLAIN, fontSize=9.2, leading=12.6, textColor=charts.INK)
_SOFT = ParagraphStyle("soft", _BASE, fontSize=8, leading=10.6, textColor=charts.SOFT)
_RIGHT = ParagraphStyle("right", _BASE, alignment=TA_RIGHT)
_RIGHT_SOFT = ParagraphStyle("right-soft", _SOFT, alignment=TA_RIGHT)
_H1 = ParagraphStyle("h1", _BASE, fontName=charts.BOLD, fontSize=23, leading=27)
_H2 = ParagraphStyle("h2", _BASE, fontName=charts.BOLD, fontSize=11.5, leading=15)
_LEAD = ParagraphStyle("lead", _BASE, fontSize=12.5, leading=17)
_VALUE = ParagraphStyle("value", _BASE, fontName=charts.BOLD, fontSize=19, leading=23)
_STORY = ParagraphStyle("story", _BASE, fontName="Times-Roman", fontSize=13.5, leading=18)


def document(sheet: Sheet) -> bytes:
    """The PDF's bytes; the same digest gives the same bytes."""
    made = BytesIO()
    title = f"{sheet.brand}: {sheet.period}"
    template = SimpleDocTemplate(
        made,
        pagesize=A4,
        leftMargin=MARGIN - FRAME,
        rightMargin=MARGIN - FRAME,
        topMargin=10 * mm,
        bottomMargin=12 * mm,
        title=_known(title),
        author="Casekeeper",
        lang=sheet.language,
        invariant=1,
    )

    def footer(canvas: Any, page: Any) -> None:
        canvas.setFont(charts.PLAIN, 7.5)
        canvas.setFillColor(charts.SOFT)
        canvas.drawString(MARGIN, 8 * mm, _known(title))
        canvas.drawRightString(A4[0] - MARGIN, 8 * mm, str(page.page))

    template.build(list(_parts(sheet)), onFirstPage=footer, onLaterPages=footer)
    return made.getvalue()


def _parts(sheet: Sheet) -> Iterator[Flowable]:
    head = sheet.headings
    yield _p(sheet.period, _SOFT)
    yield _p(head["week"].format(brand=sheet.brand), _H1)
    yield Spacer(0, 3)
    yield _p(sheet.headline, _LEAD)
    yield Spacer(0, GAP)
    yield _tiles(sheet)
    yield Spacer(0, GAP)
    yield _volume(sheet)
    yield Spacer(0, GAP)
    yield KeepTogether([_causes(sheet)])
    if sheet.speeds:
        yield Spacer(0, GAP)
        yield KeepTogether([_speeds(sheet)])
    yield Spacer(0, GAP)
    yield from _improvements(sheet)
    if sheet.story:
        yield Spacer(0, GAP)
        yield KeepTogether([_story(sheet)])
    yield Spacer(0, GAP)
    yield KeepTogether([_p(line, _SOFT) for line in sheet.foot])


def _tiles(sheet: Sheet) -> Flowable:
    count = max(len(sheet.tiles), 1)
    each = (WIDTH - GAP * (count - 1)) / count
    row: list[Any] = []
    widths: list[float] = []
    for tile in sheet.tiles:
        row += [*([""] if row else []), _tile(tile, each)]
        widths += [*([GAP] if widths else []), each]
    return Table([row], colWidths=widths, style=[("LEFTPADDING", (0, 0), (-1, -1), 0), *_TIGHT])


_TIGHT = [
    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 0),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
]


def _tile(tile: Tile, width: float) -> Flowable:
    colour = charts.FAINT if tile.tone == "plain" else charts.TONES[tile.tone]
    style = [
        ("BOX", (0, 0), (-1, -1), 0.7, charts.FAINT),
        ("LINEABOVE", (0, 0), (-1, 0), 3, colour, "butt"),
        ("LEFTPADDING", (0, 0), (-1, -1), 9),
        ("TOPPADDING", (0, 0), (-1, 0), 7),
        ("TOPPADDING", (0, 1), (-1, -1), 0),
        ("BOTTOMPADDING", (0, 0), (-1, -2), 0),
        ("BOTTOMPADDING", (0, -1), (-1, -1), 7),
    ]
    return Table(
        [[_p(tile.label, _SOFT)], [_p(tile.value, _VALUE)], [_p(tile.note or BLANK, _SOFT)]], [width], style=style
    )


def _card(rows: list[Any], width: float = WIDTH, wash: Any = None) -> Flowable:
    style: list[Any] = [
        ("BOX", (0, 0), (-1, -1), 0.7, charts.FAINT),
        ("LEFTPADDING", (0, 0), (-1, -1), 11),
        ("RIGHTPADDING", (0, 0), (-1, -1), 11),
        ("TOPPADDING", (0, 0), (-1, -1), 1),
        ("TOPPADDING", (0, 0), (-1, 0), 9),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
        ("BOTTOMPADDING", (0, -1), (-1, -1), 10),
    ]
    if wash:
        style.append(("BACKGROUND", (0, 0), (-1, -1), wash))
    return Table([[each] for each in rows], [width], style=style)


def _volume(sheet: Sheet) -> Flowable:
    left = (WIDTH - GAP) * 0.62
    right = WIDTH - GAP - left
    head = sheet.headings
    usual = f'<font color="#c98a2b"><b>—</b></font> {escape(head["usual"])}' if sheet.usual else BLANK
    volume = charts.volume([_known(each) for each in sheet.days], sheet.per_day, sheet.usual, left - 24)
    rows = [(_known(name), count) for name, count in sheet.languages]
    cards = [
        _card([_p(head["volume"], _H2), Paragraph(_known(usual), _SOFT), volume], left),
        "",
        _card([_p(head["languages"], _H2), _p(BLANK, _SOFT), charts.shares(rows, right - 24)], right),
    ]
    return Table([cards], [left, GAP, right], style=[("LEFTPADDING", (0, 0), (-1, -1), 0), *_TIGHT])


def _speeds(sheet: Sheet) -> Flowable:
    rows = [(_known(each.name), each.middle, each.most, each.before) for each in sheet.speeds]
    lines = [_p(f"{each.name}: {each.text}", _SOFT) for each in sheet.speeds]
    head = sheet.headings
    return _card([_p(head["speed"], _H2), _p(head["speed_note"], _SOFT), charts.speeds(rows, WIDTH - 24), *lines])


def _causes(sheet: Sheet) -> Flowable:
    head = sheet.headings
    if not sheet.causes:
        return _card([_p(head["causes"], _H2), _p(head["quiet"], _SOFT)])
    names = ("cause", "cases", "change", "weeks", "hours", "negative")
    numbers = ("cases", "hours", "negative")
    rows: list[list[Any]] = [[_p(head[name], _RIGHT_SOFT if name in numbers else _SOFT) for name in names]]
    for each in sheet.causes:
        colour = charts.TONES[each.tone].hexval()[2:]
        rows.append(
            [
                _p(each.name, ParagraphStyle("name", _BASE, fontName=charts.BOLD)),
                _p(each.cases, _RIGHT),
                Paragraph(f'<font color="#{colour}">{escape(_known(each.change))}</font>', _BASE),
                charts.spark(each.weeks),
                _p(each.hours, _RIGHT),
                _p(each.negative, _RIGHT),
            ]
        )
    style = [
        ("LINEBELOW", (0, 0), (-1, -2), 0.5, charts.FAINT),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 8),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ]
    inner = WIDTH - 22
    widths = [inner * share for share in (0.27, 0.08, 0.26, 0.17, 0.1, 0.12)]
    return _card([_p(head["causes"], _H2), Table(rows, widths, style=style, repeatRows=1)])


def _improvements(sheet: Sheet) -> Iterator[Flowable]:
    head = sheet.headings
    if not sheet.improvements:
        yield _card([_p(head["improvements"], _H2), _p(head["no_improvements"], _SOFT)])
        return
    inner = WIDTH - 22
    rows: list[list[Any]] = []
    for each in sheet.improvements:
        colour = charts.TONES[each.tone].hexval()[2:]
        words = [
            _p(each.title, ParagraphStyle("title", _BASE, fontName=charts.BOLD)),
            _p(each.about, _SOFT),
            Paragraph(f'<font color="#{colour}">{escape(_known(each.said))}</font>', _BASE),
        ]
        rows.append([words, charts.interval(each.interval, each.tone) if each.interval else ""])
    style = [
        ("LINEBELOW", (0, 0), (-1, -2), 0.5, charts.FAINT),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ]
    table = Table(rows, [inner - 165, 165], style=style)
    yield KeepTogether([_card([_p(head["improvements"], _H2), _p(head["improvements_note"], _SOFT), table])])


def _story(sheet: Sheet) -> Flowable:
    rows = [_p(sheet.headings["story"], _H2), _p(f"“{sheet.story}”", _STORY), _p(sheet.story_source, _SOFT)]
    return _card(rows, wash=charts.WASH)


def _p(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(_known(text)), style)


def _known(text: str) -> str:
    """The text in letters that the PDF's own fonts have: those of Western Europe; others without their marks, or `?`."""
    return "".join(each if _has(each) else _plain(each) for each in text)


def _plain(letter: str) -> str:
    if letter.isspace():
        return " "
    if letter == "−":
        return "–"
    bare = "".join(each for each in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(each))
    return bare if bare and all(map(_has, bare)) else "?"


def _has(letter: str) -> bool:
    try:
        letter.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
