"""Tests of channels: planned in their time, written, followed by the events of their case, ended (F11)."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime

from opentelemetry import metrics

from schemas import test_contacts
from schemas.events.case import CaseEvent
from schemas.events.channel_test import ChannelTestFailed, ChannelTestPassed
from schemas.ids import conversation_id, derive
from schemas.organisation import Brand, Channel, Organisation
from schemas.organisation_quality import ChannelTestPolicy
from schemas.sending import Refused, Sent
from services.chassis.clock import Clock
from services.chassis.documents import Context, Decision
from services.chassis.logs import logger
from services.chassis.repository import Repository
from services.chassis.table import Table
from services.followup.domain import channel_tests as domain
from services.followup.domain.channel_tests import Change, ChannelTest, Contact
from services.followup.gateway.channel_tests import Contacts
from services.followup.store.channel_tests import CHANNEL_TESTS, latest, overdue, to_send

Changing = Callable[[ChannelTest | None, datetime], Change | None]

ended = metrics.get_meter("casekeeper").create_counter(
    "care_channel_tests", "{test}", "Tests of channels that ended, by channel and outcome"
)


def listen(table: Table, _: Organisation) -> None:
    """Put into the table what happens to the cases of test contacts; other cases have no test's document."""

    def heard(state: ChannelTest | None, event: CaseEvent, _: Context) -> Decision[ChannelTest] | None:
        return _decision(domain.heard(state, event))

    def document(event: CaseEvent) -> str:
        return domain.id_of(event.conversation)

    for kind in domain.HEARD:
        table.on(kind, CHANNEL_TESTS, id=document)(heard)


class ChannelTesting:
    """Plans and sends the test contacts, each once however many instances look, and ends those that wait in vain."""

    def __init__(
        self,
        repository: Repository,
        clock: Clock,
        organisation: Organisation,
        contacts: Contacts,
        key: str,
        *,
        scheduled: bool,
    ) -> None:
        self._repository = repository
        self._clock = clock
        self._organisation = organisation
        self._contacts = contacts
        self._key = key
        self._scheduled = scheduled
        self._log = logger("followup")

    async def tick(self) -> None:
        """Begin what is due, send what is not accepted yet, end what is overdue. Raises Unavailable."""
        if not self._key:
            return  # what nobody could tell from a customer is not sent
        if self._scheduled:
            await self._begin_due()
        await self.send()
        for test in await overdue(self._repository.database, self._clock.now()):
            await self._execute(test, "expired", domain.expired)

    def channels(self) -> Iterator[tuple[Brand, Channel, ChannelTestPolicy | None]]:
        """Every channel, and how it is to be tested by itself; None: it is not."""
        for channel in self._organisation.channels:
            brand = self._organisation.brand(channel.brand)
            policy = brand.policy.channel_tests
            wanted = policy and (not policy.channels or channel.id in policy.channels)
            yield brand, channel, policy if wanted else None

    def obstacle(self, channel: Channel) -> str:
        """Why this channel can not be tested; empty: it can."""
        if not self._key:
            return "there is no CASEKEEPER_TEST_CONTACT_KEY: nobody could tell the test from a customer"
        if self._organisation.brand(channel.brand).policy.channel_tests is None:
            return "its brand's policy has no channel_tests"
        return self._contacts.obstacle(channel)

    async def begin(self, channel: Channel, slot: str) -> ChannelTest | None:
        """Plan the test of this slot, once; None while an earlier one of the channel is still running. Raises Unavailable."""
        policy = self._organisation.brand(channel.brand).policy.channel_tests
        assert policy is not None  # noqa: S101 - obstacle() has said so
        contact = self._contact(policy, channel, slot)
        id_ = domain.id_of(conversation_id(channel.brand, channel.id, contact.thread))
        known = await latest(self._repository.database, channel.id)
        if known and not known[0].over and known[0].id != id_:
            return None
        failures = next((n for n, each in enumerate(known) if each.stage == "passed"), len(known))

        def decide(state: ChannelTest | None, context: Context) -> Decision[ChannelTest] | None:
            if state:
                return None
            minutes = policy.fail_after_minutes
            return Decision(domain.planned(channel.brand, channel.id, contact, minutes, failures, context.now))

        document = await self._repository.execute(CHANNEL_TESTS, id_, derive("planned", id_), decide)
        return document.state

    async def send(self) -> None:
        """Write what is planned, as the customers that the contacts play. Raises Unavailable."""
        tests = await to_send(self._repository.database)
        await asyncio.gather(*(self._send(test) for test in tests))

    async def _begin_due(self) -> None:
        now = self._clock.now()
        for _, channel, policy in self.channels():
            if policy is None or self.obstacle(channel):
                continue
            slot = domain.slot_at(channel.id, policy.every_hours, now)
            if slot:
                await self.begin(channel, slot)

    async def _send(self, test: ChannelTest) -> None:
        channel = self._organisation.by_id["channels"].get(test.channel)
        if channel is None:
            await self._refused(test, "the organisation has no such channel any more")
            return
        outcome = await self._contacts.write(test, channel, self._clock.now())
        if isinstance(outcome, Sent):
            await self._execute(test, "accepted", domain.accepted)
        elif isinstance(outcome, Refused):
            await self._refused(test, outcome.reason)
        else:
            self._log.warning("a test contact was not accepted yet", channel=test.channel, reason=outcome.reason)

    async def _refused(self, test: ChannelTest, reason: str) -> None:
        await self._execute(test, "refused", lambda state, now: domain.refused(state, reason, now))

    async def _execute(self, test: ChannelTest, what: str, change: Changing) -> None:
        def decide(state: ChannelTest | None, context: Context) -> Decision[ChannelTest] | None:
            return _decision(change(state, context.now))

        await self._repository.execute(CHANNEL_TESTS, test.id, derive(what, test.id), decide)

    def _contact(self, policy: ChannelTestPolicy, channel: Channel, slot: str) -> Contact:
        author = test_contacts.author_id(self._key, channel.brand, channel.id, slot)
        return domain.contact(policy, author, slot)


def _decision(change: Change | None) -> Decision[ChannelTest] | None:
    if change is None:
        return None
    test, events = change
    for event in events:
        if isinstance(event, ChannelTestPassed | ChannelTestFailed):
            ended.add(1, {"channel": test.channel, "outcome": test.stage})
    return Decision(test, events)
