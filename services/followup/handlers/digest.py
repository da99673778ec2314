"""Weekly digests: made from what is known of the week, and sent to who subscribed, once a week (F7)."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from schemas.base import milliseconds
from schemas.ids import derive
from schemas.organisation import Brand, Organisation
from services.chassis.clock import Clock
from services.chassis.documents import Context, Decision
from services.chassis.mongo import Database
from services.chassis.repository import Repository
from services.followup.domain import digest as domain
from services.followup.domain import subscriptions_parcel as parcels
from services.followup.domain.digest import Digest, Improved, Satisfaction, Speed
from services.followup.domain.figures.summing import Window as Stretch
from services.followup.domain.figures.summing import chosen, figures
from services.followup.domain.figures.waits import Kind
from services.followup.domain.subscriptions import Subscription
from services.followup.domain.subscriptions_parcel import Parcel
from services.followup.domain.surveys_score import score
from services.followup.domain.windows import Window, zone_of
from services.followup.store.digest import DIGESTS
from services.followup.store.figures import Timetable
from services.followup.store.improvements import effect_of, of_brands
from services.followup.store.insights import opened_in
from services.followup.store.subscriptions import PARCELS, active
from services.followup.store.surveys import answered

SPEEDS: tuple[Kind, ...] = ("first-reply", "answer", "resolution", "promise")


class Making:
    """Makes digests from what is known."""

    def __init__(self, database: Database, clock: Clock, timetable: Timetable) -> None:
        self._database = database
        self._clock = clock
        self._timetable = timetable

    async def find(self, brand: Brand, week: Window) -> Digest:
        """The digest as it was sent, or else as it would be now. Raises Unavailable."""
        kept = await self._database.get(DIGESTS, domain.digest_id(brand.id, week.iso_week))
        return kept.state if kept and kept.state else await self.make(brand, week)

    async def make(self, brand: Brand, week: Window) -> Digest:
        """The digest of a week, as far as it is over. Raises Unavailable."""
        cases = await opened_in(self._database, brand.id, *domain.windows(week))
        return domain.digest(
            brand.id,
            week,
            cases,
            brand.policy.effort,
            self._clock.now(),
            speeds=await self._speeds(brand, week),
            satisfaction=await self._satisfaction(brand, week),
            improvements=await self._improvements(brand, week.zone),
        )

    async def _speeds(self, brand: Brand, week: Window) -> tuple[Speed, ...]:
        before = week.earlier()
        since = milliseconds(before.start)
        rows = chosen(await self._timetable.rows(since), self._timetable.codes, brand=[brand.id])
        now_ms = milliseconds(self._clock.now())
        spans = [
            Stretch(milliseconds(each.start), min(milliseconds(each.end), max(now_ms, since + 1)))
            for each in (week, before)
        ]
        now, then = (figures(rows, self._timetable.codes, each, kinds=SPEEDS) for each in spans)
        return tuple(Speed(now=one, before=other) for one, other in zip(now, then, strict=True))

    async def _satisfaction(self, brand: Brand, week: Window) -> Satisfaction | None:
        policy = brand.policy.survey
        if policy is None:
            return None
        found = await answered(self._database, [brand.id], week.start, week.end)
        numbers = [each.score for each in found if each.kind == policy.kind and each.score is not None]
        if len(numbers) < policy.minimum_answers:
            return None
        return Satisfaction(kind=policy.kind, score=score(policy.kind, numbers))

    async def _improvements(self, brand: Brand, zone: ZoneInfo) -> tuple[Improved, ...]:
        found = [each for each in await of_brands(self._database, [brand.id]) if each.status in ("agreed", "done")][
            : domain.MOST_IMPROVEMENTS
        ]
        now = self._clock.now()
        return tuple(
            [
                Improved(
                    improvement=each,
                    effect=await effect_of(self._database, each, brand.policy.effort, zone, now),
                )
                for each in found
            ]
        )


class Digests:
    """Has the digests of the week before sent when their brand's moment has come."""

    def __init__(self, repository: Repository, clock: Clock, organisation: Organisation, making: Making) -> None:
        self._repository = repository
        self._clock = clock
        self._organisation = organisation
        self._making = making

    async def look(self) -> None:
        """Put last week's digest on its way wherever it is time, each once, whoever looks. Raises Unavailable."""
        wanted = [each for each in await active(self._repository.database) if each.digest]
        for id_ in sorted({each.brand for each in wanted}):
            if id_ in self._organisation.by_id["brands"]:
                brand = self._organisation.brand(id_)
                await self._look(brand, [each for each in wanted if each.brand == id_])

    async def _look(self, brand: Brand, wanted: list[Subscription]) -> None:
        zone = zone_of(self._organisation, brand)
        now = self._clock.now()
        today = Window(zone, now.astimezone(zone).date(), 1)
        due_at = domain.last_due(brand.policy.digest, today, now)
        monday = due_at.date() - timedelta(days=due_at.weekday() + 7)
        week = Window(zone, monday, 7)
        fresh = [each for each in wanted if each.since <= due_at]
        if not fresh:
            return
        id_ = domain.digest_id(brand.id, week.iso_week)
        if await self._repository.database.get(DIGESTS, id_) is None:
            await self._keep(id_, await self._making.make(brand, week))
        for each in fresh:
            await self._enclose(each, id_)

    async def _keep(self, id_: str, made: Digest) -> None:
        def decide(state: Digest | None, _: Context) -> Decision[Digest] | None:
            return None if state else Decision(made)

        await self._repository.execute(DIGESTS, id_, id_, decide)

    async def _enclose(self, subscription: Subscription, digest_id: str) -> None:
        parcel_id = derive("parcel", subscription.id, digest_id)
        if await self._repository.database.get(PARCELS, parcel_id):
            return

        def decide(state: Parcel | None, context: Context) -> Decision[Parcel] | None:
            return None if state else Decision(parcels.with_digest(parcel_id, subscription, digest_id, context.now))

        await self._repository.execute(PARCELS, parcel_id, parcel_id, decide)
