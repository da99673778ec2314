"""Escalations reach people: at the desk, by mail, and by the webhook of a brand (F3).

An escalation is one document; each person whom it reaches has one of their own, into which it is handed once, whoever does it.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta

from schemas.events.followup import ClockEscalated, ClocksSummedUp, ClockStopped
from schemas.ids import derive
from schemas.organisation import Organisation
from schemas.sending import Outcome, Refused, Sent
from services.chassis.clock import Clock
from services.chassis.documents import Context, Decision, Document
from services.chassis.ids import fresh
from services.chassis.logs import logger
from services.chassis.repository import Repository
from services.chassis.table import Table
from services.followup.domain import escalations as rules
from services.followup.domain import escalations_inbox as inboxes
from services.followup.domain.escalations import HOOK, Escalation
from services.followup.domain.escalations_inbox import Inbox, Letter
from services.followup.gateway import escalation_words
from services.followup.gateway.mails import Mails
from services.followup.gateway.subscribers import Hooks
from services.followup.gateway.words import Words, language_of
from services.followup.store.escalations import ESCALATIONS, INBOXES, to_hand, to_send

BATCH = 200


def listen(table: Table, organisation: Organisation) -> None:
    """Put into the table what people are told to look at."""

    @table.on(ClockEscalated, ESCALATIONS, id=lambda event: rules.escalation_id(event.clock_id))
    def escalated(state: Escalation | None, event: ClockEscalated, _: Context) -> Decision[Escalation] | None:
        return _decision(rules.escalated(state, event, organisation))

    @table.on(ClockStopped, ESCALATIONS, id=lambda event: rules.escalation_id(event.clock_id))
    def stopped(state: Escalation | None, _: ClockStopped, __: Context) -> Decision[Escalation] | None:
        return _decision(rules.stopped(state))

    @table.on(ClocksSummedUp, ESCALATIONS, id=rules.sum_id)
    def summed_up(state: Escalation | None, event: ClocksSummedUp, _: Context) -> Decision[Escalation] | None:
        return None if state else Decision(rules.summed_up(event, organisation))


def _decision(after: Escalation | None) -> Decision[Escalation] | None:
    return Decision(after) if after else None


class Handing:
    """Hands escalations to those whom they reach; several instances share the work."""

    def __init__(self, repository: Repository, *, mailed: bool) -> None:
        """`mailed`: there is a way for mails to leave the house; without it people are told at the desk only."""
        self._repository = repository
        self._mailed = mailed

    async def hand(self) -> None:
        """See to all that is new. Raises Unavailable."""
        while found := await to_hand(self._repository.database, BATCH):
            for each in found:
                if each.state:
                    await self._hand(each.id, each.state)
            if len(found) < BATCH:
                return

    async def _hand(self, id_: str, escalation: Escalation) -> None:
        for person, by in escalation.people.items():
            cause = derive("handed", id_, str(escalation.changes), person)
            leaves = person.startswith(HOOK) or (by == "mail" and self._mailed)

            def decide(
                state: Inbox | None, context: Context, person: str = person, leaves: bool = leaves
            ) -> Decision[Inbox] | None:
                if escalation.over:
                    after = inboxes.over(state, escalation.call.id)
                else:
                    after = inboxes.called(state, person, escalation.call, leaves=leaves, now=context.now)
                return Decision(after) if after else None

            await self._repository.execute(INBOXES, inboxes.inbox_id(person), cause, decide)

        def known(state: Escalation | None, _: Context) -> Decision[Escalation] | None:
            return _decision(rules.handed(state, escalation.changes))

        await self._repository.execute(ESCALATIONS, id_, derive("known", id_, str(escalation.changes)), known)


class Calling:
    """Sends the letters that are due; several instances share the work."""

    def __init__(
        self,
        repository: Repository,
        clock: Clock,
        organisation: Organisation,
        mails: Mails,
        hooks: Hooks,
        environment: Mapping[str, str],
        desk_url: str,
        *,
        lease: timedelta,
        give_up_after: timedelta,
    ) -> None:
        self._repository = repository
        self._clock = clock
        self._organisation = organisation
        self._mails = mails
        self._hooks = hooks
        self._environment = environment
        self._desk_url = desk_url.rstrip("/")
        self._lease = lease
        self._give_up_after = give_up_after
        self._log = logger("followup")

    async def send(self) -> None:
        """Try each letter that is due, once. Raises Unavailable."""
        for each in await to_send(self._repository.database, self._clock.now(), BATCH):
            await self._attend(each)

    async def _attend(self, document: Document[Inbox]) -> None:
        holder = fresh()
        state = await self._change(
            document.id, holder, lambda state: inboxes.take(state, holder, self._clock.now(), self._lease)
        )
        if state is None or state.letter is None or state.letter.holder != holder:
            return
        outcome = await self._outcome(state.person, state.letter)
        if not isinstance(outcome, Sent):
            self._log.warning("an escalation was not told", to=state.person, reason=outcome.reason)
        await self._change(
            document.id,
            derive("outcome", holder),
            lambda state: inboxes.came_to(state, outcome, self._clock.now(), self._give_up_after),
        )

    async def _outcome(self, person: str, letter: Letter) -> Outcome:
        if not letter.calls:
            return Sent("")  # all of it was seen to before it left
        now = self._clock.now()
        if person.startswith(HOOK):
            return await self._post(person.removeprefix(HOOK), letter)
        known = self._organisation.by_id["people"].get(person)
        if known is None:
            return Refused("nobody of the organisation has this id")
        words = Words(self._organisation, language_of(known))
        subject, text = escalation_words.mail(letter.calls, words, known.time_zone, self._desk_url)
        return await self._mails.send(known.email, words.language, letter.id, subject, text, now)

    async def _post(self, brand: str, letter: Letter) -> Outcome:
        known = self._organisation.by_id["brands"].get(brand)
        clocks = known.policy.clocks if known else None
        if clocks is None or clocks.webhook is None:
            return Refused("the brand's policy names no webhook for escalations")
        secret = self._environment.get(clocks.webhook.secret_env, "")
        data = {"brand": brand, "escalations": [each.model_dump(mode="json") for each in letter.calls]}
        now = self._clock.now()
        return await self._hooks.post(clocks.webhook.url, secret, letter.id, "clocks.escalated", data, now)

    async def _change(self, id_: str, cause: str, rule: Callable[[Inbox], Inbox | None]) -> Inbox | None:
        def decide(state: Inbox | None, _: Context) -> Decision[Inbox] | None:
            after = rule(state) if state else None
            return Decision(after) if after else None

        return (await self._repository.execute(INBOXES, id_, cause, decide)).state
