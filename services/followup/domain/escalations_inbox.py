"""What somebody is told to look at, and what leaves the house about it (F3). Pure.

Letters gather what comes at about the same time, in order of harm, so that a day of downtime is one sum and no storm.
"""

from datetime import datetime, timedelta

from pydantic import Field

from schemas.base import Model, UtcDatetime
from schemas.ids import derive
from schemas.sending import Outcome
from services.followup.domain import underway
from services.followup.domain.escalations import Call
from services.followup.domain.underway import Underway

GATHER = timedelta(seconds=30)
"""So long a letter waits for more to go with it."""
APART = timedelta(minutes=10)
"""Letters to one person leave no closer than this."""
MOST_CALLS = 500
"""Beyond that those with the least harm are left out; the case's page has them."""


class Letter(Underway):
    """A mail or a webhook about some calls, the one with the most harm first."""

    id: str
    calls: tuple[Call, ...]


class Inbox(Model):
    """One person's, or that of a brand's webhook."""

    person: str
    calls: dict[str, Call] = Field(default_factory=dict)
    """What is to be looked at, by the id of the escalation."""
    acknowledged: dict[str, UtcDatetime] = Field(default_factory=dict)
    """Those of them that the person has seen to."""
    to_send: tuple[str, ...] = ()
    """Calls that are to leave the house."""
    gather_until: UtcDatetime | None = None
    letter: Letter | None = None
    """The latest."""
    letters: int = 0

    @property
    def open(self) -> list[Call]:
        """What is still to be looked at, the most harm first."""
        return in_order([each for each in self.calls.values() if each.id not in self.acknowledged])

    @property
    def next_at(self) -> datetime | None:
        """When something is to be sent; None: nothing is."""
        if self.letter and self.letter.next_at:
            return self.letter.next_at
        return self.gather_until if self.to_send else None


def in_order(calls: list[Call]) -> list[Call]:
    """The most harm first."""
    return sorted(calls, key=lambda each: (-each.harm, each.at, each.id))


def inbox_id(person: str) -> str:
    """Of somebody's document."""
    return derive("inbox", person)


def called(state: Inbox | None, person: str, call: Call, *, leaves: bool, now: datetime) -> Inbox:
    """There is something to look at; what was seen to before is to be looked at again. `leaves`: by mail or webhook too."""
    known = state or Inbox(person=person)
    calls = in_order([*(each for each in known.calls.values() if each.id != call.id), call])[:MOST_CALLS]
    acknowledged = {id: at for id, at in known.acknowledged.items() if id != call.id}
    new = known.model_copy(update={"calls": {each.id: each for each in calls}, "acknowledged": acknowledged})
    if not leaves or call.id in new.to_send:
        return new
    begun = new.letter.made_at + APART if new.letter else now
    until = new.gather_until if new.to_send else max(now + GATHER, begun)
    return new.model_copy(update={"to_send": (*new.to_send, call.id), "gather_until": until})


def over(state: Inbox | None, id: str) -> Inbox | None:
    """It need not be looked at any more; None where it was not there."""
    if state is None or id not in state.calls:
        return None
    return state.model_copy(
        update={
            "calls": {each: call for each, call in state.calls.items() if each != id},
            "acknowledged": {each: at for each, at in state.acknowledged.items() if each != id},
            "to_send": tuple(each for each in state.to_send if each != id),
        }
    )


def acknowledge(state: Inbox | None, id: str, now: datetime) -> Inbox | None:
    """The person has seen to it: it leaves the list, and no letter tells of it. None where there is nothing to see to."""
    if state is None or id not in state.calls or id in state.acknowledged:
        return None
    to_send = tuple(each for each in state.to_send if each != id)
    return state.model_copy(update={"acknowledged": {**state.acknowledged, id: now}, "to_send": to_send})


def take(state: Inbox, holder: str, now: datetime, lease: timedelta) -> Inbox | None:
    """An attempt to send a letter begins; what waits goes into a new one when its time has come. None: not now."""
    if state.next_at is None or state.next_at > now:
        return None
    if state.letter is None or state.letter.next_at is None:
        number = state.letters + 1
        calls = in_order([state.calls[each] for each in state.to_send if each in state.calls])
        id = derive("letter", inbox_id(state.person), str(number))
        letter = Letter(id=id, calls=tuple(calls), made_at=now, next_at=now)
        state = state.model_copy(update={"letter": letter, "letters": number, "to_send": (), "gather_until": None})
    taken = underway.take(state.letter, holder, now, lease) if state.letter else None
    return state.model_copy(update={"letter": taken}) if taken else None


def came_to(state: Inbox, outcome: Outcome, now: datetime, give_up_after: timedelta) -> Inbox:
    """What the attempt came to."""
    letter = state.letter and underway.came_to(state.letter, outcome, now, give_up_after)
    return state.model_copy(update={"letter": letter})
