"""The passing of time for surveys: they are sent when their moment has come, and end when nobody answers. Each once."""

from collections.abc import Callable

from schemas.ids import derive
from schemas.organisation import Organisation
from services.chassis.clock import Clock
from services.chassis.documents import Context, Decision
from services.chassis.errors import Conflict
from services.chassis.logs import logger
from services.chassis.repository import Repository
from services.chassis.service import Service
from services.chassis.signing import Links, signing_secret
from services.followup.domain import surveys
from services.followup.domain.surveys import SkipReason, Survey, SurveyChange
from services.followup.domain.surveys_customer import SurveyCustomer, customer_id, reserve
from services.followup.handlers.surveys import decision, survey_policy
from services.followup.store.surveys import SURVEY_CUSTOMERS, SURVEYS, due, has_open_case

AT_ONCE = 100


def ask_customers(service: Service, organisation: Organisation, desk_url: str, secret: str, seconds: float) -> None:
    """Let the service send its surveys, and know the links to their pages again."""
    links = Links(f"{desk_url.rstrip('/')}/survey", "survey")
    asking = Asking(service.repository, service.clock, organisation, links)
    service.api.state.survey_links = links

    async def prepare() -> None:
        links.use(await signing_secret(service.database, secret))

    service.on_start(prepare)
    service.every(seconds, asking.look, caught_up=True)


class Asking:
    """Sends the surveys that are due and ends those that nobody answered, however many instances look."""

    def __init__(self, repository: Repository, clock: Clock, organisation: Organisation, links: Links) -> None:
        self._repository = repository
        self._clock = clock
        self._organisation = organisation
        self._links = links
        self._log = logger("followup")

    async def look(self) -> None:
        """See to all that is due, the most overdue first. Raises Unavailable."""
        while found := await due(self._repository.database, self._clock.now(), AT_ONCE):
            moved = 0
            for document in found:
                if document.state and await self._see_to(document.state):
                    moved += 1
            if not moved or len(found) < AT_ONCE:
                return

    async def _see_to(self, survey: Survey) -> bool:
        try:
            if survey.status == "planned":
                await self._ask(survey)
            else:
                await self._decide(survey, "expired", lambda state, context: surveys.expire(state, context.now))
        except Conflict as error:
            self._log.warning("a survey waits for the next look", survey_id=survey.id, reason=str(error))
            return False
        return True

    async def _ask(self, survey: Survey) -> None:
        policy = survey_policy(self._organisation, survey.brand)
        if policy is None:
            await self._skip(survey, "surveys-ended")
        elif reason := await self._hindrance(survey, policy.period_days):
            await self._skip(survey, reason)
        else:
            link = self._links.link(survey.id)
            await self._decide(
                survey, "asked", lambda state, context: surveys.request(state, policy, link, context.now)
            )

    async def _hindrance(self, survey: Survey, period_days: int) -> SkipReason | None:
        """Why this customer can not be asked now. If nothing stands in the way, there is room for this survey from now on.

        Room is made first and the survey sent after it: who dies in between finds the room made for this one.
        """
        if await has_open_case(self._repository.database, survey):
            return "another-case-open"
        found: list[SkipReason] = []

        def decide(state: SurveyCustomer | None, context: Context) -> Decision[SurveyCustomer] | None:
            after = reserve(state, survey.id, period_days, context.now)
            if isinstance(after, str):
                found[:] = [after]
                return None
            found.clear()
            return None if after == state else Decision(after)

        customer = customer_id(survey.brand, survey.channel, survey.customer.id)
        document = await self._repository.execute(SURVEY_CUSTOMERS, customer, derive("survey-room", survey.id), decide)
        # The same cause again does not ask the rule again; an opt-out since then still counts.
        opted_out = document.state is not None and document.state.opted_out_at is not None
        return "opted-out" if opted_out else next(iter(found), None)

    async def _skip(self, survey: Survey, reason: SkipReason) -> None:
        def skipped(state: Survey | None, _: Context) -> SurveyChange | None:
            after = surveys.skip(state, reason)
            return (after, ()) if after else None

        await self._decide(survey, "skipped", skipped)
        self._log.info("no survey", survey_id=survey.id, reason=reason)

    async def _decide(
        self, survey: Survey, step: str, change: Callable[[Survey | None, Context], SurveyChange | None]
    ) -> None:
        def decide(state: Survey | None, context: Context) -> Decision[Survey] | None:
            return decision(change(state, context))

        await self._repository.execute(SURVEYS, survey.id, derive("survey", step, survey.id), decide)
