"""The fold: a case and an event of its topic give the case afterwards. Rebuilding from the topic gives the stored state.

One module per kind of fact, each with its table `CHANGES` of event to function `(case, event) -> changed fields`.
"""

from collections.abc import Callable, Iterable
from typing import Any

from schemas.base import Event
from schemas.events.case import CaseOpened
from services.cases.domain.case import Case
from services.cases.domain.evolve import (
    approvals,
    coaching,
    consults,
    course,
    grants,
    merging,
    ownership,
    promises,
    replies,
    understanding,
)

CHANGES: dict[type[Event], Callable[[Case, Any], dict[str, Any]]] = {
    **course.CHANGES,
    **ownership.CHANGES,
    **consults.CHANGES,
    **replies.CHANGES,
    **promises.CHANGES,
    **approvals.CHANGES,
    **grants.CHANGES,
    **merging.CHANGES,
    **coaching.CHANGES,
    **understanding.CHANGES,
}


def evolve(case: Case | None, event: Event) -> Case:
    """The case after the event. Raises ValueError for an event that can not be the first one."""
    if isinstance(event, CaseOpened):
        return course.opened(event)
    if case is None:
        raise ValueError(f"{event.type} can not be the first event of a case")
    change = CHANGES.get(type(event))
    return case.model_copy(update=change(case, event)) if change else case


def fold(events: Iterable[Event], case: Case | None = None) -> Case | None:
    """The case after all these events."""
    for event in events:
        case = evolve(case, event)
    return case
