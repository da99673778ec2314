"""`casekeeper shadow` on messages of a file: nothing changes, and every difference is told."""

import json
from pathlib import Path

from click.testing import Result
from typer.testing import CliRunner

from casekeeper.cli import app
from tests.unit.classification.candidates import rosy

EXAMPLE = str(Path(__file__).parents[3] / "deploy" / "example-org")
TEXTS = ("Thank you, you are great!", "Mijn koffiemachine lekt alweer, waardeloos!", "Waardeloos, nooit meer!")


def run(tmp_path: Path, *words: str) -> Result:
    lines = "".join(json.dumps({"id": number, "text": text}) + "\n" for number, text in enumerate(TEXTS))
    (tmp_path / "messages.jsonl").write_text(lines)
    of_files = ["--messages", str(tmp_path / "messages.jsonl"), "--models", str(tmp_path / "models")]
    return CliRunner().invoke(app, ["shadow", "--org", EXAMPLE, *of_files, *words])


def test_it_tells_by_language_in_what_the_candidate_differs(tmp_path: Path) -> None:
    result = run(tmp_path, "--candidate", str(rosy(tmp_path)), "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["candidate"] == "linear-rosy"
    differ = {(each["language"], each["judgement"]): (each["differ"], each["messages"]) for each in told["differences"]}
    assert differ["all", "sentiment"] == (2, 3)
    assert differ["nl", "sentiment"] == (2, 2)
    assert differ["en", "sentiment"] == (0, 1)
    assert differ["all", "urgency"] == (0, 3)


def test_a_table_is_for_people(tmp_path: Path) -> None:
    result = run(tmp_path, "--candidate", str(rosy(tmp_path)))
    assert result.exit_code == 0, result.output
    assert "linear-rosy" in result.stdout


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "current.json").write_text("{}")
    result = run(tmp_path, "--candidate", str(tmp_path / "empty"))
    assert result.exit_code == 1
    assert "empty" in result.stderr
