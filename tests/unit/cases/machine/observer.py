"""The parts of the observer together."""

from collections.abc import Callable, Sequence
from datetime import datetime

from services.cases.domain import Case
from tests.unit.cases.machine.others import Routing
from tests.unit.cases.machine.stage import Commit
from tests.unit.cases.machine.team import PEOPLE, Staff
from tests.unit.cases.machine.watch import Part
from tests.unit.cases.machine.watch_approvers import Approvers
from tests.unit.cases.machine.watch_consults import Consults
from tests.unit.cases.machine.watch_course import Courses
from tests.unit.cases.machine.watch_covers import Covers
from tests.unit.cases.machine.watch_first_replies import FirstReplies
from tests.unit.cases.machine.watch_grants import Grants
from tests.unit.cases.machine.watch_messages import Envelopes, Feedbacks, Messages
from tests.unit.cases.machine.watch_owners import Owners
from tests.unit.cases.machine.watch_replies import Replies
from tests.unit.cases.machine.watch_rooms import Rooms


class Observer:
    """Hears every commit, and raises Broken when a rule does not hold."""

    def __init__(self, staff: Staff, routing: Routing, written: set[str], now: Callable[[], datetime]) -> None:
        find = staff.__getitem__
        owners, consults, approvers = Owners(find), Consults(find), Approvers(find)
        replies = Replies(find, public_needs_eyes=staff.brand.policy.approve_public_replies)
        self._parts: Sequence[Part] = (
            owners,
            Covers(owners, on=staff.brand.policy.cover_automatically),
            replies,
            FirstReplies(),
            Courses(replies, now),
            consults,
            approvers,
            Rooms(consults, approvers, routing, tuple(PEOPLE), staff.brand.policy.waiting_weight),
            Grants(find, owners),
            Messages(written),
            Feedbacks(find),
            Envelopes(),
        )

    def commit(self, commit: Commit) -> None:
        for part in self._parts:
            part.begins(commit)
        for event in commit.events:
            for part in self._parts:
                part.hears(event, commit)
        for part in self._parts:
            part.ends(commit)

    def agrees(self, case: Case) -> None:
        for part in self._parts:
            part.agrees(case)

    def rests(self) -> None:
        for part in self._parts:
            part.rests()
