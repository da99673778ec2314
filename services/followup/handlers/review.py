"""The daily review: the course of each case, and once a day the proposal for each brand (P2)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from schemas.base import Event
from schemas.events.case import CaseOpened
from schemas.events.review import PickedCase
from schemas.ids import derive
from schemas.organisation import Brand, Organisation
from services.chassis.clock import Clock
from services.chassis.documents import Context, Decision
from services.chassis.rebuilding import ReadModel
from services.chassis.repository import Repository
from services.chassis.service import Service
from services.chassis.table import Table
from services.followup.domain import review as domain
from services.followup.domain import review_course
from services.followup.domain.review import Review
from services.followup.domain.review_course import Course
from services.followup.domain.review_proposing import proposal
from services.followup.domain.review_seen import Seen, seen
from services.followup.domain.review_unusual import Usual
from services.followup.store.review import COURSES, REVIEWS, course_id, reviews, touched_since

SETTLING = timedelta(minutes=15)
"""So long after the day has ended its last events may still be on their way."""
CATCH_UP_DAYS = 7
"""Days that passed while nobody looked are proposed afterwards, as far back as this."""


def listen(table: Table, _: object) -> None:
    """Put into the table what the courses of cases are folded from. Needs nothing of the organisation."""

    @table.on(CaseOpened, COURSES, id=_document)
    def opened(state: Course | None, event: CaseOpened, _: Context) -> Decision[Course] | None:
        return None if state else Decision(review_course.begun(event))

    for kind in review_course.HEARD:
        table.on(kind, COURSES, id=_document)(_went_on)


def _document(event: Event) -> str:
    return course_id(event.case_id)  # type: ignore[attr-defined]


def _went_on(state: Course | None, event: Event, context: Context) -> Decision[Course] | None:
    course = review_course.went_on(state, event, context.occurred_at or context.now)
    return Decision(course) if course else None


def read_model() -> ReadModel[Course]:
    """How the courses are folded anew. What was proposed and said of a day stays: it is no fold of topics."""
    table = Table()
    listen(table, None)
    return ReadModel(COURSES, table, CaseOpened, _settled, course_id)


def _settled(stored: Course | None, folded: Course, _: datetime) -> Course:
    return review_course.settled(stored, folded)


def review_days(service: Service, organisation: Organisation, seconds: float) -> None:
    """Let the service propose each day's review, looking every so many seconds."""
    service.api.state.reviewing = reviewing = Reviewing(service.repository, service.clock, organisation)

    service.every(seconds, reviewing.tick, caught_up=True)


class Reviewing:
    """Makes the proposals, each once however many instances look."""

    def __init__(self, repository: Repository, clock: Clock, organisation: Organisation) -> None:
        self._repository = repository
        self._clock = clock
        self._organisation = organisation
        self._quiet: set[str] = set()
        """Reviews of days on which nothing happened: they need not be looked at again."""

    async def tick(self) -> None:
        """Propose for every day that has ended and has no proposal yet, the earliest first. Raises Unavailable."""
        for brand in self._organisation.brands:
            last = (self._clock.now() - SETTLING).astimezone(self._zone(brand)).date() - timedelta(days=1)
            first = last - timedelta(days=CATCH_UP_DAYS - 1)
            known = await reviews(self._repository.database, brand.id, first, last)
            done = {each.day for each in known if each.proposed_at}
            for number in range(CATCH_UP_DAYS):
                day = first + timedelta(days=number)
                if day not in done:
                    await self._propose(brand, day)

    def today(self, brand: Brand) -> date:
        """The day it is by the brand's calendar."""
        return self._clock.now().astimezone(self._zone(brand)).date()

    async def preview(self, brand: Brand, day: date) -> Review:
        """What would be proposed if the day ended now; nothing is kept. Raises Unavailable."""
        cases = await self._cases(brand, day)
        change = domain.proposed(None, brand.id, day, await self._picked(brand, day, cases), cases, self._clock.now())
        assert change is not None  # noqa: S101 - a review that does not exist has no proposal
        return change[0]

    def ends(self, brand: Brand, day: date) -> tuple[datetime, datetime]:
        """When the day begins and ends, in UTC; by the clocks of the brand's zone, so that a day may have 23 or 25 hours."""
        zone = self._zone(brand)
        start, end = (datetime.combine(each, time(), zone) for each in (day, day + timedelta(days=1)))
        return start.astimezone(UTC), end.astimezone(UTC)

    async def _propose(self, brand: Brand, day: date) -> None:
        id_ = domain.id_of(brand.id, day)
        cases = [] if id_ in self._quiet else await self._cases(brand, day)
        if not cases:
            self._quiet.add(id_)
            return
        picked = await self._picked(brand, day, cases)

        def decide(state: Review | None, context: Context) -> Decision[Review] | None:
            change = domain.proposed(state, brand.id, day, picked, cases, context.now)
            return None if change is None else Decision(*change)

        await self._repository.execute(REVIEWS, id_, derive("proposed", id_), decide)

    async def _cases(self, brand: Brand, day: date) -> list[Seen]:
        start, end = self.ends(brand, day)
        courses = await touched_since(self._repository.database, brand.id, start)
        return [found for each in courses if (found := seen(each, start, end))]

    async def _picked(self, brand: Brand, day: date, cases: Sequence[Seen]) -> tuple[PickedCase, ...]:
        policy = brand.policy.review
        before = await reviews(
            self._repository.database, brand.id, day - timedelta(days=policy.compared_days), day - timedelta(days=1)
        )
        return proposal(cases, Usual([each.habits for each in before]), policy)

    def _zone(self, brand: Brand) -> ZoneInfo:
        return ZoneInfo(self._organisation.calendar(brand.calendar).time_zone)
