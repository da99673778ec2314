"""What routing hears: somebody is wanted, or somebody's work is done, or there again; and how specialists answer."""

from typing import Any

from schemas.events.routing import (
    ApproverRequested,
    CapacityReleased,
    CapacityTaken,
    CoverRequested,
    InterpreterRequested,
    OwnerRequested,
    SpecialistRequested,
)
from schemas.events.understanding import RequestChanged
from services.chassis.documents import Context, Decision
from services.chassis.errors import Rejected
from services.chassis.table import Table
from services.routing.answering import learn
from services.routing.dispatcher import Dispatcher
from services.routing.domain import Request
from services.routing.store import REQUESTS, RequestState

WANTED: tuple[type[Request], ...] = (
    OwnerRequested,
    CoverRequested,
    SpecialistRequested,
    InterpreterRequested,
    ApproverRequested,
)


def table(dispatcher: Dispatcher) -> Table:
    """The service's map of events to functions."""
    handlers = Table()
    _hear_of_requests(handlers, dispatcher)

    @handlers.on(CapacityReleased, REQUESTS, id=lambda event: event.request_id)
    def capacity_released(
        state: RequestState | None, event: CapacityReleased, _: Context
    ) -> Decision[RequestState] | None:
        if state is None:
            return None
        if state.status == "done" or _is_anothers(state, event.person):
            return Decision(state)  # noted as heard: repeated later, it must not end work that is there again by then
        done = state.model_copy(update={"status": "done", "unsettled": not dispatcher.in_charge()})
        dispatcher.settle([done])
        return Decision(done)

    @handlers.on(CapacityTaken, REQUESTS, id=lambda event: event.request_id)
    def capacity_taken(
        state: RequestState | None, event: CapacityTaken, context: Context
    ) -> Decision[RequestState] | None:
        if state is None:
            return None
        if state.status == "waiting" or (state.status == "assigned" and state.owner is None):
            return Decision(state)
        given: dict[str, Any] = {}
        if event.person != state.person:
            given = {"person": event.person, "assigned_at": context.now}
        given |= {"status": "assigned", "share": event.share, "unsettled": not dispatcher.in_charge()}
        taken = state.model_copy(update=given)
        dispatcher.settle([taken])
        return Decision(taken)

    _hear_of_changes(handlers, dispatcher)
    learn(handlers)
    return handlers


def _hear_of_requests(handlers: Table, dispatcher: Dispatcher) -> None:
    """Find somebody."""

    def wanted(state: RequestState | None, event: Request, context: Context) -> Decision[RequestState] | None:
        if state is not None:
            dispatcher.settle([state])
            return None
        if not dispatcher.knows(event.pool):
            raise Rejected(f"there is no pool {event.pool}")
        return dispatcher.decide(event, context.now)

    for kind in WANTED:
        handlers.on(kind, REQUESTS, id=lambda event: event.request_id)(wanted)


def _hear_of_changes(handlers: Table, dispatcher: Dispatcher) -> None:
    """Let what waits be understood better."""

    @handlers.on(RequestChanged, REQUESTS, id=lambda event: event.request_id)
    def request_changed(state: RequestState | None, event: RequestChanged, _: Context) -> Decision[RequestState] | None:
        """Who waits for an owner is looked at anew, and served in the place that is theirs now (U1)."""
        if state is None:
            return None
        if state.status != "waiting" or state.owner is None:
            return Decision(state)
        wanted = {"language": event.language, "skill": event.skill, "urgency": event.urgency, "due_at": event.due_at}
        anew = {"told_unserved": False, "next_possible_at": None, "unsettled": not dispatcher.in_charge()}
        changed = state.model_copy(update={"owner": state.owner.model_copy(update=wanted), **anew})
        dispatcher.settle([changed])
        return Decision(changed)


def _is_anothers(state: RequestState, person: str) -> bool:
    """Whether a case went to its next owner before the end of the earlier owner's work was heard of (O6).

    `nobody` is nobody in particular: the case does without whoever was found.
    """
    return state.owner is not None and state.status == "assigned" and person not in (state.person, "nobody")
