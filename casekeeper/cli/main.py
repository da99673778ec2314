"""The command's entry: what there is."""

import asyncio
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from casekeeper.cli import (
    api,
    cases,
    channel_test,
    classify,
    clocks,
    dead,
    desk,
    digest,
    figures,
    flow,
    judged,
    learning,
    organisation,
    radar,
    rebuild,
    review,
    roster,
    routing,
    running,
    shadow,
    simulate,
    topics,
)
from schemas.services import SERVICES

if TYPE_CHECKING:
    from services.chassis.service import Service

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    help="Casekeeper: every customer has one owner, from the first message to the last.",
)
app.add_typer(organisation.app, name="org")
app.add_typer(cases.app, name="case")
app.add_typer(clocks.app, name="clocks")
app.add_typer(figures.app, name="figures")
app.add_typer(api.app, name="api")
app.add_typer(roster.app, name="roster")
app.add_typer(routing.app, name="route")
app.add_typer(desk.people, name="people")
app.add_typer(desk.files, name="files")
app.add_typer(radar.app, name="radar")
app.add_typer(topics.app, name="topics")
app.add_typer(dead.app, name="dead")
app.add_typer(channel_test.app, name="channel-test")
app.command()(running.up)
app.command()(running.send)
app.command()(flow.flow)
app.command()(flow.trace)
app.command()(judged.demo)
app.command()(judged.chaos)
app.command()(simulate.simulate)
app.command()(rebuild.rebuild)
app.command()(review.review)
app.command()(classify.classify)
app.command()(digest.digest)
app.command()(learning.train)
app.command()(learning.corrections)
app.command()(learning.drift)
app.command()(shadow.shadow)


@app.command()
def serve(service: Annotated[str, typer.Argument(help=f"One of {', '.join(SERVICES)}.")]) -> None:
    """Run one service against any Kafka and MongoDB, as its environment says (CASEKEEPER_KAFKA, CASEKEEPER_MONGO, …)."""
    from casekeeper.services import PORTS, build
    from services.chassis import logs, memory, telemetry
    from services.chassis import service as chassis

    if service not in SERVICES:
        raise typer.BadParameter(f"there is no service {service!r}; there are {', '.join(SERVICES)}")
    if not any(os.environ.get(name) for name in ("CASEKEEPER_HTTP_PORT", f"{service.upper()}_HTTP_PORT")):
        os.environ[f"{service.upper()}_HTTP_PORT"] = str(PORTS[service])
    memory.tune()
    built = _built(service, build)
    logs.configure(built.config.log_level, built.config.log_format)
    telemetry.configure(built.config.otlp_endpoint, service)
    asyncio.run(chassis.run(built))


def _built(service: str, build: "Callable[[str], Service]") -> "Service":
    """The service; a setting that can not be is named as the environment names it, and ends the command."""
    from pydantic import ValidationError

    try:
        return build(service)
    except ValidationError as error:
        if not error.title.endswith("Settings"):
            raise
        for each in error.errors():
            name = "_".join([service, *map(str, each["loc"])]).upper()
            typer.echo(f"{name}: {each['msg'].removeprefix('Value error, ')}", err=True)
        raise typer.Exit(2) from error
