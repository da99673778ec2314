"""The desk, put together."""

import asyncio
from datetime import timedelta

from schemas.organisation_file import load
from services.chassis.clock import Clock
from services.chassis.service import Service
from services.chassis.signing import signing_secret
from services.desk.api import internal, reading
from services.desk.api.live import Hub, Live
from services.desk.api.parts import Parts
from services.desk.api.session import Sessions, Signing
from services.desk.domain.board import Board
from services.desk.domain.pictures import Pictures
from services.desk.gateway.commands import CustomerMessages, ServiceCommands
from services.desk.gateway.http import Caller
from services.desk.handlers import table
from services.desk.pages import (
    approvals,
    asking,
    assets,
    case,
    channel_tests,
    commands,
    consults,
    correcting,
    customer,
    figures,
    handing,
    handovers,
    holding,
    identities,
    improvements,
    incidents,
    insights,
    ledger,
    more,
    overview,
    regrouping,
    replies,
    review,
    sign_in,
    survey,
    surveys,
    talk,
)
from services.desk.pages.security import Security
from services.desk.settings import Settings
from services.desk.store.accounts import Accounts, Limit
from services.desk.store.cases import Cases
from services.desk.store.collections import OWN
from services.desk.store.consults import Consults
from services.desk.store.desk import Desk
from services.desk.store.people import People

OF_A_CASE = (case, commands, replies, asking, handing, more, customer, identities, regrouping, correcting)
LISTS = (handovers, approvals, ledger, consults, holding)
STEERING = (figures, incidents, insights, improvements, review, channel_tests, surveys)
PARTS = (reading, internal, assets, sign_in, overview, *OF_A_CASE, *LISTS, *STEERING, talk, survey)
"""All that answers over HTTP."""


def build(settings: Settings, clock: Clock | None = None) -> Service:
    """The service, not yet started. Raises OrganisationInvalid."""
    board, hub = Board(), Hub()
    live = Live(board, hub)
    service = Service(settings, table(live.notice, live.notice_case), clock=clock, collections=OWN)
    clock = service.clock
    callers = [
        Caller(name, url, settings.internal_token.get_secret_value())
        for name, url in (
            ("cases", settings.cases_url),
            ("ingestion", settings.ingestion_url),
            ("followup", settings.followup_url),
        )
    ]
    desk = _parts(service, settings, clock, board, hub, callers)
    service.api.state.desk = desk
    service.api.state.demonstration_clock = bool(settings.clock_offset_seconds)
    service.api.add_middleware(Security, secure=settings.secure_cookies)
    for module in PARTS:
        service.include(module.router)

    async def prepare() -> None:
        desk.sessions.signing.use(await signing_secret(service.database, settings.secret.get_secret_value()))
        await desk.cases.load_board()

    async def catch_up() -> None:
        await live.catch_up(desk.cases, alone=service.alone)

    async def until_stopped() -> None:
        try:
            await asyncio.Event().wait()
        finally:  # a stopping service cancels its work first: so streams end before the server waits for them
            hub.close()
            await asyncio.gather(*(caller.close() for caller in callers))

    service.on_start(prepare)
    service.on_batch(live.publish)
    service.every(settings.catch_up_seconds, catch_up)
    service.every(0, until_stopped)
    return service


def _parts(service: Service, settings: Settings, clock: Clock, board: Board, hub: Hub, callers: list[Caller]) -> Parts:
    organisation = load(settings.organisation)
    repository = service.repository
    people = People(service.database, organisation)
    pause = timedelta(seconds=settings.sign_in_pause_seconds)
    accounts = Accounts(repository, clock, settings.sign_in_failures, pause)
    cases = Cases(service.database, board, clock)
    return Parts(
        organisation=organisation,
        clock=clock,
        board=board,
        hub=hub,
        cases=cases,
        people=people,
        consults=Consults(repository, cases),
        accounts=accounts,
        desk=Desk(repository, clock, autopilot=settings.autopilot),
        sessions=Sessions(Signing(), accounts, people, clock, settings.session_hours, secure=settings.secure_cookies),
        commands=ServiceCommands(callers[0]),
        customers=CustomerMessages(callers[1]),
        followup=ServiceCommands(callers[2]),
        customer_limit=Limit(settings.messages_per_minute, timedelta(minutes=1), clock),
        pictures=Pictures(settings.picture_hosts),
    )
