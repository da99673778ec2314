"""Rule 1: where routing finds who acts for owners who are away, nobody waits in vain for one of them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from schemas.base import Event
from schemas.events.case import (
    CaseClosed,
    CaseCoverWanted,
    CaseMessageAdded,
    CaseReopened,
    CaseResolved,
    CaseUnmerged,
)
from schemas.events.consult import ConsultAnswered
from tests.unit.cases.machine.stage import Commit
from tests.unit.cases.machine.team import OFFICE
from tests.unit.cases.machine.watch import Silent, hold
from tests.unit.cases.machine.watch_owners import Owners

ZONE = ZoneInfo("Europe/Amsterdam")
MORNING, EVENING, SATURDAY = time(9), time(17, 30), 5
LONGEST = timedelta(minutes=60)
"""So long a customer may wait for a first reply; an owner who is back by then is not away."""


def is_away(person: str, now: datetime) -> bool:
    """Whether somebody of the office is not at work before a customer has waited for too long."""
    if person not in OFFICE:
        return False
    here = now.astimezone(ZONE)
    if here.weekday() < SATURDAY and MORNING <= here.time() < EVENING:
        return False
    mornings = (datetime.combine(here.date() + timedelta(days), MORNING, ZONE) for days in range(5))
    return next(each for each in mornings if each > here and each.weekday() < SATURDAY) > here + LONGEST


@dataclass
class Course:
    """What concerns covers of one case's course."""

    over: bool = False
    """Resolved or closed: nothing is to be done."""
    new: str = ""
    """What there is to do since this commit: a message, or an answer that was waited for."""


class Covers(Silent):
    """Once there is something to do for an owner who is away, somebody acts or is looked for. `on`: the brand's policy."""

    def __init__(self, owners: Owners, *, on: bool) -> None:
        self._owners = owners
        self._on = on
        self._courses: defaultdict[str, Course] = defaultdict(Course)
        self._asked: set[tuple[str, str, str]] = set()

    def begins(self, commit: Commit) -> None:
        self._courses[commit.case_id].new = ""

    def hears(self, event: Event, commit: Commit) -> None:
        course = self._courses[commit.case_id]
        if isinstance(event, CaseResolved | CaseClosed):
            course.over = True
        elif isinstance(event, CaseReopened | CaseUnmerged):
            course.over = False
        elif isinstance(event, CaseMessageAdded):
            course.new = event.message.id
        elif isinstance(event, ConsultAnswered) and not event.late:
            course.new = event.consult_id
        elif isinstance(event, CaseCoverWanted):
            subject = (commit.case_id, event.cause, event.subject_id)
            hold(self._on and is_away(event.owner, commit.now), "only for an owner who is away", event)
            hold(subject not in self._asked, "rule 1: a cover is asked for once", event)
            self._asked.add(subject)

    def ends(self, commit: Commit) -> None:
        course, owned = self._courses[commit.case_id], self._owners.cases[commit.case_id]
        if not (self._on and course.new and owned.owner) or course.over or not is_away(owned.owner, commit.now):
            return
        acts = owned.cover is not None and commit.now < owned.cover.ends_at
        hold(acts or owned.wanted, "rule 1: somebody sees to it while the owner is away", course, owned)
