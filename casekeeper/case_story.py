"""A case as its topic tells it: folded event by event, up to any moment, with who, when and why of each (design 4, rule 8)."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.envelope import Envelope, InvalidEnvelope
from schemas.events.routing import OwnerAssigned, SpecialistOffered
from services.cases.domain import Case, evolve
from services.chassis.kafka import Cluster, read

TOPIC = "cases.events"
CAUSES = ("messages.classified", "routing.decisions", "deliveries.events", "followup.events")


class StoryBroken(ValueError):
    """The topic does not tell the case from its beginning, or not in one way."""


@dataclass(frozen=True, slots=True)
class Step:
    """One event, and why it happened as far as the topics tell."""

    envelope: Envelope
    cause: Envelope | None = None
    """The event that led to it; none where a person, or time, did."""

    @property
    def who(self) -> str:
        """The person or integration who did it; empty for what another service reported, and for what time did."""
        return self.envelope.actor

    @property
    def why(self) -> list[str]:
        """The cause in words, and routing's explanation where it decided."""
        if self.cause is None:
            return ["a command" if self.who else "time"]
        data = self.cause.data
        told = [f"{self.cause.type} from {self.cause.source}"]
        if isinstance(data, OwnerAssigned | SpecialistOffered):
            told += _explained(data)
        return told

    def shown(self) -> dict[str, Any]:
        """As one JSON object."""
        return {
            "sequence": self.envelope.sequence,
            "time": self.envelope.time.isoformat(),
            "type": self.envelope.type,
            "id": self.envelope.id,
            "who": self.who,
            "cause": self.envelope.cause,
            "why": self.why,
            "data": self.envelope.data.model_dump(mode="json"),
        }


def _explained(data: OwnerAssigned | SpecialistOffered) -> list[str]:
    told = []
    for number, each in enumerate(data.explanation.candidates):
        terms = ", ".join(f"{name} {value:g}" for name, value in each.terms.items() if value)
        what = "chosen" if each.person == data.person else f"candidate {number + 1}"
        told.append(f"{what}: {each.person} with {each.score:g}" + (f" ({terms})" if terms else ""))
    if data.explanation.excluded:
        told.append("not: " + ", ".join(f"{count} {name}" for name, count in data.explanation.excluded.items()))
    if data.explanation.relaxed:
        told.append("without regard to " + ", ".join(data.explanation.relaxed))
    return told


def in_order(envelopes: Iterable[Envelope], case_id: str) -> list[Envelope]:
    """The case's events by their numbers, each once. Raises StoryBroken for two events with one number."""
    found: dict[int, Envelope] = {}
    for each in envelopes:
        if each.subject != case_id or not each.sequence:
            continue
        known = found.setdefault(each.sequence, each)
        if known.id != each.id:
            raise StoryBroken(f"{case_id} has two events with the number {each.sequence}: {known.id} and {each.id}")
    return [found[number] for number in sorted(found)]


def folded(steps: Sequence[Envelope], at: datetime | None = None) -> Case | None:
    """The case at a moment; none before it was opened. Raises StoryBroken when events are missing."""
    case: Case | None = None
    for number, each in enumerate(steps, 1):
        if each.sequence != number:
            raise StoryBroken(
                f"event {number} of case {each.subject} is not in the topic; it may have been kept too short"
            )
        if at and each.time > at:
            break
        case = evolve(case, each.data)
    return case


async def read_case(cluster: Cluster, case_id: str) -> list[Envelope]:
    """The case's events in order, from its topic. Raises Unavailable, and StoryBroken."""
    return in_order([each async for each in envelopes(cluster, [TOPIC]) if each.subject == case_id], case_id)


async def with_causes(cluster: Cluster, events: Sequence[Envelope]) -> list[Step]:
    """The events, each with what led to it. Raises Unavailable."""
    wanted = {each.cause for each in events}
    causes = {each.id: each async for each in envelopes(cluster, [*CAUSES, TOPIC]) if each.id in wanted}
    return [Step(each, causes.get(each.cause)) for each in events]


async def envelopes(cluster: Cluster, topics: Sequence[str]) -> AsyncIterator[Envelope]:
    """Every event that these topics hold now. Raises Unavailable."""
    async for record in read(cluster, topics):
        try:
            yield record.envelope()
        except InvalidEnvelope:
            continue  # it is none of ours; the services have put it aside
