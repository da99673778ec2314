"""What becomes of consults (O2, rule 3): each question ends once, and the room that it took is free again, once."""

from collections import Counter
from collections.abc import Iterator

from casekeeper.checker.verdict import Evidence
from schemas.events.consult import (
    ConsultAnswered,
    ConsultDeclined,
    ConsultOffered,
    ConsultOfferExpired,
    ConsultRequested,
    ConsultWithdrawn,
)
from schemas.events.routing import CapacityReleased, InterpreterRequested, SpecialistRequested


def answers(evidence: Evidence) -> list[ConsultAnswered]:
    """The answers that were waited for."""
    return [event for event in evidence.log.all(ConsultAnswered) if not event.late]


def asked(evidence: Evidence) -> list[SpecialistRequested]:
    """The requests of all consults, those for interpreters too."""
    return [*evidence.log.all(SpecialistRequested), *evidence.log.all(InterpreterRequested)]


def unended(evidence: Evidence) -> Iterator[str]:
    """Questions without an end, and requests whose room was never free again."""
    offered = {each.consult_id for each in evidence.log.all(ConsultOffered)}
    answered = {each.consult_id for each in answers(evidence)}
    withdrawn = {each.consult_id for each in evidence.log.all(ConsultWithdrawn)}
    for id in dict.fromkeys(each.consult_id for each in evidence.log.all(ConsultRequested)):
        if id in answered or id in withdrawn:
            continue
        elif id not in offered:
            yield f"consult {id} was requested and never offered to a specialist"
        else:
            yield f"consult {id} was offered and never answered"
    released = {event.request_id for event in evidence.log.all(CapacityReleased)}
    for event in asked(evidence):
        if event.consult_id in answered | withdrawn and event.request_id not in released:
            yield f"request {event.request_id} of consult {event.consult_id} was never released, though the consult has ended"


def twice(evidence: Evidence) -> Iterator[str]:
    """Consults that were answered more than once, and specialists who were freed of one, or asked for it, too often."""
    for id, times in Counter(each.consult_id for each in answers(evidence)).items():
        if times > 1:
            yield f"consult {id} was answered {times} times"
    requests = {event.request_id for event in asked(evidence)}
    for id, times in evidence.log.released_again(requests):
        yield f"request {id} for a specialist was released {times} times"
    gone: set[tuple[str, str]] = set()
    for event in evidence.log.case_events():
        if isinstance(event, ConsultDeclined | ConsultOfferExpired):
            gone.add((event.consult_id, event.specialist))
        elif isinstance(event, ConsultOffered) and (event.consult_id, event.specialist) in gone:
            yield f"consult {event.consult_id} was offered again to {event.specialist}, who had declined it or let it expire"
