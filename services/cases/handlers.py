"""What the cases service hears: messages, routing's decisions, deliveries, clocks, time. The rules are in `domain`."""

import asyncio
from collections.abc import Callable, Sequence

from schemas.base import Event, milliseconds
from schemas.events.delivery import DeliveryCancelled, DeliveryFailed, DeliverySent, DeliveryUncertain
from schemas.events.followup import ClockBreached, ClockWarned
from schemas.events.incident import IncidentAnswerOffered
from schemas.events.message import MessageClassified
from schemas.events.roster import PersonRecorded
from schemas.events.routing import ApproverFound, CoverFound, OwnerAssigned, SpecialistOffered
from schemas.events.second_reading import MessageReclassified
from schemas.events.survey import SurveyRequested
from schemas.ids import derive
from schemas.organisation import NotInOrganisation, Organisation, Person
from services.cases.domain import Case, fold, preparing, progress, second_reading
from services.cases.domain.answering_surveys import surveyed
from services.cases.domain.arrival import case_for, message_arrived
from services.cases.domain.commands import approvers, finding_covers
from services.cases.domain.incident_answers import answer_offered
from services.cases.domain.terms import Terms
from services.cases.domain.timers import Timer, timers
from services.cases.domain.weighing import weighed
from services.cases.store import CASES, PEOPLE, Colleague, waking
from services.chassis.clock import Clock
from services.chassis.documents import Context, Decision
from services.chassis.errors import Conflict, Rejected
from services.chassis.logs import logger
from services.chassis.repository import Repository
from services.chassis.table import Table

WAKE_AT_ONCE = 200
TermsOf = Callable[[str], Terms]
Decide = Callable[[Case | None, Sequence[Event]], Decision[Case] | None]


def deciding(terms_of: TermsOf) -> Decide:
    """Makes decisions of events, under these terms."""

    def decided(case: Case | None, events: Sequence[Event]) -> Decision[Case] | None:
        """The decision that consists of these events, and of the room that the case takes then."""
        after = fold(events, case)
        if after is None or not events:
            return None
        try:
            more = weighed(after, terms_of(after.brand))
        except NotInOrganisation:
            more = []  # nobody knows any more how much room its cases take
        return Decision(fold(more, after) or after, [*events, *more])

    return decided


def table(terms_of: TermsOf) -> Table:
    """The service's map of events to functions."""
    handlers, decided = Table(), deciding(terms_of)

    @handlers.on(MessageClassified, CASES, locate=case_for)
    def message_classified(case: Case | None, event: MessageClassified, context: Context) -> Decision[Case] | None:
        try:
            terms = terms_of(event.message.brand)
        except NotInOrganisation as error:
            raise Rejected(str(error)) from error
        return decided(case, message_arrived(case, event, context.siblings, terms, context.now))

    @handlers.on(OwnerAssigned, CASES, locate=by_case_id)
    def owner_assigned(case: Case | None, event: OwnerAssigned, context: Context) -> Decision[Case] | None:
        found = known(case, event.case_id)
        events = progress.owner_assigned(found, event, context.now)
        terms = terms_of(found.brand)
        return decided(case, preparing.owner_came(found, events, context.siblings, terms, context.now))

    @handlers.on(SpecialistOffered, CASES, locate=by_case_id)
    def specialist_offered(case: Case | None, event: SpecialistOffered, _: Context) -> Decision[Case] | None:
        return decided(case, progress.specialist_offered(known(case, event.case_id), event))

    @handlers.on(ClockBreached, CASES, locate=by_case_id)
    def clock_breached(case: Case | None, event: ClockBreached, context: Context) -> Decision[Case] | None:
        return decided(case, progress.clock_breached(known(case, event.case_id), event, context.now))

    _hear_of_delivery(handlers, terms_of)
    _hear_of_colleagues(handlers, terms_of)
    _hear_again(handlers, terms_of)
    return handlers


def _hear_of_delivery(handlers: Table, terms_of: TermsOf) -> None:
    """Let replies be sent, failed, uncertain or cancelled."""
    decided = deciding(terms_of)

    @handlers.on(DeliverySent, CASES, locate=by_case_id)
    def delivery_sent(case: Case | None, event: DeliverySent, _: Context) -> Decision[Case] | None:
        return decided(case, progress.delivery_sent(known(case, event.case_id), event))

    @handlers.on(DeliveryFailed, CASES, locate=by_case_id)
    def delivery_failed(case: Case | None, event: DeliveryFailed, context: Context) -> Decision[Case] | None:
        return decided(case, progress.delivery_failed(known(case, event.case_id), event, context.now))

    @handlers.on(DeliveryUncertain, CASES, locate=by_case_id)
    def delivery_uncertain(case: Case | None, event: DeliveryUncertain, _: Context) -> Decision[Case] | None:
        return decided(case, progress.delivery_uncertain(known(case, event.case_id), event))

    @handlers.on(DeliveryCancelled, CASES, locate=by_case_id)
    def delivery_cancelled(case: Case | None, event: DeliveryCancelled, context: Context) -> Decision[Case] | None:
        return decided(case, progress.delivery_cancelled(known(case, event.case_id), event, context.now))


def _hear_again(handlers: Table, terms_of: TermsOf) -> None:
    """Let messages be understood better when they are read a second time (U1)."""
    decided = deciding(terms_of)

    @handlers.on(MessageReclassified, CASES, locate=second_reading.case_of)
    def message_reclassified(case: Case | None, event: MessageReclassified, context: Context) -> Decision[Case] | None:
        if case is None:
            return None  # the message went on to another conversation: there it was read as it came
        return decided(case, second_reading.read_again(case, event, terms_of(case.brand), context.now))


def _hear_of_colleagues(handlers: Table, terms_of: TermsOf) -> None:
    """Let somebody act for owners who are away (rule 1), see to what waits for four eyes (P1), or help with words (F8)."""
    decided = deciding(terms_of)

    @handlers.on(ApproverFound, CASES, locate=by_case_id)
    def approver_found(case: Case | None, event: ApproverFound, _: Context) -> Decision[Case] | None:
        return decided(case, approvers.approver_found(known(case, event.case_id), event))

    @handlers.on(IncidentAnswerOffered, CASES, locate=by_case_id)
    def incident_answer_offered(
        case: Case | None, event: IncidentAnswerOffered, context: Context
    ) -> Decision[Case] | None:
        return decided(case, answer_offered(known(case, event.case_id), event, context.now))

    @handlers.on(CoverFound, CASES, locate=by_case_id)
    def cover_found(case: Case | None, event: CoverFound, context: Context) -> Decision[Case] | None:
        return decided(case, finding_covers.cover_found(known(case, event.case_id), event, context.now))

    @handlers.on(ClockWarned, CASES, locate=by_case_id)
    def clock_warned(case: Case | None, event: ClockWarned, context: Context) -> Decision[Case] | None:
        warned = known(case, event.case_id)
        terms = terms_of(warned.brand)
        covered = finding_covers.promise_due(warned, event, terms, context.now)
        ready = preparing.first_reply_warned(warned, event, context.siblings, terms, context.now)
        return decided(case, [*covered, *ready])

    @handlers.on(SurveyRequested, CASES, locate=by_case_id)
    def survey_requested(case: Case | None, event: SurveyRequested, _: Context) -> Decision[Case] | None:
        return decided(case, surveyed(known(case, event.case_id), event))


def hear_of_people(handlers: Table, organisation: Organisation) -> None:
    """Let the service know people as routing records them: who is new, who has graduated (P1, P4)."""
    filed = {person.id: person for person in organisation.people}

    @handlers.on(PersonRecorded, PEOPLE, id=lambda event: event.person_id)
    def person_recorded(known: Colleague | None, event: PersonRecorded, context: Context) -> Decision[Colleague] | None:
        person = Person.model_validate(event.person.model_dump())
        before = known.person if known else filed.get(event.person_id)
        return None if person == before else Decision(Colleague(person=person, changed_ms=milliseconds(context.now)))


class Waking:
    """Tells cases that time has passed: each happening once, however many instances look."""

    def __init__(self, repository: Repository, clock: Clock, terms_of: TermsOf) -> None:
        self._repository = repository
        self._clock = clock
        self._terms_of = terms_of
        self._decided = deciding(terms_of)
        self._log = logger("cases")

    async def tick(self) -> None:
        """Wake all whose moment has come, the most overdue first, in bounded batches. Raises Unavailable."""
        while True:
            cases = await waking(self._repository.database, self._clock.now(), WAKE_AT_ONCE)
            moved = await asyncio.gather(*(self._wake(case.state) for case in cases if case.state))
            if len(cases) < WAKE_AT_ONCE or not any(moved):
                return

    async def _wake(self, case: Case) -> bool:
        """Whether anything happened, by us or by another instance."""
        moved = False
        try:
            for timer in timers(case):
                if timer.at <= self._clock.now():
                    moved |= await self._happen(case.id, timer)
        except Conflict as error:
            self._log.warning("time waits for the next look", case_id=case.id, reason=str(error))
        return moved

    async def _happen(self, case_id: str, timer: Timer) -> bool:
        def decide(case: Case | None, context: Context) -> Decision[Case] | None:
            if case is None or timer.name not in {each.name for each in timers(case) if each.at <= context.now}:
                return None  # somebody was faster: it was answered, or another instance has seen the time
            return self._decided(case, timer.fire(case, self._terms_of(case.brand), context.now))

        cause = derive("timer", case_id, timer.name, timer.at.isoformat())
        document = await self._repository.execute(CASES, case_id, cause, decide)
        return document.state is not None and timer.name not in {each.name for each in timers(document.state)}


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
