"""Inviting specialists: hears of offers and of what becomes of them, and mails each one its link once (O2)."""

from collections.abc import Callable
from datetime import timedelta

from schemas.events.consult import (
    ConsultAccepted,
    ConsultAnswered,
    ConsultAskedBack,
    ConsultDeclined,
    ConsultOffered,
    ConsultOfferEnded,
    ConsultOfferExpired,
    ConsultRequested,
    ConsultWithdrawn,
)
from schemas.organisation import Organisation
from schemas.sending import Outcome, Refused, Sent
from services.chassis.clock import Clock
from services.chassis.documents import Context, Decision, Document
from services.chassis.ids import fresh
from services.chassis.logs import logger
from services.chassis.repository import Repository
from services.chassis.service import Service
from services.chassis.signing import Links, signing_secret
from services.chassis.table import Table
from services.followup.domain import invitations
from services.followup.domain.invitations import Invitation, InvitedConsult, Offer, invited_id
from services.followup.gateway.invitation_words import mail
from services.followup.gateway.mails import Mails
from services.followup.gateway.words import Words, language_of
from services.followup.store.invitations import INVITED, due

AT_ONCE = 50
PAGE = "question"
"""The desk's page and the purpose for which its links are signed."""
MOVES: dict[type[ConsultAccepted | ConsultDeclined | ConsultOfferExpired | ConsultOfferEnded], Offer] = {
    ConsultAccepted: "accepted",
    ConsultDeclined: "declined",
    ConsultOfferExpired: "expired",
    ConsultOfferEnded: "ended",
}
Change = Callable[[InvitedConsult], InvitedConsult]


def listen(table: Table) -> None:
    """Put into the table what invitations are made of."""

    @table.on(ConsultRequested, INVITED, id=invited_id)
    def requested(state: InvitedConsult | None, event: ConsultRequested, _: Context) -> Decision[InvitedConsult] | None:
        return None if state else Decision(invitations.requested(event))

    @table.on(ConsultOffered, INVITED, id=invited_id)
    def offered(
        state: InvitedConsult | None, event: ConsultOffered, context: Context
    ) -> Decision[InvitedConsult] | None:
        return _changed(state, lambda known: invitations.offered(known, event, context.now))

    @table.on(ConsultAskedBack, INVITED, id=invited_id)
    def asked_back(
        state: InvitedConsult | None, event: ConsultAskedBack, _: Context
    ) -> Decision[InvitedConsult] | None:
        return _changed(state, lambda known: invitations.asked_back(known, event))

    for each in MOVES:
        table.on(each, INVITED, id=invited_id)(_moved)
    table.on(ConsultAnswered, INVITED, id=invited_id)(_ended)
    table.on(ConsultWithdrawn, INVITED, id=invited_id)(_ended)


def _moved(
    state: InvitedConsult | None,
    event: ConsultAccepted | ConsultDeclined | ConsultOfferExpired | ConsultOfferEnded,
    _: Context,
) -> Decision[InvitedConsult] | None:
    return _changed(state, lambda known: invitations.moved(known, event, MOVES[type(event)]))


def _ended(
    state: InvitedConsult | None, event: ConsultAnswered | ConsultWithdrawn, _: Context
) -> Decision[InvitedConsult] | None:
    return _changed(state, lambda known: invitations.ended(known, event))


def _changed(state: InvitedConsult | None, change: Change) -> Decision[InvitedConsult] | None:
    """A consult of before there were invitations is not known, and stays so."""
    after = change(state) if state else None
    return None if after is None or after == state else Decision(after)


def invite_specialists(
    service: Service, organisation: Organisation, mails: Mails, desk_url: str, secret: str, seconds: float
) -> None:
    """Let the service mail its invitations, and know their links again. Without a mail server nothing is mailed."""
    links = Links(f"{desk_url.rstrip('/')}/{PAGE}", PAGE)
    service.api.state.question_links = links

    async def prepare() -> None:
        links.use(await signing_secret(service.database, secret))

    service.on_start(prepare)
    if mails.possible:
        service.every(seconds, Inviting(service.repository, service.clock, organisation, mails, links).send)


class Inviting:
    """Mails the links that are due; several instances share the work."""

    LEASE = timedelta(minutes=1)
    """So long nobody else tries; an attempt takes less, so that only a crash lets a mail be tried again."""

    def __init__(
        self, repository: Repository, clock: Clock, organisation: Organisation, mails: Mails, links: Links
    ) -> None:
        self._repository = repository
        self._clock = clock
        self._organisation = organisation
        self._mails = mails
        self._links = links
        self._log = logger("followup")

    async def send(self) -> None:
        """Try each mail that is due, once. Raises Unavailable."""
        for document in await due(self._repository.database, self._clock.now(), AT_ONCE):
            await self._attend(document)

    async def _attend(self, document: Document[InvitedConsult]) -> None:
        holder = fresh()

        def decide(state: InvitedConsult | None, context: Context) -> Decision[InvitedConsult] | None:
            taken = invitations.take(state, holder, context.now, self.LEASE) if state else None
            return Decision(taken) if taken else None

        state = (await self._repository.execute(INVITED, document.id, holder, decide)).state
        for each in state.invitations.values() if state else ():
            if state and each.holder == holder and each.next_at:
                await self._note(document.id, each.id, await self._try(state, each))

    async def _try(self, consult: InvitedConsult, invitation: Invitation) -> Outcome:
        people = self._organisation.by_id["people"]
        if invitation.specialist not in people:
            return Refused("the organisation's files do not name this person, so there is no address")
        person = people[invitation.specialist]
        words = Words(self._organisation, language_of(person))
        subject, text = mail(consult, invitation, person, self._links.link(link_name(consult, invitation)), words)
        return await self._mails.send(person.email, words.language, invitation.id, subject, text, self._clock.now())

    async def _note(self, id_: str, invitation_id: str, outcome: Outcome) -> None:
        def decide(state: InvitedConsult | None, context: Context) -> Decision[InvitedConsult]:
            assert state is not None  # noqa: S101 - it was found, and nothing removes it
            return Decision(invitations.came_to(state, invitation_id, outcome, context.now))

        await self._repository.execute(INVITED, id_, fresh(), decide)
        if not isinstance(outcome, Sent):
            self._log.warning("a specialist was not mailed", invitation_id=invitation_id, reason=outcome.reason)


def link_name(consult: InvitedConsult, invitation: Invitation) -> str:
    """What a link names: the consult, and in it the invitation."""
    return f"{consult.consult_id} {invitation.id}"
