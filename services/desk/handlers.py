"""What the desk hears: everything about cases, routing's reasons, the people. It only remembers, it decides nothing."""

from collections.abc import Callable
from typing import Any

from schemas.base import Event
from schemas.events.case import CaseOpened
from schemas.events.roster import PersonRecorded
from schemas.events.routing import SpecialistOffered
from services.chassis.documents import Context, Decision
from services.chassis.rebuilding import ReadModel
from services.chassis.table import Table
from services.desk.domain import FOLDS, CaseView, Moment, fold
from services.desk.domain.coverage import Absence
from services.desk.domain.offer import Offer, specialist_offered
from services.desk.domain.rebuilt import case_settled, offer_settled
from services.desk.domain.records import KnownPerson
from services.desk.store.collections import ABSENCES, CASES, OFFERS, PEOPLE

Notice = Callable[[CaseView], None]
"""Told of every case as it is about to be stored; the same may come again."""
NoticeOf = Callable[[str], None]
"""The same with an id alone."""


def table(notice: Notice, noticed_case: NoticeOf, noticed_person: NoticeOf) -> Table:
    """The desk's map of events to functions. What is noticed is on the live pages soon."""
    handlers = Table()

    def case_event(view: CaseView | None, event: Any, context: Context) -> Decision[CaseView] | None:
        after = fold(view, event, Moment(context.cause, at=context.occurred_at or context.now, learnt_at=context.now))
        notice(after)
        return Decision(after)

    for event in FOLDS:
        handlers.on(event, CASES, id=case_id)(case_event)

    @handlers.on(SpecialistOffered, OFFERS, id=lambda event: event.request_id)
    def offered(known: Offer | None, event: SpecialistOffered, _: Context) -> Decision[Offer] | None:
        if known and known.offered_at > event.decided_at:
            return None
        noticed_case(event.case_id)
        return Decision(specialist_offered(event))

    @handlers.on(PersonRecorded, PEOPLE, id=lambda event: event.person_id)
    def person_recorded(_: KnownPerson | None, event: PersonRecorded, __: Context) -> Decision[KnownPerson]:
        noticed_person(event.person_id)
        known = event.person.model_dump() | {"filed": event.filed, "left": event.left}
        return Decision(KnownPerson.model_validate(known))

    @handlers.on(PersonRecorded, ABSENCES, id=lambda event: event.person_id)
    def presence_recorded(known: Absence | None, event: PersonRecorded, _: Context) -> Decision[Absence] | None:
        if known is None and event.available:
            return None  # most people are never marked absent
        return Decision(Absence(absent=not event.available, until=event.absent_until))

    return handlers


def case_id(event: Event) -> str:
    """The case that an event of `FOLDS` is about."""
    return str(getattr(event, "case_id"))  # noqa: B009 - all of them have it; `Event` has not


def read_models() -> tuple[ReadModel[Any], ...]:
    """How all that the desk is told by others is folded anew; its own (accounts, sessions, views, reveals) is no fold."""
    handlers = table(lambda _: None, lambda _: None, lambda _: None)
    return (
        ReadModel(CASES, handlers, CaseOpened, case_settled),
        ReadModel(OFFERS, handlers, settle=offer_settled),
        ReadModel(PEOPLE, handlers),
        ReadModel(ABSENCES, handlers),
    )
