"""The desk, put together."""

import asyncio
from datetime import timedelta
from functools import partial

from schemas.organisation_file import load
from schemas.services import SERVICES
from services.chassis.clock import Clock
from services.chassis.repository import Repository
from services.chassis.service import Service
from services.chassis.signing import signing_secret
from services.desk.api import back_channel, internal, openapi
from services.desk.api.live import SEARCH, WHAT_IFS, Hub, Live
from services.desk.api.operating import OPERATIONS
from services.desk.api.parts import Parts
from services.desk.api.session import LISTENING_SECONDS
from services.desk.domain.board import Board
from services.desk.domain.pictures import Pictures
from services.desk.domain.uploads import BODY_BYTES
from services.desk.gateway.commands import CustomerMessages, ServiceCommands
from services.desk.gateway.http import Caller
from services.desk.gateway.operations import Operations
from services.desk.gateway.simulator import Simulator
from services.desk.handlers import table
from services.desk.pages import (
    account,
    approvals,
    asking,
    assets,
    case,
    channel_tests,
    commands,
    consults,
    correcting,
    coverage,
    customer,
    erasures,
    escalations,
    figures,
    handing,
    handovers,
    holding,
    identities,
    improvements,
    incidents,
    insights,
    lead,
    ledger,
    media,
    more,
    operations_flow,
    operations_letters,
    operations_trace,
    overview,
    parity,
    prospects,
    provider,
    question,
    question_links,
    regrouping,
    replies,
    reveals,
    review,
    search,
    several,
    sign_in,
    similar,
    subscriptions,
    survey,
    surveys,
    talk,
    views,
    wallboard,
    watching,
    whatif,
)
from services.desk.pages.routing import no_such_page
from services.desk.pages.security import Security
from services.desk.settings import Settings
from services.desk.signing_in import provider_of, sessions_of
from services.desk.store.accounts import Accounts, Limit
from services.desk.store.cases import Cases
from services.desk.store.collections import OWN
from services.desk.store.consults import Consults
from services.desk.store.desk import Desk
from services.desk.store.logouts import Logouts
from services.desk.store.people import People
from services.desk.store.replays import REPLAYS, Replays
from services.desk.store.roster import Roster
from services.desk.store.search import Search
from services.desk.store.uploads import Uploads
from services.desk.store.views import Views
from services.desk.store.watching import Watching
from services.desk.store.whatifs import WhatIfs

OF_A_CASE = (
    case,
    commands,
    replies,
    asking,
    handing,
    more,
    customer,
    identities,
    regrouping,
    correcting,
    question_links,
    prospects,
    similar,
    watching,
)
LISTS = (search, views, several, handovers, approvals, ledger, consults, holding)
LEADING = (lead, wallboard, coverage, parity, whatif)
STEERING = (escalations, figures, incidents, insights, improvements, review, channel_tests, surveys, subscriptions)
OPERATING = (operations_flow, operations_letters, operations_trace)
PARTS = (
    *openapi.PARTS,
    internal,
    back_channel,
    assets,
    sign_in,
    provider,
    account,
    reveals,
    erasures,
    overview,
    *OF_A_CASE,
    *LISTS,
    *STEERING,
    *LEADING,
    *OPERATING,
    talk,
    media,
    survey,
    question,
)
"""All that answers over HTTP."""
ROSTER_SECONDS = 30.0
"""So late the desk may learn who is there and who is not."""
SEARCH_SECONDS = 1.0
"""So late what happened can be found."""
SWEEP_SECONDS = 3600.0
"""How often sessions and files whose time is over are forgotten."""


def build(settings: Settings, clock: Clock | None = None) -> Service:
    """The service, not yet started. Raises OrganisationInvalid."""
    board, hub = Board(), Hub()
    live = Live(board, hub)
    service = Service(
        settings,
        table(live.notice, live.notice_case, lambda person_id: desk.roster.notice(person_id)),  # noqa: PLW0108 - made below
        clock=clock,
        collections=(*OWN, REPLAYS),
        body_limits={
            "/talk/": BODY_BYTES,
            "/question/": BODY_BYTES,
            back_channel.BACK_CHANNEL: back_channel.BODY_BYTES,
        },
    )
    clock = service.clock
    callers = _callers(settings)
    desk = _parts(service, settings, clock, board, hub, callers)
    service.api.state.desk = desk
    service.api.state.demonstration_clock = bool(settings.clock_offset_seconds)
    service.api.add_middleware(Security, secure=settings.secure_cookies)
    service.api.add_exception_handler(404, no_such_page)
    for module in PARTS:
        service.include(module.router)
    openapi.MANUAL.describe(service.api)

    async def prepare() -> None:
        desk.sessions.signing.use(await signing_secret(service.database, settings.secret.get_secret_value()))
        await desk.watching.prepare()
        await desk.cases.load_board()
        await desk.roster.refresh()

    service.on_start(prepare)
    service.on_batch(live.publish)
    service.on_batch(desk.roster.stored)
    live.also_tell(desk.search.take)
    _recurring(service, settings, live, desk)

    async def until_stopped() -> None:
        try:
            await asyncio.Event().wait()
        finally:  # a stopping service cancels its work first: so streams end before the server waits for them
            hub.close()
            await asyncio.gather(*(caller.close() for caller in callers), desk.operations.close())

    service.every(0, until_stopped)
    return service


def _callers(settings: Settings) -> list[Caller]:
    urls = {
        "cases": settings.cases_url,
        "ingestion": settings.ingestion_url,
        "followup": settings.followup_url,
        "routing": settings.routing_url,
    }
    return [Caller(name, url, settings.internal_token.get_secret_value()) for name, url in urls.items()]


def _recurring(service: Service, settings: Settings, live: Live, desk: Parts) -> None:
    """What the desk does from time to time."""

    async def catch_up() -> None:
        await live.catch_up(desk.cases, alone=service.alone)

    service.every(settings.catch_up_seconds, catch_up)
    service.every(SEARCH_SECONDS, partial(desk.search.keep_current, lambda: desk.hub.wake([SEARCH])))
    service.every(SWEEP_SECONDS, desk.sessions.opened.sweep)
    service.every(SWEEP_SECONDS, desk.logouts.sweep)
    service.every(LISTENING_SECONDS, lambda: desk.sessions.look_after(desk.hub.sessions))
    if settings.files_kept_days:
        service.every(SWEEP_SECONDS, partial(desk.uploads.erase_older, timedelta(days=settings.files_kept_days)))
    service.every(settings.flow_seconds, partial(_look_at_the_flow, desk))
    service.every(ROSTER_SECONDS, lambda: desk.roster.refresh(alone=service.alone))
    for _ in range(settings.simulations):
        service.every(0, desk.what_ifs.work)


def _parts(service: Service, settings: Settings, clock: Clock, board: Board, hub: Hub, callers: list[Caller]) -> Parts:
    organisation = load(settings.organisation)
    repository = service.repository
    people = People(service.database, organisation)
    pause = timedelta(seconds=settings.sign_in_pause_seconds)
    accounts = Accounts(repository, clock, settings.sign_in_failures, pause)
    search = Search(service.database, organisation, settings.searchable_cases)
    cases = Cases(service.database, board, clock, search.read_again)
    sessions = sessions_of(settings, repository, accounts, people, clock, hub)
    uploads = Uploads(repository, sessions.signing, settings.public_url, clock)
    return Parts(
        organisation=organisation,
        clock=clock,
        board=board,
        hub=hub,
        cases=cases,
        people=people,
        roster=Roster(service.database, organisation),
        consults=Consults(repository, cases),
        accounts=accounts,
        desk=Desk(repository, clock, autopilot=settings.autopilot),
        sessions=sessions,
        provider=provider_of(settings),
        passwords=not settings.oidc_only,
        commands=ServiceCommands(callers[0]),
        customers=CustomerMessages(callers[1]),
        followup=ServiceCommands(callers[2]),
        routing=ServiceCommands(callers[3]),
        operations=_operations(service, settings),
        replays=Replays(repository),
        customer_limit=Limit(settings.messages_per_minute, timedelta(minutes=1), clock),
        logouts=Logouts(repository, clock),
        refused_logouts=Limit(back_channel.REFUSED_WITHIN_A_MINUTE, back_channel.WITHIN, clock),
        watching=Watching(service.database, clock),
        pictures=Pictures(settings.picture_hosts, uploads.place),
        uploads=uploads,
        what_ifs=_what_ifs(settings, repository, clock, hub),
        search=search,
        views=Views(repository, clock),
    )


def _what_ifs(settings: Settings, repository: Repository, clock: Clock, hub: Hub) -> WhatIfs:
    places = (settings.scenarios, settings.organisation / "scenarios", settings.organisation.parent / "scenarios")
    folder = next((each for each in places if each and each.is_dir()), None)
    simulator = Simulator(folder)
    return WhatIfs(repository, clock, simulator, settings.simulations, lambda: hub.wake([WHAT_IFS]))


async def _look_at_the_flow(desk: Parts) -> None:
    if not (desk.hub.is_heard(OPERATIONS) or desk.operations.flow.wanted):
        return
    try:
        await desk.operations.flow.look()
    finally:  # that it can not be looked at is news too
        desk.hub.wake([OPERATIONS])


def _operations(service: Service, settings: Settings) -> Operations:
    urls = {name: getattr(settings, f"{name}_url") for name in SERVICES if name != "desk"}
    token = settings.internal_token.get_secret_value()
    return Operations.of(
        settings.cluster, service.publisher, service.clock, urls, token, service.api, settings.trace_url
    )
