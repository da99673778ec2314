"""Steering figures for everybody who owns cases: how fast, how well in time, how much (F4, F9); of their own brands only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from fastapi import APIRouter, Query, Response
from markupsafe import Markup

from services.desk.api.parts import InParts
from services.desk.gateway.figures import Figure, Figures, Percentiles, Point, Trend, Volumes
from services.desk.pages import charts, texts
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Period = Literal["today", "week"]
FigureName = Literal["pick-up", "first-reply", "next-reply", "answer", "resolution", "consult", "promise", "compliment"]
By = Literal["", "brand", "channel", "language", "country", "team"]
MOST_BARS = 12
STEPS = {"today": "hour", "week": "day"}
DAY_MINUTES = 1440


@router.get("/figures")
async def figures(
    pages: TeamPages,
    desk: InParts,
    period: Period = "today",
    by: By = "language",
    brand: Annotated[str, Query(max_length=60)] = "",
    figure: FigureName = "first-reply",
) -> Response:
    """Today or this week, by the clocks of where the reader works."""
    reader = signed_in(pages)
    ask = desk.followup
    asked = {"period": period, "brand": brand}
    found = await ask.see(Figures, reader.id, "figures", by=by, **asked)
    trend = await ask.see(Trend, reader.id, "figures", "trend", figure=figure, step=STEPS[period], **asked)
    volumes = await ask.see(Volumes, reader.id, "figures", "volume", **asked)
    zone = ZoneInfo(found.zone)
    context = {
        "found": found,
        "trend": trend,
        "volumes": volumes.brands,
        "chosen": {"period": period, "by": by, "brand": brand, "figure": figure},
        "brands": sorted(reader.brands),
        "figure_names": names_of(pages),
        "length": lambda minutes: length(minutes, pages.language),
        "stretch": lambda point: _stretch(point, trend.step, zone, pages.language),
        "opening": found.opening_hours,
        "empty": not found.opened and not any(each.ended or each.waiting for each in found.figures),
        "group_name": lambda group: _group_name(pages, by, group),
    }
    return await pages.render("figures.html", context | _charts(pages, found, trend, volumes, context))


def names_of(pages: Pages) -> dict[str, tuple[str, str]]:
    """What each figure is called, and what it is, in the reader's language."""
    _ = pages.gettext
    return {
        "pick-up": (_("Pick-up"), _("From the first message until the case has its owner.")),
        "first-reply": (_("First reply"), _("From the first message until we first wrote back.")),
        "next-reply": (_("Next reply"), _("From the customer's next message until we wrote back.")),
        "answer": (_("Substantive answer"), _("From the first message until a reply that is not a holding reply.")),
        "resolution": (_("Resolution"), _("From opening, or reopening, until the owner held it resolved.")),
        "consult": (_("Consult answered"), _("From a question to a specialist until the answer.")),
        "promise": (_("Promise kept"), _("From a promise until its result was reported to the customer.")),
        "compliment": (_("Compliment answered"), _("From a compliment until somebody answered it.")),
    }


def length(minutes: float, language: str) -> str:
    """So many minutes as people say it."""
    gettext = texts.catalogues()[language].gettext
    if minutes < 1:
        return gettext("{n} s").format(n=round(minutes * 60))
    if minutes < 100:
        return gettext("{n} min").format(n=round(minutes))
    if minutes < 2 * DAY_MINUTES:
        return gettext("{n} h").format(n=f"{int(minutes) // 60}:{int(minutes) % 60:02}")
    return gettext("{n} days").format(n=round(minutes / DAY_MINUTES, 1))


def _charts(
    pages: Pages, found: Figures, trend: Trend, volumes: Volumes, context: dict[str, Any]
) -> dict[str, Markup | None]:
    _ = pages.gettext
    name = context["figure_names"][trend.figure][0]
    written = context["length"]
    labels = [context["stretch"](each) for each in trend.points]
    middle, most = _("half of them within"), _("nine in ten within")
    speed = [_of(each.figure) for each in trend.points]
    groups = [each for each in found.groups(trend.figure) if each.minutes][:MOST_BARS]
    group_labels = [context["group_name"](each.group) for each in groups]
    return {
        "trend_chart": _speed_chart(name, labels, speed, (middle, most), written),
        "opened_chart": charts.columns(
            _("Cases opened"), labels, [(_("Cases opened"), [each.opened for each in trend.points])], _whole
        )
        if any(each.opened for each in trend.points)
        else None,
        "group_chart": charts.bars(name, group_labels, _two(groups, (middle, most)), written, charts.ROUND_MINUTES)
        if groups
        else None,
        "volume_chart": _volume_chart(pages, volumes),
    }


def _speed_chart(
    name: str,
    labels: Sequence[str],
    speed: Sequence[Percentiles | None],
    names: tuple[str, str],
    written: charts.Written,
) -> Markup | None:
    if not any(speed):
        return None
    middle = [each.p50 if each else None for each in speed]
    most = [each.p90 if each else None for each in speed]
    return charts.lines(name, labels, [(names[0], middle), (names[1], most)], written, charts.ROUND_MINUTES)


def _volume_chart(pages: Pages, volumes: Volumes) -> Markup | None:
    _ = pages.gettext
    known = [each for each in volumes.brands if each.expected]
    if not known:
        return None
    opened = [each.opened for each in known]
    usual = [each.expected.expected if each.expected else None for each in known]
    names = [_group_name(pages, "brand", each.brand) for each in known]
    return charts.bars(_("Volume"), names, [(_("Opened"), opened), (_("Expected"), usual)], _whole)


def _two(groups: Sequence[Figure], names: tuple[str, str]) -> list[charts.Series]:
    lengths = [_of(each) for each in groups]
    middle = [each.p50 if each else None for each in lengths]
    return [(names[0], middle), (names[1], [each.p90 if each else None for each in lengths])]


def _of(figure: Figure) -> Percentiles | None:
    return figure.minutes


def _whole(count: float) -> str:
    return f"{count:.0f}"


def _stretch(point: Point, step: str, zone: ZoneInfo, language: str) -> str:
    begin: datetime = point.from_at.astimezone(zone)
    return f"{begin:%H:%M}" if step == "hour" else format_date(begin, "EEE d MMM", locale=language)


def _group_name(pages: Pages, by: str, group: str) -> str:
    if not group:
        return pages.gettext("not known")
    organisation = pages.desk.organisation
    if by == "language":
        return texts.language_name(group, pages.language)
    if by == "country":
        return texts.country_name(group, pages.language)
    section = {"brand": "brands", "channel": "channels", "team": "pools"}[by]
    item = organisation.by_id[section].get(group)
    return str(item.name) if item else group
