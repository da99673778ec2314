"""What follow-up answers about incidents, as far as the pages show it."""

from datetime import datetime, timedelta

from pydantic import BaseModel

from schemas.base import UtcDatetime
from schemas.events.incident import IncidentOutcome, Reason, Rise

RISING = timedelta(hours=1)
"""So long is a rise news."""


class IncidentNote(BaseModel):
    """What somebody wrote about it."""

    by: str
    text: str
    at: UtcDatetime
    refuses_answer: bool = False


class IncidentAnswer(BaseModel):
    """A version of the one answer, by language."""

    version: int
    author: str
    texts: dict[str, str]
    at: UtcDatetime
    approved_by: str = ""


class Incident(BaseModel):
    """Many customers write about the same thing at once. The first reason is what its cases are matched by."""

    id: str
    brand: str
    reasons: list[Reason]
    started_at: UtcDatetime
    raised_at: UtcDatetime
    after: str = ""
    """The closed incident that this is another wave of."""
    rises: list[Rise] = []
    owner: str = ""
    notes: list[IncidentNote] = []
    proposed: IncidentAnswer | None = None
    approved: IncidentAnswer | None = None
    outcome: IncidentOutcome | None = None
    closed_by: str = ""
    closed_at: UtcDatetime | None = None
    merged_into: str = ""

    def rising(self, now: datetime) -> bool:
        """Whether it is open and rose anew within the last hour."""
        return self.outcome is None and bool(self.rises) and now - self.rises[-1].at < RISING

    @property
    def outgrown(self) -> bool:
        """Whether it rose anew since its answer was approved."""
        return bool(self.approved and self.rises and self.rises[-1].at > self.approved.at)

    @property
    def people(self) -> set[str]:
        """Everybody whom it names."""
        answers = [each for each in (self.proposed, self.approved) if each]
        named = {self.owner, self.closed_by, *(each.by for each in self.notes)}
        return named | {each.author for each in answers} | {each.approved_by for each in answers}


class Incidents(BaseModel):
    """The latest first, with how many cases each has and what those that ended turned out to be."""

    items: list[Incident]
    sizes: dict[str, int]
    closed_as: dict[IncidentOutcome, int]


class IncidentCase(BaseModel):
    """A case of the incident; `offered` is the version of the answer that its owner has as a draft, 0: none yet."""

    case_id: str
    language: str
    joined_at: UtcDatetime
    offered: int = 0


class OneIncident(BaseModel):
    """An incident with its cases."""

    incident: Incident
    cases: list[IncidentCase]
    waiting: dict[str, int]


class Step(BaseModel):
    """Some minutes: what was seen, and what would have been usual."""

    start: UtcDatetime
    messages: int
    negative: int
    usual: float
    rarely_more: float


class Volume(BaseModel):
    """How the incident rose."""

    step_minutes: int
    steps: list[Step]
