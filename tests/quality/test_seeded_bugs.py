"""The whole machine finds bugs put in on purpose. Here those that show soon; all: `python -m tests.quality.seeded_bugs`."""

import pytest

from tests.quality.seeded_bugs import BUGS, Bug, run

SOON = (
    "the work stays behind at a handover",
    "who refused is asked again",
    "the room of offers is not freed",
    "room is freed twice",
    "supervised replies leave unseen",
    "causes are forgotten too soon",
)


@pytest.mark.parametrize("bug", [bug for bug in BUGS if bug.name in SOON], ids=lambda bug: bug.name)
def test_the_machine_finds_it(bug: Bug) -> None:
    assert run(bug).found
