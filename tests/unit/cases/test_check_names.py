"""The names of checks in brands' policies: one that there is not blocks nothing, and is refused (V3)."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from casekeeper.cli.main import app
from schemas.organisation_file import OrganisationInvalid, check, load
from services.cases.domain.replycheck import unknown_checks
from tests.unit.schemas.test_organisation_file import GOOD

LINE = 1 + GOOD[: GOOD.index("      holding_replies:")].count("\n")


def files(folder: Path, policy: str) -> Path:
    (folder / "all.yaml").write_text(GOOD.replace("      holding_replies:", f"{policy}\n      holding_replies:"))
    return folder


def problems(folder: Path) -> list[str]:
    return [str(each).removeprefix(f"{folder}/") for each in check(folder, unknown_checks)]


@pytest.mark.parametrize("known", ["look-into-it", "condescension", "too-long", "fill-in-the-gap", "unfinished"])
def test_rules_and_kinds_are_known(tmp_path: Path, known: str) -> None:
    policy = f"      blocking_checks: [{known}]\n      advisory_checks: [{known}]"
    assert problems(files(tmp_path, policy)) == []
    assert load(tmp_path, unknown_checks).brands[0].policy.blocking_checks == (known,)


def test_a_misspelt_name_is_refused_with_its_file_its_line_and_the_nearest_right_one(tmp_path: Path) -> None:
    policy = "      blocking_checks:\n        - too-long\n        - condesension"
    (problem,) = problems(files(tmp_path, policy))
    assert problem.startswith(
        f"all.yaml:{LINE + 2}: brand kettle: policy.blocking_checks: unknown check 'condesension'"
    )
    assert "did you mean condescension" in problem
    with pytest.raises(OrganisationInvalid, match="condesension"):
        load(tmp_path, unknown_checks)


def test_what_only_advises_is_held_against_the_names_too(tmp_path: Path) -> None:
    (problem,) = problems(files(tmp_path, "      advisory_checks: [fill-in-gap]"))
    assert problem.startswith(f"all.yaml:{LINE}: ")
    assert "did you mean fill-in-the-gap" in problem


def test_the_check_of_the_organisations_files_refuses_it(tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["org", "check", str(files(tmp_path, "      blocking_checks: [faceles]"))])
    assert shown.exit_code == 1
    assert f"all.yaml:{LINE}: brand kettle: policy.blocking_checks: unknown check 'faceles'" in shown.output
