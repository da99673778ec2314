"""How each event about a case changes what the desk shows. Register with `@folds(Event)`; the modules beside do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from schemas.base import Event
from services.desk.domain.case_view import CaseView

E = TypeVar("E", bound=Event)
Fold = Callable[[CaseView, E, "Moment"], CaseView]

FOLDS: dict[type[Event], Callable[[CaseView, Any, "Moment"], CaseView]] = {}
"""Event class to the function that folds it in; each has a `case_id`."""


@dataclass(frozen=True, slots=True)
class Moment:
    """An event's id, when it happened as far as it does not say so itself, and when the desk learnt of it."""

    event_id: str
    at: datetime
    learnt_at: datetime


def folds(event: type[E]) -> Callable[[Fold[E]], Fold[E]]:
    """Register the decorated function for an event class."""

    def register(function: Fold[E]) -> Fold[E]:
        if event in FOLDS:
            raise TypeError(f"{event.type} is folded twice")
        FOLDS[event] = function
        return function

    return register


def fold(view: CaseView | None, event: Event, moment: Moment) -> CaseView:
    """The case after this event; a case that was not known begins with it, whichever event it is."""
    case_id: str = getattr(event, "case_id")  # noqa: B009 - every folded event has it; `Event` has not
    before = view or CaseView(id=case_id)
    after = FOLDS[type(event)](before, event, moment)
    return after.model_copy(update={"updated_at": max(moment.learnt_at, before.updated_at or moment.learnt_at)})
