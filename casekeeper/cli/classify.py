"""`casekeeper classify`: what the classifier makes of messages, and how often it is right."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer
from rich.progress import Progress, TextColumn

from casekeeper.cli.ending import err, extra, fail
from casekeeper.cli.options import DEFAULT_ORGANISATION, OrganisationOption

if TYPE_CHECKING:  # the rest is imported where it is used: `--help` shall not wait for the models
    from services.classification.domain import Classifier

STDIN = "-"


def classify(
    jsonl: Annotated[
        str,
        typer.Option("--jsonl", metavar="FILE", help='Lines of {"id": ..., "text": ...}; "-" is the standard input.'),
    ] = STDIN,
    org: OrganisationOption = DEFAULT_ORGANISATION,
    model: Annotated[Path | None, typer.Option(help="Folder of another model than the shipped one.")] = None,
    evaluate: Annotated[
        Path | None,
        typer.Option("--eval", metavar="DIR", help="Instead, measure the classifier on the labelled sets in DIR."),
    ] = None,
) -> None:
    """Classify messages: language, sentiment, intent, urgency, topic and safety signals, each line as one line of JSON.

    Answers come in the order of the lines, while they are read: memory stays the same for any number of them. A line may name
    its `brand`, whose order numbers are then known. The first line that is no message ends the command with its file and line
    number and status 1; the lines before it have been answered. Topics come from the organisation's taxonomy; without its
    files there are none.
    """
    classifier = classifier_of(org, model)
    if evaluate is not None:
        _measure(classifier, evaluate)
        return
    from casekeeper.understanding.lines import LineInvalid, classified, read

    def judged(batch: "Sequence[Any]") -> "Sequence[Any]":
        return classifier.classify([line.text for line in batch], [line.brand for line in batch])

    try:
        with _opened(jsonl) as (name, stream, size), _bar(size) as told:
            for answers in classified(read(name, stream), judged):
                sys.stdout.write("\n".join(answers) + "\n")
                sys.stdout.flush()
                told(len(answers), stream)
    except LineInvalid as error:
        fail(str(error))


def classifier_of(org: Path, model: Path | None) -> "Classifier":
    """Of the organisation, if its files are there; where something is wrong, the command ends and says so."""
    from schemas.organisation_file import OrganisationInvalid, load
    from services.classification.domain import DEFAULT_MODEL_FOLDER, Classifier, ModelUnusable

    try:
        if org == DEFAULT_ORGANISATION and not org.is_dir():
            return Classifier.load((), model or DEFAULT_MODEL_FOLDER)
        return Classifier.of(load(org), model or DEFAULT_MODEL_FOLDER)
    except (OrganisationInvalid, ModelUnusable) as error:
        fail(str(error))


def _measure(classifier: "Classifier", folder: Path) -> None:
    with extra("train"):
        from services.classification.training import evaluate

    missing = [name for name in evaluate.MEASURED_WITH if not (folder / name).is_file()]
    if missing:
        fail(f"{folder} lacks {', '.join(missing)}")
    typer.echo(evaluate.tables(classifier, folder))


@contextmanager
def _opened(jsonl: str) -> Iterator[tuple[str, BinaryIO, int | None]]:
    """Name, stream and size in bytes, if that is known."""
    if jsonl == STDIN:
        yield "standard input", sys.stdin.buffer, None
        return
    path = Path(jsonl)
    try:
        stream = path.open("rb")
    except OSError as error:
        fail(f"{path}: {error.strerror or error}")
    with stream:
        yield jsonl, stream, path.stat().st_size if path.is_file() else None


@contextmanager
def _bar(size: int | None) -> "Iterator[Any]":
    """Progress on stderr, where somebody looks at it."""
    with Progress(
        *Progress.get_default_columns(),
        TextColumn("{task.fields[count]:,} messages"),
        console=err,
        disable=not err.is_terminal,
    ) as progress:
        task = progress.add_task("classify", total=size, count=0)
        count = 0

        def told(answered: int, stream: BinaryIO) -> None:
            nonlocal count
            count += answered
            done = stream.tell() if size is not None else None
            progress.update(task, completed=done, count=count)

        yield told
