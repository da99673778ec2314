"""The command itself: help everywhere, clear errors, and an exit status that tells the truth."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from casekeeper.checker import Verdict
from casekeeper.cli import app, judged
from casekeeper.demo.run import Outcome

EXAMPLE = Path(__file__).parents[3] / "deploy" / "example-org"
CLEAN = Verdict(40, 40, 4, 30, 30, 9, 9, 4, 40, 9, 30, 0, 0, 0, 0)
COMMANDS = [
    [],
    ["up"],
    ["serve"],
    ["demo"],
    ["chaos"],
    ["classify"],
    ["train"],
    ["corrections"],
    ["drift"],
    ["send"],
    ["case"],
    ["case", "show"],
    ["route"],
    ["route", "explain"],
    ["api"],
    ["api", "publish"],
    ["api", "check"],
    ["api", "show"],
    ["dead"],
    ["dead", "list"],
    ["dead", "show"],
    ["dead", "replay"],
    ["org"],
    ["org", "check"],
    ["org", "parity"],
    ["roster"],
    ["roster", "import"],
]


def outcome(verdict: Verdict = CLEAN) -> Outcome:
    return Outcome(verdict, seconds=1.0, refused=[], forged=0, restarts=[])


def told(figures: Outcome, *, as_json: bool) -> int:
    """The exit status."""
    try:
        judged._tell("demo", dict(figures.verdict.figures()), figures, as_json)
    except typer.Exit as ended:
        return ended.exit_code
    return 0


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(words: list[str]) -> None:
    shown = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "120"})
    assert shown.exit_code == 0, shown.output
    assert "Usage:" in shown.output


def test_a_clean_verdict_is_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(outcome(), as_json=True) == 0
    assert json.loads(capsys.readouterr().out) == CLEAN.figures()


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("violation", ["lost", "double_effects", "owner_violations", "order_violations"])
def test_any_violation_is_a_failure_and_is_named(
    capsys: pytest.CaptureFixture[str], violation: str, as_json: bool
) -> None:
    planted = replace(CLEAN, **{violation: 1}, findings=(f"{violation}: case 7 has two owners",))  # type: ignore[arg-type]
    assert told(outcome(planted), as_json=as_json) == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out.splitlines()[-1])[violation] == 1
    assert "case 7 has two owners" in printed.err


@pytest.mark.parametrize(
    "trouble", [{"refused": ["m-1: 401 stale"]}, {"forged": 2}, {"stalled": "3 of 4 messages are in cases"}]
)
def test_what_spoils_a_run_is_a_failure(capsys: pytest.CaptureFixture[str], trouble: dict[str, object]) -> None:
    assert told(replace(outcome(), **trouble), as_json=True) == 1  # type: ignore[arg-type]
    assert capsys.readouterr().err


def test_the_example_organisation_is_in_order() -> None:
    shown = CliRunner().invoke(app, ["org", "check", str(EXAMPLE)])
    assert shown.exit_code == 0, shown.output
    assert "is in order" in shown.output


def test_a_broken_organisation_is_named_with_file_and_line(tmp_path: Path) -> None:
    folder = tmp_path / "org"
    shutil.copytree(EXAMPLE, folder)
    channels = folder / "channels.yaml"
    lines = channels.read_text().splitlines()
    number = next(number for number, line in enumerate(lines, 1) if "id: social," in line)
    text = lines[number - 1].replace("brand: moccarel", "brand: nobody")
    channels.write_text("\n".join([*lines[: number - 1], text, *lines[number:]]))
    shown = CliRunner().invoke(app, ["org", "check", str(folder)])
    assert shown.exit_code == 1
    assert f"channels.yaml:{number}" in shown.output
    assert "nobody" in shown.output
    as_json = CliRunner().invoke(app, ["org", "check", str(folder), "--json"])
    assert as_json.exit_code == 1
    assert json.loads(as_json.output)["problems"]


def test_the_parity_report_lists_where_a_channel_differs_with_the_reason_and_how_much(tmp_path: Path) -> None:
    """M2; the example organisation promises the same on every channel."""
    shown = CliRunner().invoke(app, ["org", "parity", str(EXAMPLE)])
    assert (shown.exit_code, "every channel keeps" in shown.output) == (0, True)
    folder = tmp_path / "org"
    shutil.copytree(EXAMPLE, folder)
    channels = folder / "channels.yaml"
    deviating = "id: mail, deviations: {reason: Letters take longer., first_reply_minutes: 240},"
    channels.write_text(channels.read_text().replace("id: mail,", deviating, 1))
    told_people = CliRunner().invoke(app, ["org", "parity", str(folder)])
    assert (
        "moccarel, mail: first-reply 240, the brand has 60 (+180 minutes). Letters take longer." in told_people.output
    )
    as_json = json.loads(CliRunner().invoke(app, ["org", "parity", str(folder), "--json"]).output)
    assert [(each["what"], each["difference"]) for each in as_json["deviations"]] == [("first-reply", "180")]
    (folder / "calendars.yaml").unlink()
    assert CliRunner().invoke(app, ["org", "parity", str(folder)]).exit_code == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["serve", "nonsense"], "no service"),
        (["demo", "--messages", "0"], "--messages"),
        (["demo", "--store", "mysql"], "no store"),
        (["up", "--store", "mysql"], "no store"),
        (["case", "show", "x", "--at", "noon"], "no moment with a zone"),
        (["case", "show", "x", "--at", "2026-11-24T13:30:00"], "no moment with a zone"),
        (["dead", "replay"], "name letters, or say --all"),
        (["demo", "--data", "no-such-file"], "no-such-file"),
    ],
)
def test_wrong_arguments_are_explained(words: list[str], says: str) -> None:
    shown = CliRunner().invoke(app, words, env={"COLUMNS": "200"})
    assert shown.exit_code == 2
    assert says in shown.output


@pytest.mark.parametrize(
    "words", [["send", "hi"], ["case", "show", "x"], ["dead", "list"], ["dead", "show", "x"], ["dead", "replay", "x"]]
)
def test_without_a_stack_each_says_so(tmp_path: Path, words: list[str]) -> None:
    shown = CliRunner().invoke(app, [*words, "--data-folder", str(tmp_path)], env={"COLUMNS": "200"})
    assert shown.exit_code == 1
    assert "no stack is running" in shown.output.replace("\n", " ")


def test_a_setting_that_can_not_be_is_named_with_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTING_POLICY", "fastest")
    shown = CliRunner().invoke(app, ["serve", "routing"])
    assert shown.exit_code == 2
    assert shown.output.startswith(
        "ROUTING_POLICY: there is no routing policy 'fastest'; there are deadline, round-robin, "
    )
