"""What a brand may not want of its channel tests and reviews: each refused with file, line and reason (F11, P2)."""

import shutil
from pathlib import Path

import pytest

from schemas.organisation_file import check

EXAMPLE = Path("deploy/example-org")


@pytest.mark.parametrize(
    ("was", "becomes", "reason"),
    [
        ("every_hours: 24", "channels: [socail]", "brand 'moccarel' has no channel 'socail' (did you mean social"),
        ("every_hours: 24", "channels: [mail]", "channel 'mail' can not be tested: customers' mail does not come in"),
        ("every_hours: 24", "every_hours: 0.1", "a test has ended before the next one begins"),
        ("every_hours: 24", "every_hour: 24", "every_hour"),
        ("{language: en, name: Robin Keane, text:", "{language: xx, name: Robin Keane, text:", "unknown language 'xx'"),
        ("      # Once a day somebody", "      review: {cases: 0}\n      # Once a day somebody", "review"),
    ],
)
def test_what_can_not_be_is_refused_where_it_stands(tmp_path: Path, was: str, becomes: str, reason: str) -> None:
    folder = tmp_path / "org"
    shutil.copytree(EXAMPLE, folder)
    file = folder / "brands.yaml"
    text = file.read_text(encoding="utf-8")
    assert was in text
    changed = text.replace(was, becomes, 1)
    file.write_text(changed, encoding="utf-8")
    [problem] = check(folder)
    first = next(number for number, line in enumerate(changed.splitlines(), 1) if becomes.splitlines()[0] in line)
    assert problem.file == str(file)
    assert abs(problem.line - first) <= 1
    assert reason in str(problem)
