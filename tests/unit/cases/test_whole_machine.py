"""The case, whole: whatever everybody does, in whatever order, repeated and late, the rules of the design hold at every step.

People of every role and stage, routing with its own engine, delivery, follow-up, time and lanes that repeat themselves act on
the cases of one customer. An observer that knows only what the cases say holds it against the rules (section 4 of the design).
`HYPOTHESIS_PROFILE=thorough` walks for ten minutes or so. `python -m tests.quality.seeded_bugs` shows that it finds bugs.
"""

import os
import re
from importlib import import_module
from inspect import getmembers, isfunction
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

import pytest
from hypothesis import HealthCheck, settings

from schemas.events.case import CaseMerged, CaseMergeRefused, CaseMessageForwarded, CaseSplit
from schemas.events.delivery import DeliveryCancelled, DeliveryFailed, DeliverySent, DeliveryUncertain
from schemas.events.followup import ClockBreached, ClockWarned
from schemas.events.incident import IncidentAnswerOffered
from schemas.events.message import MessageClassified
from schemas.events.routing import ApproverFound, CoverFound, OwnerAssigned, SpecialistOffered
from schemas.events.second_reading import MessageReclassified
from schemas.events.survey import SurveyRequested
from services.cases import api
from services.cases.domain import commands
from services.cases.handlers import table
from services.cases.own_topic import hear_of_cases
from tests.unit.cases import life, machine
from tests.unit.cases.machine.scenes import Scenes

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"


class Whole(Scenes):
    """Everything at once."""


TestWhole = Whole.TestCase
TestWhole.pytestmark = [pytest.mark.timeout(3600 if THOROUGH else 400)]
TestWhole.settings = settings(
    max_examples=3000 if THOROUGH else 200,
    stateful_step_count=80 if THOROUGH else 40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


SAID = (
    MessageClassified,
    OwnerAssigned,
    SpecialistOffered,
    DeliverySent,
    DeliveryFailed,
    DeliveryUncertain,
    DeliveryCancelled,
    ClockBreached,
    ClockWarned,
    CoverFound,
    ApproverFound,
    SurveyRequested,
    IncidentAnswerOffered,
    MessageReclassified,
    CaseMerged,
    CaseMergeRefused,
    CaseMessageForwarded,
    CaseSplit,
)


def test_the_machine_says_all_that_the_service_hears() -> None:
    handlers = table(life.terms_of)
    hear_of_cases(handlers, life.terms_of)
    assert set(handlers.routes) == {event.type for event in SAID}


def test_the_machine_gives_every_command_that_there_is() -> None:
    """What routes call of the rules' commands is called by some act of the machine too."""
    modules = [import_module(each.name) for each in iter_modules(commands.__path__, f"{commands.__name__}.")]
    rules = {
        name
        for module in modules
        for name, found in getmembers(module, isfunction)
        if found.__module__ == module.__name__ and not name.startswith(("_", "require_"))
    }
    given = {name for name in rules if re.search(rf"\b{name}\(", _sources(api)) and name not in NO_COMMANDS}
    assert {name for name in given if not re.search(rf"\b{name}\(", _sources(machine))} == set()


NO_COMMANDS = (
    "spread",
    "advice",
    "blocking",
    "is_repeated",
    "waiting_for",
    "is_superior",
    "coaches",
    "can_own",
    "seen_to",
)
"""What routes ask of the rules without changing a case."""


def _sources(package: ModuleType) -> str:
    return "".join(path.read_text() for folder in package.__path__ for path in Path(folder).glob("*.py"))
