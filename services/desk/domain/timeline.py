"""What happened in a case, in order, bounded: an entry for every event, with who, when and why."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from schemas.base import Model, UtcDatetime
from schemas.events.message import Attachment
from schemas.events.routing import Explanation
from schemas.events.understanding import Judgement

MAX_ENTRIES = 300
MAX_CHARACTERS = 200_000
"""Of all texts of one timeline together."""
MAX_ENTRY_CHARACTERS = 20_000
KEPT_FROM_THE_START = 20
"""What began the case is worth more than what came in the middle."""

EntryKind = Literal[
    "opened",
    "message",
    "assigned",
    "assignment-decided",
    "assignment-refused",
    "unserved",
    "consult-requested",
    "consult-offered",
    "consult-answered",
    "consult-withdrawn",
    "reply",
    "reply-sent",
    "reply-failed",
    "reply-uncertain",
    "promise-made",
    "promise-kept",
    "clock-warned",
    "clock-breached",
    "clock-escalated",
    "resolved",
    "reopened",
    "closed",
    "owner-changed",
    "cover-wanted",
    "cover-unwanted",
    "cover-named",
    "cover-ended",
    "note",
    "marked",
    "unmarked",
    "escalated",
    "merged",
    "unmerged",
    "absorbed",
    "forwarded",
    "split",
    "handover-offered",
    "handover-accepted",
    "handover-declined",
    "handover-expired",
    "handover-withdrawn",
    "handover-forced",
    "consult-accepted",
    "consult-declined",
    "consult-offer-expired",
    "consult-offer-ended",
    "consult-asked-back",
    "consult-clarified",
    "consult-rated",
    "consult-saved",
    "drafted",
    "discarded",
    "scheduled",
    "cancel-requested",
    "cancelled",
    "approval-requested",
    "approval-given",
    "approval-refused",
    "approval-withdrawn",
    "grant-proposed",
    "grant-made",
    "grant-refused",
    "feedback",
    "promise-broken",
    "promise-withdrawn",
    "corrected",
    "survey",
    "survey-replied",
    "survey-answered",
    "survey-declined",
    "survey-expired",
    "survey-refused",
    "thanked",
]
CUSTOMER_SEES: frozenset[EntryKind] = frozenset({"message", "reply", "survey", "survey-replied", "thanked"})


class Entry(Model):
    """One event. `by` is a person's id, or the name of the service that decided; empty for the customer."""

    id: str
    kind: EntryKind
    at: UtcDatetime
    by: str = ""
    text: str = ""
    clipped: bool = False
    ref: str = ""
    """The message, reply, consult, promise or clock it is about."""
    note: str = ""
    """One further word: the kind of a reply, the country of a specialist, a reason."""
    due_at: UtcDatetime | None = None
    late: bool = False
    explanation: Explanation | None = None
    attachments: tuple[Attachment, ...] = Field(default=(), max_length=20)
    conversation: str = ""
    """Where the customer wrote or reads it, when that is not the case's own conversation (a merged case, M4)."""
    understood: dict[Judgement, str] = Field(default_factory=dict)
    """What a message was taken to be; in a correction, what somebody says it really is."""
    unsure: tuple[Judgement, ...] = ()
    """What the classifier is not sure of in a message, and nobody has looked at yet (U3)."""


def entry_text(text: str) -> dict[str, object]:
    """The fields of an entry for a text of any length."""
    return {"text": text[:MAX_ENTRY_CHARACTERS], "clipped": len(text) > MAX_ENTRY_CHARACTERS}


def with_entry(entries: Sequence[Entry], entry: Entry) -> tuple[Entry, ...]:
    """The timeline with one more entry, in the order of time; equal times stay in the order of arrival."""
    place = len(entries)
    while place and entries[place - 1].at > entry.at:
        place -= 1
    return (*entries[:place], entry, *entries[place:])


def bounded(entries: Sequence[Entry]) -> tuple[tuple[Entry, ...], int]:
    """The timeline within its bounds, and how many entries had to go: the oldest after the beginning."""
    kept = list(entries)
    characters = sum(len(entry.text) for entry in kept)
    dropped = 0
    while len(kept) > KEPT_FROM_THE_START + 1 and (len(kept) > MAX_ENTRIES or characters > MAX_CHARACTERS):
        characters -= len(kept.pop(KEPT_FROM_THE_START).text)
        dropped += 1
    return tuple(kept), dropped
