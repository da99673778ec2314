"""`casekeeper rebuild`: read models, folded anew from their topics while the services go on."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from casekeeper.cli.cases import cluster_of
from casekeeper.cli.ending import err, reached
from casekeeper.cli.figures import DatabaseOption, MongoOption, store_of
from casekeeper.cli.options import DEFAULT_FOLDER, FolderOption, JsonOption, KafkaOption, PrefixOption

if TYPE_CHECKING:  # the rest is imported where it is used: `--help` shall not wait for the whole system
    from services.chassis.kafka import Cluster
    from services.chassis.rebuilding import ReadModel, Rebuilt


class What(StrEnum):
    """What can be rebuilt by itself."""

    DESK = "desk"
    FIGURES = "figures"
    INSIGHTS = "insights"
    REVIEW = "review"

    @property
    def service(self) -> str:
        """Whose store holds it."""
        return "desk" if self is What.DESK else "followup"


def rebuild(
    what: Annotated[list[What] | None, typer.Argument(help="Which; all of them, where nothing is said.")] = None,
    kafka: KafkaOption = "",
    prefix: PrefixOption = "",
    mongo: MongoOption = "",
    database: DatabaseOption = "casekeeper-",
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Fold read models anew from the topics, in place, while the services go on.

    The desk's cases, questions to specialists and people; the timings that figures are counted from; what cases were about, for
    insights; what happened in them, for reviews. What the topics do not hold from its beginning any more stays as it is; where
    the store has nothing of it either, the command says so and ends with status 1. What is in no topic is not touched:
    accounts, sessions, saved views, who looked at what, what people wrote in a review.
    """
    from schemas.base import milliseconds

    cluster = cluster_of(kafka, prefix, folder)
    found: dict[What, Rebuilt] = {}
    for each in dict.fromkeys(what or What):
        with _progress() as tell:
            found[each] = _rebuilt(each, cluster, (mongo, database, folder), tell)
    if as_json:
        typer.echo(json.dumps({name: asdict(each) for name, each in found.items()}))
    else:
        now_ms = milliseconds(datetime.now(UTC))
        for name, became in found.items():
            typer.echo(f"{name}: " + "\n  ".join(_told(became, now_ms)))
    if any(became.lost or became.failed for became in found.values()):
        raise typer.Exit(1)


def models(what: What) -> "Sequence[ReadModel[Any]]":
    """The read models of that name."""
    if what is What.DESK:
        from services.desk.handlers import read_models

        return read_models()
    from services.followup.handlers import figures, insights, review

    of_followup: dict[What, Callable[[], ReadModel[Any]]] = {
        What.FIGURES: figures.read_model,
        What.INSIGHTS: insights.read_model,
        What.REVIEW: review.read_model,
    }
    return [of_followup[what]()]


def _rebuilt(
    what: What, cluster: "Cluster", place: tuple[str, str, Path], tell: Callable[[str, int, int], None]
) -> "Rebuilt":
    from services.chassis import rebuilding

    store, clock = store_of(*place, what.service)
    try:
        return reached(rebuilding.rebuild(models(what), cluster, store, clock, tell))
    finally:
        store.close()


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """Bars on stderr, one for each thing that is done; none where nobody looks."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, disable=not err.is_terminal) as progress:
        tasks: dict[str, Any] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=None)
            progress.update(tasks[what], completed=done, total=total or None)

        yield tell


def _told(found: "Rebuilt", now_ms: int) -> Iterator[str]:
    right = found.documents - found.changed - found.incomplete - found.lost - found.failed - found.busy
    yield f"{found.documents} in the topics: {found.changed} written anew, {right} were right"
    if found.incomplete:
        yield f"{found.incomplete} kept as they were: the topics do not hold them from their beginning any more"
    if found.busy:
        yield f"{found.busy} kept as the service has them: events kept coming"
    if found.failed:
        yield f"{found.failed} kept as they were: an event of theirs meets an error in our code ({found.error})"
    if found.lost:
        yield f"{found.lost} are missing: neither the store nor the topics hold them from their beginning; restore a backup"
    if found.incomplete or found.lost:
        for topic, since_ms in sorted(found.forgotten.items()):
            since = f"begins at {_moment(since_ms)}" if since_ms <= now_ms else "holds nothing any more"
            yield f"{topic} {since}"


def _moment(moment_ms: int) -> str:
    return f"{datetime.fromtimestamp(moment_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"
