"""What waits is understood better: it is served in its new place, to whom it is for now (U1, O4)."""

from datetime import timedelta
from typing import Any

from schemas.events.routing import OwnerRequested
from schemas.events.understanding import RequestChanged
from services.chassis.documents import Context, Decision
from services.routing.dispatcher import Dispatcher
from services.routing.handlers import table
from services.routing.store import RequestState
from tests.unit.routing.staff import NOON, owner_wanted, person
from tests.unit.routing.test_dispatcher import given, round_of, staffed


def waiting(dispatcher: Dispatcher, request: OwnerRequested) -> RequestState:
    state = dispatcher.decide(request, NOON).state
    assert isinstance(state, RequestState)
    assert state.status == "waiting"
    return state


def changed(dispatcher: Dispatcher, state: RequestState | None, request: OwnerRequested, **changes: Any) -> Any:
    facts = {name: getattr(request, name) for name in RequestChanged.model_fields}
    event = RequestChanged.model_validate(facts | changes)
    decide = table(dispatcher).routes[RequestChanged.type][0].handler
    decision = decide(state, event, Context(NOON, "cause"))
    assert decision is None or isinstance(decision, Decision)
    return decision.state if decision else None


def test_what_has_become_urgent_is_served_first() -> None:
    dispatcher = staffed()
    first, second = owner_wanted("first"), owner_wanted("second", due_at=NOON + timedelta(hours=3))
    waiting(dispatcher, first)
    state = changed(dispatcher, waiting(dispatcher, second), second, due_at=NOON + timedelta(minutes=5), urgency="high")
    assert (state.request.urgency, state.request.due_at) == ("high", NOON + timedelta(minutes=5))
    dispatcher.record(person("anna", capacity=1), available=True)
    assert given(round_of(dispatcher)) == {"second": "anna"}


def test_another_language_is_for_other_people() -> None:
    dispatcher = staffed()
    request = owner_wanted("first", language="de")
    state = changed(dispatcher, waiting(dispatcher, request), request, language="nl")
    dispatcher.record(person("bert", languages={"de": "C2"}), available=True)
    dispatcher.record(person("anna", languages={"nl": "C2"}), available=True)
    assert given(round_of(dispatcher)) == {"first": "anna"}
    assert state.told_unserved is False


def test_what_somebody_has_or_nobody_asked_for_stays_as_it_is() -> None:
    dispatcher = staffed(person("anna"))
    request = owner_wanted("first")
    state = dispatcher.decide(request, NOON).state
    assert isinstance(state, RequestState)
    assert state.status == "assigned"
    assert changed(dispatcher, state, request, urgency="high") == state
    assert changed(dispatcher, None, request, urgency="high") is None
