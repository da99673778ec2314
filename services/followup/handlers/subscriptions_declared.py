"""Subscriptions that the organisation's files declare, brought into the store as they are declared (F10)."""

from collections.abc import Mapping

from schemas import webhooks
from schemas.ids import derive
from schemas.organisation import Organisation
from schemas.organisation_subscriptions import DeclaredSubscription
from services.chassis.clock import Clock
from services.chassis.documents import Context, Decision
from services.chassis.ids import fresh
from services.chassis.logs import logger
from services.chassis.repository import Repository
from services.followup.domain import subscriptions as rules
from services.followup.domain.subscriptions import Interest, Subscription
from services.followup.store.subscriptions import SUBSCRIPTIONS, not_ended


class Declaring:
    """Records what is declared, changes what is declared otherwise, ends what is not declared any more.

    `environment` holds the secrets of webhooks.
    """

    def __init__(
        self, repository: Repository, clock: Clock, organisation: Organisation, environment: Mapping[str, str]
    ) -> None:
        self._repository = repository
        self._clock = clock
        self._organisation = organisation
        self._environment = environment
        self._log = logger("followup")

    async def declare(self) -> None:
        """Make the store say what the files say. Raises Unavailable."""
        declared = {id_of(each): each for each in self._organisation.subscriptions}
        known = {each.id: each for each in await not_ended(self._repository.database)}
        for id_, each in declared.items():
            secret = self._secret(each)
            if secret is None:
                self._log.error("a declared webhook has no usable secret", subscription=each.id, env=each.secret_env)
            elif rules.declared(known.get(id_), _interest(each), id_, each.id, secret, self._clock.now()):
                await self._record(id_, each, secret)
        for id_, one in known.items():
            if one.declared and id_ not in declared:
                await self._end(id_)

    async def _record(self, id_: str, each: DeclaredSubscription, secret: str) -> None:
        def decide(state: Subscription | None, context: Context) -> Decision[Subscription] | None:
            new = rules.declared(state, _interest(each), id_, each.id, secret, context.now)
            return Decision(new) if new else None

        # A name of its own each time: what was declared once, changed, and is declared again, counts again.
        await self._repository.execute(SUBSCRIPTIONS, id_, fresh(), decide)

    async def _end(self, id_: str) -> None:
        def decide(state: Subscription | None, _: Context) -> Decision[Subscription] | None:
            return Decision(rules.end(state, rules.NO_LONGER)) if state and state.status != "ended" else None

        await self._repository.execute(SUBSCRIPTIONS, id_, fresh(), decide)

    def _secret(self, each: DeclaredSubscription) -> str | None:
        """Empty for a mail; None for a webhook whose secret is missing or none."""
        if each.secret_env is None:
            return ""
        secret = self._environment.get(each.secret_env, "")
        try:
            webhooks.key_of(secret)
        except ValueError:
            return None
        return secret


def id_of(declared: DeclaredSubscription) -> str:
    """The subscription's id in the store."""
    return derive("subscription", "declared", declared.id)


def _interest(declared: DeclaredSubscription) -> Interest:
    return Interest.model_validate(declared.model_dump(exclude={"id", "secret_env"}))
