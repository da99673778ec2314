"""Parity: "the channel is new, the promise is the same"; where it is not, and what was kept on each channel (M2)."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Response
from markupsafe import Markup

from schemas.parity import Deviation, on_channel
from services.desk.api.parts import InParts, Parts
from services.desk.domain.access import Reader
from services.desk.gateway.figures import Figure, Figures
from services.desk.gateway.parity import Parity
from services.desk.pages import charts, figures
from services.desk.pages.asked import unless_away
from services.desk.pages.names import Names
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/parity", route_class=PageRoute, include_in_schema=False)
PERCENT_STEPS = (20,)
FEW = 10
"""With fewer answers than this a share says little."""


@router.get("")
async def parity(pages: TeamPages, desk: InParts, brand: Annotated[str, Query(max_length=60)] = "") -> Response:
    """What is promised otherwise, and this week's answers by channel beside those of the whole brand."""
    reader = signed_in(pages)
    told = await desk.commands.see(Parity, reader.id, "parity", brand=brand)
    kept = await _kept(desk, reader, brand)
    names = Names(desk.organisation, pages.language, {})
    context = {
        "deviations": told.deviations,
        "chosen": brand,
        "brands": sorted(reader.brands),
        "kept": kept,
        "few": FEW,
        "promised": lambda brand, channel: _promised(desk, brand, channel),
        "length": lambda minutes: figures.length(minutes, pages.language),
        "kept_chart": _kept_chart(pages, names, kept or ()),
        "promised_chart": _promised_chart(pages, names, told.deviations),
    }
    return await pages.render("parity.html", context)


Kept = tuple[str, Figure, list[Figure]]
"""A brand, its first replies of this week together, and by channel."""


async def _kept(desk: Parts, reader: Reader, brand: str) -> list[Kept] | None:
    """None while follow-up does not answer."""
    found = []
    for each in sorted(reader.brands if not brand else reader.brands & {brand}):
        told = await unless_away(
            desk.followup.see(Figures, reader.id, "figures", period="week", by="channel", brand=each)
        )
        if told is None:
            return None
        found.append((each, told.together["first-reply"], told.groups("first-reply")))
    return found


def _promised(desk: Parts, brand: str, channel: str) -> int:
    """Minutes until the first reply, as the channel's customers are promised."""
    whole = desk.organisation.brand(brand)
    found = desk.organisation.by_id["channels"].get(channel)
    minutes: int = (on_channel(whole, found) if found else whole).policy.first_reply_minutes
    return minutes


def _kept_chart(pages: Pages, names: Names, kept: Sequence[Kept]) -> Markup | None:
    """One bar for each channel beside that of its brand."""
    _ = pages.gettext
    shown = [(brand, each) for brand, whole, channels in kept for each in channels if each.within_target is not None]
    if not shown:
        return None
    whole = {brand: together.within_target for brand, together, _channels in kept}
    labels = [f"{names.brand(brand)}: {names.channel(each.group)}" for brand, each in shown]
    series = [
        (_("this channel"), [_percent(each.within_target) for _brand, each in shown]),
        (_("the whole brand"), [_percent(whole[brand]) for brand, _each in shown]),
    ]
    return charts.bars(_("First replies in time this week"), labels, series, _written, PERCENT_STEPS)


def _promised_chart(pages: Pages, names: Names, deviations: Sequence[Deviation]) -> Markup | None:
    """Minutes until the first reply that are promised, where a channel has its own."""
    _ = pages.gettext
    shown = [each for each in deviations if each.what == "first-reply"]
    if not shown:
        return None
    labels = [f"{names.brand(each.brand)}: {names.channel(each.channel)}" for each in shown]
    series = [
        (_("this channel"), [float(each.of_channel) for each in shown]),
        (_("the whole brand"), [float(each.of_brand) for each in shown]),
    ]

    def written(minutes: float) -> str:
        return figures.length(minutes, pages.language)

    return charts.bars(_("First reply promised within"), labels, series, written, charts.ROUND_MINUTES)


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)


def _written(percent: float) -> str:
    return f"{percent:.0f} %"
