"""The case, whole: whatever everybody does, in whatever order, repeated and late, the rules of the design hold at every step.

People of every role and stage, routing with its own engine, delivery, follow-up, time and lanes that repeat themselves act on
the cases of one customer. An observer that knows only what the cases say holds it against the rules (section 4 of the design).
`HYPOTHESIS_PROFILE=thorough` walks for ten minutes or so. `python -m tests.quality.seeded_bugs` shows that it finds bugs.
"""

import os

import pytest
from hypothesis import HealthCheck, settings

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
