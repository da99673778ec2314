"""M1: every grant is inside the mandate of who makes it, or approved by somebody else with such a mandate."""

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal

from schemas.base import Event
from schemas.events.approval import (
    ApprovalGiven,
    ApprovalRefused,
    ApprovalRequested,
    ApprovalWithdrawn,
)
from schemas.events.case import CaseClosed
from schemas.events.grant import GrantEvent, GrantMade, GrantProposed
from tests.unit.cases.machine.stage import Commit
from tests.unit.cases.machine.watch import Find, Silent, hold
from tests.unit.cases.machine.watch_owners import Owners

ALONE = {"agent": {"refund": 50, "voucher": 20}, "coach": {"refund": 500, "voucher": 100}}
PER_CASE, PER_PERIOD, PERIOD = Decimal(75), Decimal(60), timedelta(days=2)


class Grants(Silent):
    """All grants and approvals."""

    def __init__(self, find: Find, owners: Owners) -> None:
        self._find = find
        self._owners = owners
        self._waiting: dict[str, ApprovalRequested] = {}
        self._proposed: dict[str, GrantProposed] = {}
        self._ended: set[str] = set()
        self._in_case: defaultdict[str, Decimal] = defaultdict(Decimal)
        self._by_person: defaultdict[str, list[tuple[datetime, Decimal]]] = defaultdict(list)

    def hears(self, event: Event, commit: Commit) -> None:
        if isinstance(event, ApprovalRequested):
            hold(event.approval_id not in self._ended and event.approval_id not in self._waiting, "asked once", event)
            self._waiting[event.approval_id] = event
        elif isinstance(event, ApprovalGiven | ApprovalRefused | ApprovalWithdrawn):
            self._decided(event, commit)
        elif isinstance(event, GrantProposed):
            hold(event.grant_id not in self._proposed and event.grant_id not in self._ended, "proposed once", event)
            self._proposed[event.grant_id] = event
        elif isinstance(event, GrantEvent):
            proposed = self._proposed.pop(event.grant_id, None)
            hold(proposed, "a grant is proposed first, and ends once", event)
            self._ended.add(event.grant_id)
            if isinstance(event, GrantMade) and proposed:
                said = (event.kind, event.amount, event.currency, event.by)
                hold(
                    said == (proposed.kind, proposed.amount, proposed.currency, proposed.by),
                    "as proposed",
                    event,
                    proposed,
                )
                self._made(event, commit)

    def ends(self, commit: Commit) -> None:
        waiting = {each.subject_id for each in self._waiting.values()}
        for id_ in {each.grant_id for each in commit.events if isinstance(each, GrantProposed)} & set(self._proposed):
            hold(id_ in waiting, "M1: above the mandate it waits for approval", commit.events)
        given = [
            each.subject_id for each in commit.events if isinstance(each, ApprovalGiven) and each.subject == "grant"
        ]
        refused = [each for each in commit.events if isinstance(each, ApprovalRefused | ApprovalWithdrawn)]
        hold(not set(given) & set(self._proposed), "what is approved is granted", commit.events)
        gone = {each.subject_id for each in refused if each.subject == "grant"}
        hold(not gone & set(self._proposed), "what is refused is not granted", commit.events)

    def _decided(self, event: ApprovalGiven | ApprovalRefused | ApprovalWithdrawn, commit: Commit) -> None:
        asked = self._waiting.pop(event.approval_id, None)
        hold(asked and asked.subject_id == event.subject_id, "an approval waits, and ends once", event)
        assert asked
        self._ended.add(event.approval_id)
        if isinstance(event, ApprovalWithdrawn):
            owned = self._owners.cases[commit.case_id]
            ends = any(isinstance(each, CaseClosed) for each in commit.events)
            may = commit.actor in {asked.asked_by} | owned.acting(commit.now)
            hold(may or ends, "withdrawn by who asked or acts, or at the end of the case", event, commit.actor)
            return
        person = self._find(commit.actor)
        coach = person.role in ("coach", "lead") or person.stage == "coach"
        hold(coach and event.brand in person.brands, "a coach or lead of the brand decides", event, person.id)
        hold(commit.actor != asked.asked_by, "four eyes are two people", event, asked)
        hold(event.by == commit.actor, "it says who decided", event)

    def _made(self, event: GrantMade, commit: Commit) -> None:
        amount = Decimal(event.amount)
        if event.approved_by:
            given = [each.by for each in commit.events if isinstance(each, ApprovalGiven)]
            hold(given == [event.approved_by] and event.approved_by != event.by, "M1: somebody else approved", event)
            hold(amount <= self._most(event.approved_by, event.kind), "M1: inside the mandate of who approves", event)
            return
        level = self._find(event.by).mandate or ""
        hold(amount <= ALONE.get(level, {}).get(event.kind, 0), "M1: inside the mandate", event)
        if level == "agent":
            hold(self._in_case[commit.case_id] + amount <= PER_CASE, "M1: inside the mandate per case", event)
            since = commit.now - PERIOD
            lately = sum((sum_ for at, sum_ in self._by_person[event.by] if at > since), Decimal(0))
            hold(lately + amount <= PER_PERIOD, "M1: inside the mandate per period", event, lately)
        self._in_case[commit.case_id] += amount
        self._by_person[event.by].append((commit.now, amount))

    def _most(self, person: str, kind: str) -> int:
        found = self._find(person)
        level = "coach" if found.role == "lead" and not found.mandate else found.mandate or ""
        return ALONE.get(level, {}).get(kind, 0)
