"""A digest as one page that needs nothing else: its style and its pictures are in it."""

from functools import cache, partial

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from reportlab.graphics.shapes import Drawing

from services.followup.gateway import digest_charts as charts
from services.followup.gateway.digest_words import Sheet


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("services.followup", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(sheet: Sheet) -> str:
    """The page."""
    head = sheet.headings
    rows = [(each.name, each.middle, each.most, each.before) for each in sheet.speeds]
    pictures = {
        "volume": _svg(charts.volume(sheet.days, sheet.per_day, sheet.usual, 380), head["volume"]),
        "languages": _svg(charts.shares(sheet.languages, 200), head["languages"]),
        "speeds": _svg(charts.speeds(rows, 560), head["speed"]),
    }
    spark = partial(_spark, label=head["weeks"])
    return (
        _environment()
        .get_template("digest.html")
        .render(sheet=sheet, head=head, pictures=pictures, spark=spark, interval=_interval)
    )


def _svg(drawing: Drawing, label: str) -> Markup:
    return Markup(charts.svg(drawing, label))  # noqa: S704 - reportlab has escaped the texts in it


def _spark(weeks: tuple[int, ...], label: str) -> Markup:
    return _svg(charts.spark(weeks), f"{label}: {', '.join(map(str, weeks))}")


def _interval(found: tuple[float, float, float], tone: str) -> Markup:
    return _svg(charts.interval(found, tone), "–".join(f"{each:.0%}" for each in (found[0], found[2])))
