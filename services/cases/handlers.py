"""What the cases service hears: messages, routing's decisions, deliveries, clocks. The rules are in `domain`."""

from collections.abc import Callable, Sequence

from schemas.base import Event
from schemas.events.delivery import DeliveryFailed, DeliverySent, DeliveryUncertain
from schemas.events.followup import ClockBreached
from schemas.events.message import MessageClassified
from schemas.events.routing import OwnerAssigned, SpecialistOffered
from schemas.organisation import NotInOrganisation
from services.cases.domain import Case, fold, progress
from services.cases.domain.arrival import case_for, message_arrived
from services.cases.domain.terms import Terms
from services.cases.store import CASES
from services.chassis.documents import Context, Decision
from services.chassis.errors import Rejected
from services.chassis.table import Table

TermsOf = Callable[[str], Terms]


def decided(case: Case | None, events: Sequence[Event]) -> Decision[Case] | None:
    """The decision that consists of these events; the new state is what they fold into."""
    after = fold(events, case)
    return Decision(after, events) if after is not None and events else None


def table(terms_of: TermsOf) -> Table:
    """The service's map of events to functions."""
    handlers = Table()

    @handlers.on(MessageClassified, CASES, locate=case_for)
    def message_classified(case: Case | None, event: MessageClassified, context: Context) -> Decision[Case] | None:
        try:
            terms = terms_of(event.message.brand)
        except NotInOrganisation as error:
            raise Rejected(str(error)) from error
        return decided(case, message_arrived(case, event, context.siblings, terms, context.now))

    @handlers.on(OwnerAssigned, CASES, locate=by_case_id)
    def owner_assigned(case: Case | None, event: OwnerAssigned, context: Context) -> Decision[Case] | None:
        return decided(case, progress.owner_assigned(known(case, event.case_id), event, context.now))

    @handlers.on(SpecialistOffered, CASES, locate=by_case_id)
    def specialist_offered(case: Case | None, event: SpecialistOffered, _: Context) -> Decision[Case] | None:
        return decided(case, progress.specialist_offered(known(case, event.case_id), event))

    @handlers.on(DeliverySent, CASES, locate=by_case_id)
    def delivery_sent(case: Case | None, event: DeliverySent, _: Context) -> Decision[Case] | None:
        return decided(case, progress.delivery_sent(known(case, event.case_id), event))

    @handlers.on(DeliveryFailed, CASES, locate=by_case_id)
    def delivery_failed(case: Case | None, event: DeliveryFailed, _: Context) -> Decision[Case] | None:
        return decided(case, progress.delivery_failed(known(case, event.case_id), event))

    @handlers.on(DeliveryUncertain, CASES, locate=by_case_id)
    def delivery_uncertain(case: Case | None, event: DeliveryUncertain, _: Context) -> Decision[Case] | None:
        return decided(case, progress.delivery_uncertain(known(case, event.case_id), event))

    @handlers.on(ClockBreached, CASES, locate=by_case_id)
    def clock_breached(case: Case | None, event: ClockBreached, _: Context) -> Decision[Case] | None:
        return decided(case, progress.clock_breached(known(case, event.case_id), event))

    return handlers


def by_case_id(
    event: "OwnerAssigned | SpecialistOffered | DeliverySent | ClockBreached | Event", _: Sequence[Case]
) -> str:
    """The case that the event names."""
    return str(getattr(event, "case_id"))  # noqa: B009 - all these events have it; `Event` has not


def known(case: Case | None, case_id: str) -> Case:
    """The case, which must exist: whoever speaks of it has heard of it from us."""
    if case is None:
        raise Rejected(f"there is no case {case_id}")
    return case
