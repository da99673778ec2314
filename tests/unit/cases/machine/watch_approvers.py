"""Who is expected to approve (M1, P1): a coach or lead of the brand, not the author, relieved when their time has come."""

from dataclasses import dataclass, field

from schemas.base import Event
from schemas.events.approval import (
    ApprovalAssigned,
    ApprovalGiven,
    ApprovalPassedOn,
    ApprovalRefused,
    ApprovalRequested,
    ApprovalWithdrawn,
)
from schemas.events.routing import ApproverFound, ApproverRequested
from services.cases.domain import Case
from tests.unit.cases.machine.stage import Commit
from tests.unit.cases.machine.watch import Find, Silent, hold


@dataclass
class Waiting:
    """One approval that waits."""

    asked: ApprovalRequested
    request: str
    """The one that routing is asked by."""
    assigned: ApprovalAssigned | None = None
    idle: set[str] = field(default_factory=set)
    """Who was there and did nothing."""


class Approvers(Silent):
    """All that waits for four eyes, with who is expected to act."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._waiting: dict[str, Waiting] = {}
        self._wanted: dict[str, ApproverRequested] = {}
        """Every request that was made, by its id."""

    def live(self, case_id: str) -> set[str]:
        """The requests of a case that routing has not heard the end of."""
        return {each.request for each in self._waiting.values() if each.asked.case_id == case_id}

    def expected(self) -> list[str]:
        """Who is expected to act, each as often as they are."""
        return [each.assigned.approver for each in self._waiting.values() if each.assigned]

    def hears(self, event: Event, commit: Commit) -> None:
        if isinstance(event, ApprovalRequested):
            self._waiting[event.approval_id] = Waiting(event, event.request_id)
        elif isinstance(event, ApprovalAssigned):
            self._assigned(event, commit)
        elif isinstance(event, ApprovalPassedOn):
            self._passed_on(event, commit)
        elif isinstance(event, ApprovalGiven | ApprovalRefused | ApprovalWithdrawn):
            del self._waiting[event.approval_id]
        elif isinstance(event, ApproverRequested):
            waiting = self._waiting[event.approval_id]
            hold(event.request_id not in self._wanted, "each request is made once", event)
            left_out = {waiting.asked.asked_by, *waiting.idle}
            hold(set(event.excluded) == left_out, "not the author, nor who did nothing", event, left_out)
            self._wanted[event.request_id] = event

    def ends(self, commit: Commit) -> None:
        for each in self._waiting.values():
            hold(each.request in self._wanted, "somebody is looked for", each, commit.events)

    def agrees(self, case: Case) -> None:
        shown = {id_: each.approver for id_, each in case.approvals.items() if each.status == "waiting"}
        known = {id_: each for id_, each in self._waiting.items() if each.asked.case_id == case.id}
        names = {id_: each.assigned.approver if each.assigned else "" for id_, each in known.items()}
        hold(shown == names, "it shows who is expected to act", shown, names)

    def _assigned(self, event: ApprovalAssigned, commit: Commit) -> None:
        waiting, heard = self._waiting[event.approval_id], commit.heard
        routed = isinstance(heard, ApproverFound) and heard.person == event.approver
        hold(routed and event.request_id == waiting.request, "routing finds them, for the latest request", event, heard)
        who = self._find(event.approver)
        coach = who.role in ("coach", "lead") or who.stage == "coach"
        hold(coach and event.brand in who.brands, "a coach or a lead of the brand", event, who)
        hold(who.id != waiting.asked.asked_by and who.id not in waiting.idle, "nobody twice, nor the author", event)
        waiting.assigned = event

    def _passed_on(self, event: ApprovalPassedOn, commit: Commit) -> None:
        waiting = self._waiting[event.approval_id]
        told = waiting.assigned
        hold(told and told.approver == event.approver, "from who was expected to act", event, told)
        assert told
        hold(commit.now >= told.until and not commit.actor, "when their time has come", event, told)
        hold(event.request_id == waiting.request != event.next_request, "to another request", event, waiting)
        if event.cause == "no-answer":
            waiting.idle.add(event.approver)
        waiting.request, waiting.assigned = event.next_request, None
