"""People whom the organisation's files do not have: known by records alone."""

from schemas.base import Model
from schemas.events.roster import PersonRecorded, RosterPerson


class Recorded(Model):
    """Such a person, as known now."""

    person: RosterPerson
    left: bool = False
    """Whether they work here no more, or the files say by now who they are."""


def recorded(known: Recorded | None, event: PersonRecorded) -> Recorded | None:
    """What is known after an event; None when there is nothing to know."""
    if event.filed and known is None:
        return None
    return Recorded(person=event.person, left=event.left or event.filed)
