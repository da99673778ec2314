"""`casekeeper figures`: how fast, how well in time, how much (F4, F9)."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer
from rich.console import Console
from rich.table import Column, Table

from casekeeper.cli.ending import fail, stack_on
from casekeeper.cli.options import DEFAULT_FOLDER, DEFAULT_ORGANISATION, FolderOption, JsonOption, OrganisationOption

if TYPE_CHECKING:  # the rest is imported where it is used: `--help` shall not wait for the whole system
    from datetime import datetime

    from schemas.base import Model
    from services.chassis.clock import Clock
    from services.chassis.mongo import Database
    from services.followup.api.figures_answering import Figures, Question, Trend, Volumes
    from services.followup.domain.figures.summing import Figure, Percentiles

app = typer.Typer(no_args_is_help=True, help="Steering figures, exact over any window.")
out = Console()
T = TypeVar("T")

MongoOption = Annotated[
    str, typer.Option("--mongo", envvar="CASEKEEPER_MONGO", help="A store's address, instead of the local stack.")
]
DatabaseOption = Annotated[
    str, typer.Option("--database-prefix", envvar="CASEKEEPER_DATABASE_PREFIX", help="Before the database's name.")
]
By = Literal["brand", "channel", "language", "country", "team"]
FigureName = Literal["pick-up", "first-reply", "next-reply", "answer", "resolution", "consult", "promise", "compliment"]


@app.callback()
def _figures() -> None:
    """Keeps `show` a subcommand."""


@app.command()
def show(
    brand: Annotated[list[str] | None, typer.Option(help="Only of this brand; can be repeated.")] = None,
    by: Annotated[By | None, typer.Option(help="Also by each of its values.")] = None,
    period: Annotated[Literal["today", "week"], typer.Option(help="Unless --from says otherwise.")] = "today",
    from_: Annotated[str, typer.Option("--from", help="Counted from then on, such as 2026-11-24T00:00:00+01:00.")] = "",
    to: Annotated[str, typer.Option(help="Up to then; now, where nothing is said.")] = "",
    trend: Annotated[FigureName | None, typer.Option(help="Show this figure step by step instead.")] = None,
    step: Annotated[Literal["hour", "day", "week"], typer.Option(help="Of the trend.")] = "hour",
    volume: Annotated[bool, typer.Option("--volume", help="Show how much each brand is written to instead.")] = False,
    zone: Annotated[str, typer.Option(help="Whose days and weeks: a time zone of IANA.")] = "UTC",
    mongo: MongoOption = "",
    database: DatabaseOption = "casekeeper-",
    org: OrganisationOption = DEFAULT_ORGANISATION,
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """How fast customers are answered and helped, and whether that is in time; from the store of the running stack."""
    store, clock = store_of(mongo, database, folder)
    window = (period, _moment(from_), _moment(to), zone)

    async def ask() -> "Figures | Trend | Volumes":
        question = _question(store, clock, org, tuple(brand or ()), window)
        if volume:
            return await question.volume()
        return await question.trend(trend, step) if trend else await question.figures(by or "")

    answer = run_on(store, ask())
    if as_json:
        typer.echo(answer.model_dump_json())
        return
    _print(answer)


def store_of(mongo: str, prefix: str, folder: Path, service: str = "followup") -> "tuple[Database, Clock]":
    """A service's store that was named, or that of the local stack, and the clock its services go by."""
    from casekeeper.local import children
    from services.chassis.clock import SystemClock
    from services.chassis.mongo import Database

    name = f"{prefix}{service}"
    if mongo:
        return Database(mongo, name), SystemClock()
    found = stack_on(folder, "or name a store with --mongo")
    return Database(children.store_url(found.ports["store"]), name), found.clock


def _question(
    store: "Database",
    clock: "Clock",
    org: Path,
    brands: tuple[str, ...],
    window: "tuple[Literal['today', 'week'], datetime | None, datetime | None, str]",
) -> "Question":
    """Raises ValueError, with what is wrong with the question."""
    from schemas.organisation_file import load
    from services.followup.api.figures_answering import Question
    from services.followup.domain.figures.periods import between, period, zone_of
    from services.followup.store.figures import Timetable

    organisation = load(org)
    for each in brands:
        organisation.brand(each)
    name, from_, to, zone_name = window
    zone = zone_of(zone_name)
    return Question(
        timetable=Timetable(store, organisation),
        window=between(period(name, clock.now(), zone), from_, to),
        zone=zone,
        brands=sorted(set(brands) or {each.id for each in organisation.brands}),
        wanted={},
    )


def run_on(store: "Database", work: Coroutine[Any, Any, T]) -> T:
    """Do the work and let go of the store; what is wrong ends the command with a sentence."""
    from schemas.organisation import NotInOrganisation
    from schemas.organisation_file import OrganisationInvalid
    from services.chassis.errors import Unavailable

    try:
        return asyncio.run(work)
    except (NotInOrganisation, OrganisationInvalid, Unavailable, ValueError) as error:
        fail(str(error))
    finally:
        store.close()


def _moment(text: str) -> "datetime | None":
    from casekeeper.cli.cases import moment_of

    return moment_of(text)


def _print(answer: "Model") -> None:
    from services.followup.api.figures_answering import Figures, Trend, Volumes

    printers: dict[type[Model], Callable[[Any], Table]] = {
        Figures: _figures_table,
        Trend: _trend_table,
        Volumes: _volume_table,
    }
    out.print(printers[type(answer)](answer))


def _figures_table(answer: "Figures") -> Table:
    title = f"{_when(answer.from_at, answer.zone)} to {_when(answer.to_at, answer.zone)} ({answer.zone}): "
    title += f"{answer.opened} cases opened, {answer.reopened} reopened"
    hours = ["in opening hours"] if answer.opening_hours else []
    names = Column("figure", no_wrap=True), Column(answer.by, no_wrap=True, overflow="fold")
    table = Table(*names, "ended", "p50/p90/p95 min", *hours, "in time", "waiting", "overdue", title=title)
    for each in answer.figures:
        opening = [_lengths(each.opening_minutes)] if answer.opening_hours else []
        lengths = [str(each.ended), _lengths(each.minutes), *opening]
        group = each.group or ("(unknown)" if _is_group(answer, each) else "all")
        table.add_row(each.figure, group, *lengths, _share(each), str(each.waiting), str(each.overdue))
    return table


def _is_group(answer: "Figures", figure: "Figure") -> bool:
    return next(each for each in answer.figures if each.figure == figure.figure) is not figure


def _trend_table(answer: "Trend") -> Table:
    table = Table(
        "from", "cases opened", "ended", "p50/p90/p95 min", "in time", title=f"{answer.figure} ({answer.zone})"
    )
    for each in answer.points:
        figure = each.figure
        cells = (str(each.opened), str(figure.ended), _lengths(figure.minutes), _share(figure))
        table.add_row(_when(each.from_at, answer.zone), *cells)
    return table


def _volume_table(answer: "Volumes") -> Table:
    title = f"Cases opened, {_when(answer.from_at, answer.zone)} to {_when(answer.to_at, answer.zone)} ({answer.zone})"
    table = Table(
        "brand", "opened", "expected (95 %)", "a week ago", "growth", "others", "share", "before", title=title
    )
    for each in answer.brands:
        usual = each.expected
        told = (
            f"{usual.expected:.0f} ({usual.low:.0f} to {usual.high:.0f})" if usual else f"– ({each.weeks} weeks known)"
        )
        changes = [_change(each.growth), _change(each.growth_of_others)]
        shares = ["–" if share is None else f"{share:.0%}" for share in (each.share, each.share_before)]
        opened = f"{each.opened}{' unusual' if each.unusual else ''}"
        table.add_row(each.brand, opened, told, str(each.before), *changes, *shares)
    return table


def _when(moment: "datetime", zone: str) -> str:
    from zoneinfo import ZoneInfo

    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def _lengths(found: "Percentiles | None") -> str:
    return f"{found.p50:,.1f} / {found.p90:,.1f} / {found.p95:,.1f}" if found else "–"


def _share(figure: "Figure") -> str:
    if figure.within_target is None:
        return "–"
    return f"{figure.within_target:.1%} of {figure.in_time + figure.late}"


def _change(growth: float | None) -> str:
    return "–" if growth is None else f"{growth:+.0%}"
