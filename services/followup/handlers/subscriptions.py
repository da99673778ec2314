"""Telling other departments: cases are matched with subscriptions, and what is to be told is sent (F10)."""

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from schemas.ids import derive
from schemas.organisation import Organisation
from schemas.sending import Outcome, Refused, Sent
from services.chassis.clock import Clock
from services.chassis.documents import Context, Decision, Document
from services.chassis.ids import fresh
from services.chassis.logs import logger
from services.chassis.repository import Repository
from services.followup.domain import causes, underway
from services.followup.domain import subscriptions as rules
from services.followup.domain import subscriptions_parcel as parcels
from services.followup.domain.causes import CaseCause, News
from services.followup.domain.subscriptions import Subscription
from services.followup.domain.subscriptions_parcel import Parcel
from services.followup.domain.windows import zone_of
from services.followup.gateway import notice_words
from services.followup.gateway.subscribers import Subscribers
from services.followup.gateway.words import Words
from services.followup.store.insights import CAUSES, with_news
from services.followup.store.subscriptions import PARCELS, SUBSCRIPTIONS, active, due

BATCH = 100
DAILY_AT = time(8)
"""When a day's notices are sent: on the next day, in the time zone of the brand's calendar."""
PAUSED_LOOK = timedelta(minutes=5)


class Matching:
    """Finds out who wants to be told of what is new about cases; each notice is made once, whoever looks."""

    def __init__(self, repository: Repository, clock: Clock, organisation: Organisation) -> None:
        self._repository = repository
        self._clock = clock
        self._organisation = organisation

    async def match(self) -> None:
        """See to all that is new. Raises Unavailable."""
        while found := await with_news(self._repository.database, BATCH):
            brands = self._organisation.by_id["brands"]
            wanted = [each for each in await active(self._repository.database) if each.brand in brands]
            for each in found:
                if each.state:
                    await self._match(each.state, wanted)
            if len(found) < BATCH:
                return

    async def _match(self, case: CaseCause, wanted: list[Subscription]) -> None:
        for news in case.news:
            lineage = frozenset(self._lineage(news.topic))
            for each in wanted:
                if each.wants(case, news, lineage):
                    await self._tell(each, case, news)
        told = tuple(each.name for each in case.news)

        def decide(state: CaseCause | None, _: Context) -> Decision[CaseCause] | None:
            new = causes.matched(state, told)
            return None if new is None else Decision(new)

        await self._repository.execute(CAUSES, case.case_id, derive("matched", case.case_id, *told), decide)

    async def _tell(self, subscription: Subscription, case: CaseCause, news: News) -> None:
        notice = parcels.notice(subscription, case, news)
        id_, due_at = self._place(subscription, notice.id, news.at)

        def decide(state: Parcel | None, context: Context) -> Decision[Parcel]:
            return Decision(parcels.with_notice(state, id_, subscription, notice, due_at, context.now))

        await self._repository.execute(PARCELS, id_, notice.id, decide)

    def _place(self, subscription: Subscription, notice_id: str, at: datetime) -> tuple[str, datetime]:
        """In which parcel a notice goes, and when that leaves."""
        now = self._clock.now()
        if subscription.rhythm == "at-once":
            return derive("parcel", notice_id), now
        zone = zone_of(self._organisation, self._organisation.brand(subscription.brand))
        # By when it is noticed, not by when it happened: after a day down, yesterday's parcel may have left.
        day = max(at, now).astimezone(zone).date()
        leaves = datetime.combine(day + timedelta(days=1), DAILY_AT, zone)
        return derive("parcel", subscription.id, day.isoformat()), leaves

    def _lineage(self, topic: str) -> Iterator[str]:
        known = self._organisation.by_id["topics"]
        while topic in known:
            yield topic
            topic = known[topic].parent or ""


class Digests(Protocol):
    """Sends the digest that a parcel names."""

    async def send(self, subscription: Subscription, parcel: Parcel, now: datetime) -> Outcome:
        """One attempt."""


class Sending:
    """Sends what is due to subscribers; several instances share the work."""

    def __init__(
        self,
        repository: Repository,
        clock: Clock,
        organisation: Organisation,
        subscribers: Subscribers,
        digests: Digests,
        *,
        lease: timedelta,
        give_up_after: timedelta,
    ) -> None:
        self._repository = repository
        self._clock = clock
        self._organisation = organisation
        self._subscribers = subscribers
        self._digests = digests
        self._lease = lease
        self._give_up_after = give_up_after
        self._log = logger("followup")

    async def send(self) -> None:
        """Try each parcel that is due, once. Raises Unavailable."""
        for each in await due(self._repository.database, self._clock.now(), BATCH):
            await self._attend(each)

    async def _attend(self, document: Document[Parcel]) -> None:
        if document.state is None:
            return
        found = await self._repository.database.get(SUBSCRIPTIONS, document.state.subscription_id)
        subscription = found.state if found else None
        brands = self._organisation.by_id["brands"]
        if subscription is None or subscription.status == "ended" or subscription.brand not in brands:
            await self._change(document.id, fresh(), lambda state, now: underway.dropped(state, "it has ended", now))
        elif subscription.status == "paused":
            await self._change(document.id, fresh(), lambda state, now: parcels.put_off(state, now + PAUSED_LOOK))
        elif taken := await self._take(document):
            await self._try(subscription, taken)

    async def _take(self, document: Document[Parcel]) -> Parcel | None:
        """The parcel, if this attempt is ours."""
        holder = fresh()

        def decide(state: Parcel | None, context: Context) -> Decision[Parcel] | None:
            taken = underway.take(state, holder, context.now, self._lease) if state else None
            return None if taken is None else Decision(taken)

        state = (await self._repository.execute(PARCELS, document.id, holder, decide)).state
        return state if state and state.holder == holder else None

    async def _try(self, subscription: Subscription, parcel: Parcel) -> None:
        outcome = await self._outcome(subscription, parcel)
        cause = derive("outcome", parcel.holder)
        after = await self._change(
            parcel.id, cause, lambda state, now: underway.came_to(state, outcome, now, self._give_up_after)
        )
        if isinstance(outcome, Sent):
            await self._note(subscription, cause, rules.arrived)
            return
        reason = outcome.reason
        self._log.warning("a subscriber was not told", subscription=subscription.id, stage=after.stage, reason=reason)

        def noted(state: Subscription, now: datetime) -> Subscription:
            if after.stage == "waiting":
                return rules.failed(state, reason, now)
            refused = isinstance(outcome, Refused)
            mail = bool(subscription.mail)
            return rules.lost(state, after.error, now, bounced=refused and mail, gone=refused and not mail)

        await self._note(subscription, cause, noted)

    async def _outcome(self, subscription: Subscription, parcel: Parcel) -> Outcome:
        now = self._clock.now()
        if parcel.kind == "digest":
            return await self._digests.send(subscription, parcel, now)
        if parcel.kind == "test":
            return await self._test(subscription, parcel, now)
        if subscription.url:
            data = notice_words.data(subscription, parcel)
            return await self._subscribers.post(subscription, parcel.id, "cases.noticed", data, now)
        words = Words(self._organisation, subscription.language)
        subject, text = notice_words.mail(subscription, parcel, words, self._zone(subscription))
        return await self._subscribers.mail(subscription, parcel.id, subject, text, now)

    async def _test(self, subscription: Subscription, parcel: Parcel, now: datetime) -> Outcome:
        if subscription.url:
            data = {"subscription_id": subscription.id, "brand": subscription.brand}
            return await self._subscribers.post(subscription, parcel.id, "subscription.test", data, now)
        subject, text = notice_words.test_mail(subscription, Words(self._organisation, subscription.language))
        return await self._subscribers.mail(subscription, parcel.id, subject, text, now)

    def _zone(self, subscription: Subscription) -> ZoneInfo:
        return zone_of(self._organisation, self._organisation.brand(subscription.brand))

    async def _change(self, id_: str, cause: str, rule: Callable[[Parcel, datetime], Parcel]) -> Parcel:
        def decide(state: Parcel | None, context: Context) -> Decision[Parcel] | None:
            assert state is not None  # noqa: S101 - it was found, and nothing removes parcels
            return Decision(rule(state, context.now))

        state = (await self._repository.execute(PARCELS, id_, cause, decide)).state
        assert state is not None  # noqa: S101
        return state

    async def _note(
        self, subscription: Subscription, cause: str, rule: Callable[[Subscription, datetime], Subscription]
    ) -> None:
        def decide(state: Subscription | None, context: Context) -> Decision[Subscription] | None:
            return Decision(rule(state, context.now)) if state else None

        await self._repository.execute(SUBSCRIPTIONS, subscription.id, cause, decide)
