"""A message was read a second time by a better model (U1): the case follows, unless a person has looked at it since (U3)."""

from collections.abc import Sequence
from datetime import datetime

from schemas.base import Event
from schemas.events.second_reading import MessageReclassified
from schemas.ids import derive
from services.cases.domain.case import Case
from services.cases.domain.rereading import reclassified, reread
from services.cases.domain.terms import Terms


def case_of(event: MessageReclassified, cases: Sequence[Case]) -> str:
    """The case of the conversation that has heard the message; where none has (it was merged away), one that is not there."""
    heard = (case.id for case in cases for each in case.heard if each.message.id == event.message.id)
    return next(heard, derive("case", event.message.conversation, "unheard"))


def read_again(case: Case, event: MessageReclassified, terms: Terms, now: datetime) -> list[Event]:
    """What follows; nothing in a closed case, or where a person said what it is after the message came.

    It counts as any message does that is read in its conversation: a later one has the last word, and while the customer
    waits, urgency only rises.
    """
    looked_at = any(by.at >= event.message.received_at for by in case.corrected.values())
    if case.closed or looked_at or event.message.id in case.split_off:
        return []
    is_now = reread(case, event.message, event.classification)
    signals = tuple(signal.kind for signal in event.classification.signals)
    return reclassified(case, is_now, event.message, signals, terms, now, cause="second-reading")
