"""Capacity: each request for an owner or specialist takes room and frees it, once in the end, and routing knows the same."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from schemas.base import Event
from schemas.events.case import (
    CaseAssigned,
    CaseAssignmentRefused,
    CaseClosed,
    CaseCoverEnded,
    CaseCoverNamed,
    CaseCoverUnwanted,
    CaseCoverWanted,
    CaseOwnerChanged,
    CaseReopened,
    CaseResolved,
    CaseUnmerged,
    CaseWeighed,
)
from schemas.events.routing import (
    ApproverRequested,
    CapacityReleased,
    CapacityTaken,
    OwnerRequested,
    RoutingRequest,
    SpecialistRequested,
)
from services.cases.domain import Case
from tests.unit.cases.machine.others import Routing
from tests.unit.cases.machine.stage import Commit
from tests.unit.cases.machine.watch import Silent, hold
from tests.unit.cases.machine.watch_approvers import Approvers
from tests.unit.cases.machine.watch_consults import Consults

APPROVAL = 0.25
"""Room that an approval takes."""


class Rooms(Silent):
    """What each request holds: 1 or nothing; and who should have how much work."""

    def __init__(
        self, consults: Consults, approvers: Approvers, routing: Routing, people: tuple[str, ...], waiting_weight: float
    ) -> None:
        self.held: Counter[str] = Counter()
        self.of_case: defaultdict[str, set[str]] = defaultdict(set)
        self.owners: dict[str, str] = {}
        self.requests: dict[str, str] = {}
        """Case to the request by which its owner has it."""
        self.searches: dict[str, str] = {}
        self.covers: dict[str, tuple[str, str]] = {}
        """Case to the request by which routing finds, or found, a cover, and who that is."""
        self.idle: set[str] = set()
        """Cases whose work is done for now."""
        self.shares: defaultdict[str, float] = defaultdict(lambda: 1)
        """How much of its room each case takes."""
        self._waiting_weight = waiting_weight
        self._consults = consults
        self._approvers = approvers
        self._routing = routing
        self._people = people
        self._excluded: dict[str, set[str]] = defaultdict(set)
        self._questions: defaultdict[str, set[str]] = defaultdict(set)
        self._of_consult: defaultdict[str, set[str]] = defaultdict(set)
        self._of_approvals: defaultdict[str, set[str]] = defaultdict(set)

    def hears(self, event: Event, commit: Commit) -> None:
        case_id = commit.case_id
        if isinstance(event, OwnerRequested | SpecialistRequested | ApproverRequested | CapacityTaken):
            weighed = isinstance(event, CapacityTaken) and any(isinstance(each, CaseWeighed) for each in commit.events)
            hold(self.held[event.request_id] == 0 or weighed, "room is taken once", event)
            self.held[event.request_id] = 1
            self._taken(event, case_id)
        elif isinstance(event, CapacityReleased):
            hold(self.held[event.request_id] == 1, "room is freed once", event)
            self.held[event.request_id] = 0
        self._owner(event, case_id)
        self._cover(event, case_id)
        self._turn(event, case_id)

    def _owner(self, event: Event, case_id: str) -> None:
        if isinstance(event, CaseAssigned):
            self.owners[case_id], self.requests[case_id] = event.owner, event.request_id
        elif isinstance(event, CaseAssignmentRefused):
            self.searches[case_id] = event.request_id
            self._excluded[case_id].add(event.owner)
        elif isinstance(event, CaseOwnerChanged):
            self.owners[case_id] = event.owner
            self.searches.pop(case_id, None)
            if event.cause == "refused-assignment":
                self.requests[case_id], self.shares[case_id] = event.handover_id, 1

    def _cover(self, event: Event, case_id: str) -> None:
        if isinstance(event, CaseCoverWanted):
            self.covers[case_id] = (event.request_id, "")
        elif isinstance(event, CaseCoverNamed) and event.request_id:
            self.covers[case_id] = (event.request_id, event.cover)
        elif isinstance(event, CaseCoverEnded | CaseCoverUnwanted):
            self.covers.pop(case_id, None)

    def _turn(self, event: Event, case_id: str) -> None:
        if isinstance(event, CaseResolved):
            self.shares[case_id] = 1
        if isinstance(event, CaseWeighed):
            hold(event.share != self.shares[case_id], "P5: it is said when it changes", event)
            self.shares[case_id] = event.share
        elif isinstance(event, CaseResolved | CaseClosed):
            self.idle.add(case_id)
            self.searches.pop(case_id, None)
        elif isinstance(event, CaseReopened | CaseUnmerged):
            self.idle.discard(case_id)

    def ends(self, commit: Commit) -> None:
        case_id = commit.case_id
        work = {self.requests.get(case_id, ""), self.searches.get(case_id, "")} - {""}
        wanted = set() if case_id in self.idle else work
        wanted |= {self.covers[case_id][0]} if case_id in self.covers else set()
        if case_id not in self.requests:
            wanted = {request for request in self.of_case[case_id] if self.held[request]}
        holding = {request for request in self.of_case[case_id] if self.held[request]}
        hold(holding == wanted, "the work of a case weighs on its owner while it is open, once", holding, wanted)
        for id_ in self._questions[case_id]:
            question = self._consults.questions[id_]
            live = set(question.live) | question.waiting if question.open else set()
            held = {request for request in self._of_consult[id_] if self.held[request]}
            hold(held == live, "each offer takes room until it ends, once", held, live, commit.events)
        expected = self._approvers.live(case_id)
        held = {request for request in self._of_approvals[case_id] if self.held[request]}
        hold(held == expected, "whoever is expected to approve has room for it until it ends", held, expected)

    def agrees(self, case: Case) -> None:
        hold(case.share == self.shares[case.id], "the case shows the room it takes", case.share, self.shares[case.id])
        if case.owner and not case.resolved and not case.closed:
            waits = case.status in ("waiting-for-customer", "waiting-for-specialist")
            due = self._waiting_weight if waits else 1
            hold(case.share == due, "P5: it takes less while it waits, and only then", case.status, case.share)

    def rests(self) -> None:
        """Routing has heard everything: loads are what the cases say."""
        loads: defaultdict[str, float] = defaultdict(float)
        for case_id, owner in self.owners.items():
            if case_id not in self.idle:
                loads[owner] += self.shares[case_id]
        for person in self._helpers():
            loads[person] += 1
        for person in self._approvers.expected():
            loads[person] += APPROVAL
        for person in self._people:
            hold(
                self._routing.engine.load_of(person) == loads[person],
                "in the end all room is free that should be",
                person,
                loads,
            )

    def _helpers(self) -> Iterator[str]:
        """Who covers, and who is asked, each as often as they do or are."""
        yield from (person for _, person in self.covers.values() if person)
        for question in self._consults.questions.values():
            yield from (offer.specialist for offer in question.live.values() if question.open)

    def _taken(self, event: RoutingRequest, case_id: str) -> None:
        if isinstance(event, OwnerRequested):
            missing = self._excluded[case_id] - set(event.excluded)
            hold(not missing, "O1: who refused is not asked again", event, missing)
            self.of_case[case_id].add(event.request_id)
        elif isinstance(event, SpecialistRequested):
            self._questions[case_id].add(event.consult_id)
            self._of_consult[event.consult_id].add(event.request_id)
        elif isinstance(event, ApproverRequested):
            self._of_approvals[case_id].add(event.request_id)
        elif isinstance(event, CapacityTaken):
            hold(event.share == self.shares[case_id], "it takes what the case takes", event, self.shares[case_id])
            hold(event.person == self.owners[case_id], "the owner has the work", event, self.owners[case_id])
