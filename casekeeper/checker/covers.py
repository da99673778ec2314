"""Who was found to act for an owner, or looked for (rule 1): each is free again when it is over, once."""

from collections.abc import Iterator

from casekeeper.checker.verdict import Evidence
from schemas.events.case import CaseCoverEnded, CaseCoverNamed, CaseCoverUnwanted, CaseEvent
from schemas.events.routing import CapacityReleased, CoverRequested


def uncovered(evidence: Evidence) -> Iterator[str]:
    """Covers that have ended, and searches that were called off, whose room was never free again."""
    released = {event.request_id for event in evidence.log.all(CapacityReleased)}
    for request in sorted(_ended(evidence.log.case_events()) - released):
        yield f"request {request} for a cover was never released, though the cover has ended"


def freed_twice(evidence: Evidence) -> Iterator[str]:
    """Covers whose room was given back more often than it was taken."""
    asked = {event.request_id for event in evidence.log.all(CoverRequested)}
    for id, times in evidence.log.released_again(asked):
        yield f"request {id} for a cover was released {times} times"


def _ended(events: Iterator[CaseEvent]) -> set[str]:
    """The requests of routing that are over."""
    covering: dict[str, str] = {}
    ended = set[str]()
    for event in events:
        if isinstance(event, CaseCoverNamed):
            covering[event.case_id] = event.request_id
        elif isinstance(event, CaseCoverEnded):
            ended.add(covering.pop(event.case_id, ""))
        elif isinstance(event, CaseCoverUnwanted):
            ended.add(event.request_id)
    return ended - {""}
