"""`casekeeper classify`: lines in, lines out, in order and in batches; a broken line is named and spoils nothing before it."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from casekeeper.cli import app
from casekeeper.understanding import lines
from casekeeper.understanding.lines import BATCH, LineInvalid, read

EXAMPLE = str(Path(__file__).parents[3] / "deploy" / "example-org")
KEYS = [
    "id",
    "language",
    "language_confidence",
    "sentiment",
    "sentiment_confidence",
    "intent",
    "intent_confidence",
    "urgency",
    "topic",
    "topic_confidence",
    "signals",
]


def run(*words: str, given: str | bytes = "") -> Result:
    return CliRunner().invoke(app, ["classify", "--org", EXAMPLE, *words], input=given)


def answers(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def line(id_: object, text: object = "Mijn koffiemachine lekt alweer, waardeloos!") -> str:
    return json.dumps({"id": id_, "text": text}) + "\n"


def test_each_line_is_answered_in_its_place_with_its_id() -> None:
    result = run(given=line("één") + "\n" + line(2, "Where is my parcel?"))
    assert result.exit_code == 0, result.output
    first, second = answers(result)
    assert list(first) == KEYS
    assert (first["id"], first["language"], first["topic"]) == ("één", "nl", "coffee-machine")
    assert (second["id"], second["language"], second["topic"]) == (2, "en", "delivery")


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "messages.jsonl"
    file.write_text("\ufeff" + line(1), encoding="utf-8")
    assert [each["id"] for each in answers(run("--jsonl", str(file)))] == [1]


def test_more_than_a_batch_comes_out_in_order() -> None:
    result = run(given="".join(line(number, "thanks") for number in range(2 * BATCH + 1)))
    assert [each["id"] for each in answers(result)] == list(range(2 * BATCH + 1))


def test_no_more_than_a_batch_is_held_in_memory() -> None:
    """Answers of a batch are there before the next batch is read."""
    read_so_far = 0

    def endless() -> Any:
        nonlocal read_so_far
        while True:
            read_so_far += 1
            yield lines.Line(read_so_far, "", "")

    classify = app_classifier()
    batches = lines.classified(endless(), lambda batch: classify([each.text for each in batch]))
    assert len(next(batches)) == BATCH
    assert read_so_far == BATCH


def app_classifier() -> Any:
    from services.classification.domain import Classifier

    return Classifier.load(()).classify


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        (b"{", "is not JSON"),
        (b"[1]", "found a list"),
        (b'{"id": 1}', "has no text"),
        (b'{"text": "x"}', "has no id"),
        (b'{"id": true, "text": "x"}', "id must be"),
        (b'{"id": 1, "text": null}', "text must be a text, not null"),
        (b'{"id": 1, "text": "x", "brand": 3}', "brand must be"),
        (b'{"id": 1, "text": "\xff"}', "is not UTF-8"),
        (b'{"id": 1, "text": "' + b"a" * 100_001 + b'"}', "100,001 characters"),
        (b"[" * 100_000, "nested too deeply"),
        (b" " * 900_000, "longer than"),
    ],
    ids=lambda value: value[:30].decode("latin-1") if isinstance(value, bytes) else "",
)
def test_a_broken_line_is_named_after_the_good_ones_before_it_were_answered(broken: bytes, complaint: str) -> None:
    result = run(given=line(1).encode() + b"\n" + line(2).encode() + broken + b"\n" + line(4).encode())
    assert result.exit_code == 1
    assert [each["id"] for each in answers(result)] == [1, 2]
    assert "standard input:4: " in result.stderr
    assert complaint in result.stderr


def test_odd_texts_are_answered() -> None:
    texts = ["", "\x00", "\ud83d", "😡" * 1_000, "<b>hi</b>", "a" * 100_000, "\u200b\u202e"]
    result = run(given="".join(line(number, text) for number, text in enumerate(texts)))
    assert result.exit_code == 0, result.output
    assert [each["id"] for each in answers(result)] == list(range(len(texts)))


def test_a_missing_file_and_a_missing_organisation_are_named(tmp_path: Path) -> None:
    missing = run("--jsonl", str(tmp_path / "none.jsonl"))
    assert (missing.exit_code, "No such file" in missing.stderr) == (1, True)
    nowhere = CliRunner().invoke(app, ["classify", "--org", str(tmp_path / "nowhere")], input="")
    assert (nowhere.exit_code, "is no folder" in nowhere.stderr) == (1, True)


def test_it_runs_without_an_organisation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["classify"], input=line(1))
    assert result.exit_code == 0, result.output
    assert answers(result)[0]["topic"] == ""


def test_measuring_names_what_is_missing(tmp_path: Path) -> None:
    result = run("--eval", str(tmp_path))
    assert result.exit_code == 1
    assert "lid_dev.jsonl" in result.stderr


def test_reading_stops_at_the_first_broken_line() -> None:
    found = read("x", BytesIO(b'{"id": 1, "text": ""}\nnonsense\n'))
    assert next(found).id == 1
    with pytest.raises(LineInvalid, match=r"^x:2: is not JSON"):
        next(found)
