"""`casekeeper train`, `corrections` and `drift`: the classifier learns from what people set right (U3)."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from casekeeper.cli.ending import err, extra, fail, reached
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
    from schemas.organisation_topics import Topic
    from services.classification.learning.corrections import Correction
    from services.classification.learning.learn import Outcome

ModelsOption = Annotated[
    Path,
    typer.Option(
        "--models", envvar="CLASSIFICATION_MODEL", help="Folder of the models: one current, earlier ones kept."
    ),
]
DEFAULT_MODELS = Path("models")


def corrections(kafka: KafkaOption = "", prefix: PrefixOption = "", folder: FolderOption = DEFAULT_FOLDER) -> None:
    """Print what people set right, as rows to learn from: one line of JSON per message, read off the cases' topic.

    The rows hold customers' words: keep the file where such words may be kept.
    """

    from casekeeper.cli.cases import cluster_of
    from casekeeper.understanding.corrections import read_corrections
    from services.classification.learning.corrections import written

    rows = reached(read_corrections(cluster_of(kafka, prefix, folder)))
    for line in written(rows):
        typer.echo(line)


def train(
    rows: Annotated[Path | None, typer.Option("--corrections", help="Rows of `casekeeper corrections`.")] = None,
    models: ModelsOption = DEFAULT_MODELS,
    dev: Annotated[Path | None, typer.Option(help="Folder with sentiment_dev.jsonl, to compare on too.")] = None,
    org: OrganisationOption = DEFAULT_ORGANISATION,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Only make the model before the current one current again.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Learn from corrections: build a model, compare it with the current one, and promote it if it deserves that.

    One conversation in five is held out to compare on. A model is promoted when it is better there and in no language worse
    beyond noise (paired bootstrap); the one before stays for going back. The same corrections give the same model. The service
    takes the current model when it starts with CLASSIFICATION_MODEL set to the folder of models.
    """
    from schemas.organisation_file import OrganisationInvalid, load
    from services.classification.domain import ModelUnusable
    from services.classification.learning import corrections as files
    from services.classification.learning.models import roll_back

    try:
        if rollback:
            typer.echo(f"{models}: {roll_back(models)} is current again")
            return
        if rows is None:
            raise typer.BadParameter("name the rows with --corrections, or take --rollback")
        outcome = _learn(models, files.read(rows), dev, load(org).topics)
    except (ModelUnusable, OrganisationInvalid, OSError, ValueError) as error:
        fail(str(error))
    if as_json:
        typer.echo(json.dumps(asdict(outcome)))
        return
    _tell(outcome)


def drift(
    before: Annotated[Path, typer.Option(help='Messages of earlier weeks, as lines of {"id", "text"}.')],
    after: Annotated[Path, typer.Option(help="Messages of the last weeks.")],
    org: OrganisationOption = DEFAULT_ORGANISATION,
    models: ModelsOption = DEFAULT_MODELS,
    as_json: JsonOption = False,
) -> None:
    """Tell whether what customers write has moved: class shares, confidence, and features the model has never seen."""
    from casekeeper.understanding.lines import LineInvalid, read
    from schemas.organisation_file import OrganisationInvalid, load
    from services.classification.domain import Classifier, ModelUnusable
    from services.classification.learning.models import current

    with extra("train"):
        from services.classification.learning.drift import drift as drifted

    try:
        texts = []
        for path in (before, after):
            with path.open("rb") as stream:
                texts.append([line.text for line in read(str(path), stream)])
        model = current(models)
        report = drifted(Classifier.of(load(org), model), model, *texts)
    except (LineInvalid, ModelUnusable, OrganisationInvalid, OSError, ValueError) as error:
        fail(str(error))
    if as_json:
        typer.echo(json.dumps(asdict(report)))
        return
    table = Table("judgement", "stability index", "", "moved most, points", "confidence before", "now")
    for each in report.drifts:
        figures = (
            f"{each.stability:.3f}",
            each.told,
            each.moved,
            f"{each.confidence_before:.3f}",
            f"{each.confidence_after:.3f}",
        )
        table.add_row(each.judgement, *figures)
    Console().print(table)
    typer.echo(f"features never seen in training: {report.unknown_before} % before, {report.unknown_after} % now")


def _learn(models: Path, rows: "list[Correction]", dev: Path | None, topics: "Sequence[Topic]") -> "Outcome":
    with extra("train"):
        from services.classification.learning.learn import learn, steps

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, disable=not err.is_terminal) as progress:
        task = progress.add_task("reading", total=steps(rows))

        def say(text: str) -> None:
            progress.update(task, description=text, advance=1)
            if not err.is_terminal:
                err.print(text, highlight=False, markup=False)

        return learn(models, rows, dev, say, topics)


def _tell(outcome: "Outcome") -> None:
    table = Table("on", "judgement", "language", "rows", outcome.before, outcome.name, "difference, 95 %")
    for each in outcome.compared:
        scores = (f"{each.before:.1f}", f"{each.after:.1f}", f"{each.low:+.1f} to {each.high:+.1f}")
        table.add_row(each.on, each.head, each.language, str(each.rows), *scores)
    Console().print(table)
    done = "promoted" if outcome.promoted else "not promoted"
    typer.echo(f"{outcome.name}: {done}: {outcome.why}")
