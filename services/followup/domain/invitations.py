"""A specialist who is not at the desk is invited by mail: a link that leads to one offer of one consult (O2). Pure.

The link holds for as long as the specialist can do something about the offer, and no longer than the offer's own time.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from schemas.base import Model, UtcDatetime
from schemas.events.consult import (
    ConsultAnswered,
    ConsultAskedBack,
    ConsultEvent,
    ConsultOffered,
    ConsultOfferEvent,
    ConsultRequested,
    ConsultWithdrawn,
)
from schemas.ids import derive
from schemas.sending import Outcome, Refused, Unknown
from services.followup.domain import underway
from services.followup.domain.underway import Underway

Offer = Literal["offered", "accepted", "declined", "expired", "ended"]
Standing = Literal["open", "accepted", "answered", "declined", "expired", "elsewhere", "withdrawn"]
"""What a link leads to; only with the first two can something be done."""
LIVE: tuple[Standing, ...] = ("open", "accepted")
AFTER_DUE = timedelta(hours=24)
"""So long after the answer was due a link still holds that nothing else has ended."""
NO_LONGER = "there is nothing to invite to any more"


class Invitation(Underway):
    """One offer to one specialist, and the mail about it. The mail's id is the invitation's."""

    id: str
    request_id: str
    specialist: str
    expires_at: UtcDatetime | None = None
    """When the offer goes to somebody else; none: it does not."""
    offer: Offer = "offered"


class InvitedConsult(Model):
    """A consult and everybody who was invited to answer it."""

    consult_id: str
    case_id: str
    brand: str
    asked_by: str
    skill: str
    due_at: UtcDatetime
    ended: Literal["", "answered", "withdrawn"] = ""
    answered_by: str = ""
    invitations: Mapping[str, Invitation] = {}
    """By their ids."""

    @property
    def next_at(self) -> datetime | None:
        """When the next mail of it is to be sent."""
        return min((each.next_at for each in self.invitations.values() if each.next_at), default=None)

    def good_until(self, invitation: Invitation) -> datetime:
        """How long the link holds, if nothing else ends it before."""
        settled = invitation.offer == "accepted" or invitation.expires_at is None
        return self.due_at + AFTER_DUE if settled else invitation.expires_at or self.due_at

    def standing(self, invitation: Invitation, now: datetime) -> Standing:
        """What the link of this invitation leads to at this moment."""
        if self.ended == "answered":
            return "answered" if self.answered_by == invitation.specialist else "elsewhere"
        if self.ended == "withdrawn":
            return "withdrawn"
        if invitation.offer in ("declined", "expired"):
            return "declined" if invitation.offer == "declined" else "expired"
        if invitation.offer == "ended":
            return "elsewhere"
        if now >= self.good_until(invitation):
            return "expired"
        return "accepted" if invitation.offer == "accepted" else "open"

    def changed(self, invitation: Invitation) -> "InvitedConsult":
        """The consult with this invitation as it is now."""
        return self.model_copy(update={"invitations": {**self.invitations, invitation.id: invitation}})


def invited_id(event: ConsultEvent) -> str:
    """The document of the consult that an event is about."""
    return document_id(event.consult_id)


def document_id(consult_id: str) -> str:
    """The document of a consult."""
    return derive("invited", consult_id)


def requested(event: ConsultRequested) -> InvitedConsult:
    """A new consult; nobody is invited yet."""
    named = {name: getattr(event, name) for name in ("consult_id", "case_id", "brand", "asked_by", "skill", "due_at")}
    return InvitedConsult.model_validate(named)


def offered(state: InvitedConsult, event: ConsultOffered, now: datetime) -> InvitedConsult:
    """Somebody is asked, and invited. The same offer again changes nothing: there is one mail for each."""
    id_ = derive("invitation", event.request_id, event.specialist)
    if id_ in state.invitations:
        return state
    invitation = Invitation(
        id=id_,
        request_id=event.request_id,
        specialist=event.specialist,
        expires_at=event.expires_at,
        made_at=now,
        next_at=now,
    )
    return state.changed(invitation)


def moved(state: InvitedConsult, event: ConsultOfferEvent, offer: Offer) -> InvitedConsult:
    """What became of an offer."""
    known = state.invitations.get(derive("invitation", event.request_id, event.specialist))
    return state.changed(known.model_copy(update={"offer": offer})) if known else state


def asked_back(state: InvitedConsult, event: ConsultAskedBack) -> InvitedConsult:
    """Who asks back is at it: the offer does not expire any more."""
    for each in tuple(state.invitations.values()):
        if each.specialist == event.specialist and each.offer in ("offered", "accepted"):
            state = state.changed(each.model_copy(update={"expires_at": None}))
    return state


def ended(state: InvitedConsult, event: ConsultAnswered | ConsultWithdrawn) -> InvitedConsult:
    """The consult is answered or withdrawn; a late answer changes nothing."""
    if state.ended or (isinstance(event, ConsultAnswered) and event.late):
        return state
    if isinstance(event, ConsultAnswered):
        return state.model_copy(update={"ended": "answered", "answered_by": event.specialist})
    return state.model_copy(update={"ended": "withdrawn"})


def take(state: InvitedConsult, holder: str, now: datetime, lease: timedelta) -> InvitedConsult | None:
    """The mails that are due and still worth sending are this attempt's; the others are dropped. None: there are none."""
    after = state
    for each in state.invitations.values():
        if each.next_at is None or each.next_at > now:
            continue
        wanted = state.standing(each, now) == "open"
        taken = underway.take(each, holder, now, lease) if wanted else underway.dropped(each, NO_LONGER, now)
        after = after.changed(taken or each)
    return None if after == state else after


def came_to(state: InvitedConsult, invitation_id: str, outcome: Outcome, now: datetime) -> InvitedConsult:
    """What sending the mail came to. Nobody gets it twice because of a doubt: the owner sees the doubt, and has the link."""
    known = state.invitations[invitation_id]
    if isinstance(outcome, Unknown):
        outcome = Refused(f"nobody knows whether it arrived: {outcome.reason}")
    return state.changed(underway.came_to(known, outcome, now, state.good_until(known) - known.made_at))
