"""Everything that leaves for other departments, put together: matching, digests, sending (F7, F10)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from schemas.organisation import Organisation
from services.chassis.service import Service
from services.followup.gateway.mails import Mails
from services.followup.gateway.subscribers import Hooks, Subscribers
from services.followup.handlers.digest import Digests, Making
from services.followup.handlers.digest_sending import DigestSending
from services.followup.handlers.escalations import Calling, Handing
from services.followup.handlers.subscriptions import Matching, Sending
from services.followup.store.digest import DIGESTS
from services.followup.store.escalations import INBOXES
from services.followup.store.figures import Timetable
from services.followup.store.improvements import IMPROVEMENTS
from services.followup.store.subscriptions import PARCELS, SUBSCRIPTIONS

COLLECTIONS = (IMPROVEMENTS, SUBSCRIPTIONS, PARCELS, DIGESTS, INBOXES)
DIGEST_SECONDS = 60.0


@dataclass(frozen=True)
class Post:
    """How things leave the house. `insecure`: also without TLS, and to addresses within our own network."""

    mails: Mails
    hooks: Hooks
    attempt_seconds: float
    give_up_after: timedelta
    insecure: bool


def tell_departments(
    service: Service, organisation: Organisation, timetable: Timetable, post: Post, seconds: float
) -> None:
    """Let the service match, make and send by itself."""
    subscribers = Subscribers(post.mails, post.hooks)
    making = Making(service.database, service.clock, timetable)
    digests = Digests(service.repository, service.clock, organisation, making)
    matching = Matching(service.repository, service.clock, organisation)
    sending = Sending(
        service.repository,
        service.clock,
        organisation,
        subscribers,
        DigestSending(service.database, organisation, subscribers),
        lease=timedelta(seconds=3 * post.attempt_seconds),
        give_up_after=post.give_up_after,
    )
    service.api.state.digest_making = making
    service.api.state.insecure_subscribers = post.insecure

    async def until_stopped() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await post.hooks.close()

    service.every(seconds, matching.match)
    service.every(seconds, sending.send)
    service.every(DIGEST_SECONDS, digests.look, caught_up=True)
    service.every(0, until_stopped)


def call_people(
    service: Service,
    organisation: Organisation,
    post: Post,
    environment: Mapping[str, str],
    desk_url: str,
    seconds: float,
) -> None:
    """Let escalations reach people by themselves (F3). `environment` holds the secrets of webhooks."""
    calling = Calling(
        service.repository,
        service.clock,
        organisation,
        post.mails,
        post.hooks,
        environment,
        desk_url,
        lease=timedelta(seconds=3 * post.attempt_seconds),
        give_up_after=post.give_up_after,
    )
    service.every(seconds, Handing(service.repository, mailed=post.mails.possible).hand)
    service.every(seconds, calling.send)
