"""An observer that knows the cases by what they say only, and holds it against the rules of the design (section 4).

It shares no code with the service. One part per concern; all hear each event of a commit in turn, owners first.
"""

from collections.abc import Callable
from typing import Protocol

from schemas.base import Event
from schemas.organisation import Person
from services.cases.domain import Case
from tests.unit.cases.machine.stage import Commit

Find = Callable[[str], Person]


class Broken(AssertionError):
    """A rule does not hold."""

    def __init__(self, rule: str, *about: object) -> None:
        super().__init__(f"{rule}: {' | '.join(map(str, about))}")
        self.rule = rule


def hold(condition: object, rule: str, *about: object) -> None:
    """Raises Broken with the rule's words."""
    if not condition:
        raise Broken(rule, *about)


class Part(Protocol):
    """One concern."""

    def begins(self, commit: Commit) -> None:
        """A commit is about to be told event by event."""

    def hears(self, event: Event, commit: Commit) -> None:
        """The next event of the commit."""

    def ends(self, commit: Commit) -> None:
        """All of the commit was told."""

    def agrees(self, case: Case) -> None:
        """What the service shows of a case is what it said."""

    def rests(self) -> None:
        """Nothing is on its way between the services any more."""


class Silent:
    """A part that has nothing to say yet."""

    def begins(self, commit: Commit) -> None: ...

    def hears(self, event: Event, commit: Commit) -> None: ...

    def ends(self, commit: Commit) -> None: ...

    def agrees(self, case: Case) -> None: ...

    def rests(self) -> None: ...
