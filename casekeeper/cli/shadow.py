"""`casekeeper shadow`: in what a model that may become the current one would differ, told before it does."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from casekeeper.cli.ending import fail
from casekeeper.cli.learning import DEFAULT_MODELS, ModelsOption
from casekeeper.cli.options import (
    DEFAULT_FOLDER,
    DEFAULT_ORGANISATION,
    FolderOption,
    JsonOption,
    KafkaOption,
    OrganisationOption,
    PrefixOption,
)

if TYPE_CHECKING:  # the rest is imported where it is used: `--help` shall not wait for numbers
    from services.classification.domain import Classifier
    from services.classification.shadow import Counted


def shadow(
    candidate: Annotated[Path, typer.Option(help="Folder of the model, such as models/linear-1a2b3c4d.")],
    messages: Annotated[
        Path | None, typer.Option(help='Lines of {"id", "text"}, judged by both; without it: what came of late.')
    ] = None,
    models: ModelsOption = DEFAULT_MODELS,
    org: OrganisationOption = DEFAULT_ORGANISATION,
    kafka: KafkaOption = "",
    prefix: PrefixOption = "",
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Tell how often another model would say something else, by language and judgement. Nothing changes for anybody.

    It judges the messages that a running system has received, as far back as their topic goes, beside what was said when they
    came; or those of a file, beside the current model. A high share is not an error: it says where to look before promoting.
    """
    from casekeeper.understanding.lines import LineInvalid
    from schemas.organisation_file import OrganisationInvalid, load
    from services.chassis.errors import Unavailable
    from services.classification.domain import Classifier, ModelUnusable
    from services.classification.learning.models import current

    try:
        organisation = load(org)
        other = Classifier.of(organisation, current(candidate))
        if messages is None:
            counted = _beside_the_topic(kafka, prefix, folder, other)
        else:
            counted = _beside(messages, Classifier.of(organisation, current(models)), other)
    except (LineInvalid, ModelUnusable, OrganisationInvalid, OSError, Unavailable) as error:
        fail(str(error))
    _tell(counted, other.model.name, as_json)


def _beside_the_topic(kafka: str, prefix: str, folder: Path, candidate: "Classifier") -> "Counted":
    import asyncio

    from casekeeper.cli.cases import cluster_of
    from casekeeper.understanding.shadow import beside_the_topic

    return asyncio.run(beside_the_topic(cluster_of(kafka, prefix, folder), candidate))


def _beside(messages: Path, current: "Classifier", candidate: "Classifier") -> "Counted":
    from casekeeper.understanding.lines import read
    from casekeeper.understanding.shadow import beside

    with messages.open("rb") as stream:
        return beside(current, candidate, read(str(messages), stream))


def _tell(counted: "Counted", name: str, as_json: bool) -> None:
    differences = list(counted.differences())
    if as_json:
        found = [asdict(each) | {"share": each.share} for each in differences]
        typer.echo(json.dumps({"candidate": name, "differences": found}))
        return
    if not differences:
        typer.echo("there are no messages to judge")
        return
    typer.echo(f"{name} beside the current model")
    table = Table("language", "judgement", "messages", "differ", "%", "surer", "most often")
    for each in differences:
        figures = (str(each.messages), str(each.differ), f"{each.share}", str(each.surer), ", ".join(each.most))
        table.add_row(each.language, each.judgement, *figures)
    Console().print(table)
