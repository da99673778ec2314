"""An incident: many customers write about the same thing at once (F8). From its first sign to its end."""

from typing import ClassVar, Literal

from pydantic import Field

from schemas.base import Event, Identifier, Language, Model, UtcDatetime
from schemas.events.case import CaseEvent

Dimension = Literal["all", "topic", "product", "place", "language"]
Measure = Literal["volume", "negative", "reach"]
"""volume: more messages; negative: a larger share of them is negative; reach: more messages of people with many followers."""
IncidentChange = Literal["reasons", "note", "answer-refused"]
IncidentOutcome = Literal["over", "false-alarm", "merged"]


class Reason(Model):
    """What was seen, and what would have been usual."""

    dimension: Dimension
    value: str = ""
    """The topic, product, place or language; empty for all messages of the brand."""
    measure: Measure = "volume"
    window_minutes: int = Field(gt=0)
    """The time that was looked at, up to when it was seen."""
    seen: float = Field(ge=0)
    """Messages; for `negative` those that are, for `reach` each weighed by 1 + log10(1 + followers)."""
    expected: float = Field(ge=0)
    """The same, as usual at this hour of the week."""
    by_chance_per_week: float = Field(ge=0)
    """How many times a week something as unlikely happens to this brand by chance, in all that is looked at."""


class Rise(Model):
    """An incident that is known rises anew: at least twice as much as was told before, or back after an hour's ebb."""

    reason: Reason
    """What is seen now."""
    before: float = Field(ge=0)
    """The most that was told of it, by the same measure in as long a time."""
    again: bool = False
    """It had ebbed, and is back."""
    at: UtcDatetime


class IncidentEvent(Event):
    """Common to all facts about an incident."""

    incident_id: Identifier
    brand: Identifier


class IncidentRaised(IncidentEvent):
    """The radar sees a rise that is hardly chance. The first reason is what cases are matched by."""

    type: ClassVar[str] = "incident.raised.v1"
    reasons: tuple[Reason, ...] = Field(min_length=1)
    started_at: UtcDatetime
    """When the messages begin that belong to it."""
    raised_at: UtcDatetime
    after: str = ""
    """An incident about the same that was closed before this wave of it, or while it was much smaller."""


class IncidentRisen(IncidentEvent):
    """It is open, and rises anew: who takes care of it should look again."""

    type: ClassVar[str] = "incident.risen.v1"
    rise: Rise


class IncidentOwned(IncidentEvent):
    """Somebody takes care of it, or gives it to somebody (`by`)."""

    type: ClassVar[str] = "incident.owned.v1"
    owner: Identifier
    by: Identifier
    owned_at: UtcDatetime


class IncidentChanged(IncidentEvent):
    """It is seen in something else too, somebody wrote a note, or the answer was given back to its author."""

    type: ClassVar[str] = "incident.changed.v1"
    change: IncidentChange
    by: str = ""
    """Empty: the radar."""
    text: str = ""
    reasons: tuple[Reason, ...] = ()
    """Those that are new."""
    changed_at: UtcDatetime


class IncidentAnswerProposed(IncidentEvent):
    """The owner wrote the one answer, in as many languages as they could; nobody gets it before somebody else approves."""

    type: ClassVar[str] = "incident.answer-proposed.v1"
    version: int = Field(ge=1)
    author: Identifier
    texts: dict[Language, str] = Field(min_length=1)
    proposed_at: UtcDatetime


class IncidentAnswerApproved(IncidentEvent):
    """Four eyes have seen the answer: from now on the owners of its cases find it as a draft."""

    type: ClassVar[str] = "incident.answer-approved.v1"
    version: int = Field(ge=1)
    author: Identifier
    by: Identifier
    texts: dict[Language, str] = Field(min_length=1)
    approved_at: UtcDatetime


class IncidentClosed(IncidentEvent):
    """It is over, was none, or goes on in another one. New cases do not join any more."""

    type: ClassVar[str] = "incident.closed.v1"
    by: Identifier
    outcome: IncidentOutcome
    merged_into: str = ""
    text: str = ""
    closed_at: UtcDatetime


class IncidentCaseJoined(IncidentEvent):
    """A case belongs to the incident: a customer wrote in it about what the incident is about."""

    type: ClassVar[str] = "incident.case-joined.v1"
    case_id: Identifier
    conversation: Identifier
    language: Language
    joined_at: UtcDatetime


class IncidentAnswerOffered(CaseEvent):
    """The approved answer of an incident, for the owner of one of its cases: a draft, sent by nobody but them."""

    type: ClassVar[str] = "incident.answer-offered.v1"
    incident_id: Identifier
    author: Identifier
    approved_by: Identifier
    language: Language
    text: str
    offered_at: UtcDatetime
