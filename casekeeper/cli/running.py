"""Subcommands about a running stack: start it, write to it as a customer."""

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from casekeeper.cli.ending import fail, stack_on
from casekeeper.cli.options import DEFAULT_FOLDER, DEFAULT_ORGANISATION, FolderOption, JsonOption, OrganisationOption
from casekeeper.local.children import DEFAULT_STORE_ENGINE, STORE_ENGINES
from casekeeper.local.process import ChildError
from services.chassis.errors import PortInUse, Unavailable

if TYPE_CHECKING:  # the rest is imported where it is used: `--help` shall not wait for the whole system
    from casekeeper.demo.sender import Sender
    from casekeeper.demo.source import Said

out = Console()


def up(
    org: OrganisationOption = DEFAULT_ORGANISATION,
    folder: FolderOption = DEFAULT_FOLDER,
    port: Annotated[int, typer.Option(help="The desk's port; the other parts take the next twelve.")] = 8080,
    host: Annotated[
        str, typer.Option(help="Address to listen on; nothing listens beyond this machine unless asked.")
    ] = "127.0.0.1",
    store: Annotated[str, typer.Option(help=f"The local store: {', '.join(STORE_ENGINES)}.")] = DEFAULT_STORE_ENGINE,
    autopilot: Annotated[bool, typer.Option(help="Let a labelled autopilot play the staff.")] = True,
    samples: Annotated[bool, typer.Option(help="Let sample messages of customers come in.")] = True,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between two sample messages, on average.")] = 4.0,
    real_time: Annotated[
        bool, typer.Option("--real-time", help="Use your own clock; the autopilot's is set to a working day.")
    ] = False,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "warning",
) -> None:
    """Start the whole system on this machine: broker, store, all services, and a page to look at. Ctrl-C stops it."""
    from casekeeper.local.up import Options, run_up
    from schemas.organisation_file import OrganisationInvalid

    if store not in STORE_ENGINES:
        raise typer.BadParameter(f"there is no store {store!r}; there are {', '.join(STORE_ENGINES)}")
    options = Options(folder, org, port, host, store, autopilot, samples, every, autopilot and not real_time, log_level)
    try:
        asyncio.run(run_up(options, out))
    except (ChildError, OrganisationInvalid, PortInUse, Unavailable) as error:
        fail(str(error))


def send(
    text: Annotated[str, typer.Argument(help="What the customer writes; - reads it from standard input.")],
    channel: Annotated[str, typer.Option(help="A webhook channel of the organisation.")] = "social",
    conversation: Annotated[str, typer.Option(help="Goes on with this conversation; a new one without it.")] = "",
    name: Annotated[str, typer.Option(help="The customer's name.")] = "Sam",
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Write to the running stack as a customer would, through the signed webhook."""
    from casekeeper.demo.sender import Sender
    from casekeeper.demo.source import Said
    from schemas.events.message import Author
    from schemas.organisation import NotInOrganisation
    from schemas.organisation_file import load
    from services.chassis.ids import fresh

    found = stack_on(folder)
    organisation = load(found.organisation)
    try:
        account = organisation.channel(channel)
    except NotInOrganisation as error:
        fail(str(error))
    if account.kind != "webhook":
        fail(f"{channel} is not a webhook channel; write on its page {found.url('desk')}/talk/{account.brand}")
    id = fresh()
    said = Said(
        account.brand, channel, conversation or f"cli-{id}", id, Author(id=f"cli-{name}", name=name), _text(text), 3600
    )
    sender = Sender(found.url("ingestion"), organisation, found.secrets.channels, found.clock)
    result = asyncio.run(_send(sender, said))
    if as_json:
        typer.echo(json.dumps(result))
    else:
        out.print(f"taken: message {result['message_id']} in conversation {said.conversation}", highlight=False)


def _text(argument: str) -> str:
    return sys.stdin.read() if argument == "-" else argument


async def _send(sender: "Sender", said: "Said") -> dict[str, Any]:
    import httpx2

    try:
        status, text = await sender.post(said)
    except httpx2.HTTPError as error:
        fail(f"ingestion does not answer: {error}")
    finally:
        await sender.close()
    if status not in (200, 202):
        fail(f"refused ({status}): {text}")
    return dict(json.loads(text))
