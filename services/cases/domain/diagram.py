"""The states of a case as a picture, found by living every life: each command and fact in each state that can be reached.

`python -m services.cases.domain.diagram` prints it as Mermaid; docs/case.md shows it.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.base import Event
from schemas.events.case import CaseMerged, CaseMergeRefused
from schemas.events.delivery import DeliveryFailed, DeliverySent
from schemas.events.followup import ClockBreached
from schemas.events.message import Author, Classification, Message, MessageClassified
from schemas.events.routing import Explanation, OwnerAssigned, SpecialistOffered
from schemas.organisation import Brand, Person
from services.cases.domain import Case, Refused, commands, fold, progress, regrouping
from services.cases.domain.arrival import case_for, message_arrived
from services.cases.domain.commands import covers, handovers, merging, notes
from services.cases.domain.terms import Terms

NOW = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)
OWNER, OTHER, EXPERT, LEAD = "owner", "other", "expert", "lead"
TOLD = {"case_id": "case", "conversation": "conversation"}
DEEPEST = 9
"""Steps of the longest life that is tried; longer ones have shown nothing new."""
NOBODY = "[*]"

Move = Callable[[Case], Sequence[Event]]
Transition = tuple[str, str, str]
"""From one state to another, and by which move."""

BRAND = Brand.model_validate(
    {"id": "brand", "name": "Brand", "purpose": "service", "voice": "Kind.", "pool": "care", "calendar": "always"}
)


def _person(id_: str) -> Person:
    role = {EXPERT: "specialist", LEAD: "lead"}.get(id_, "agent")
    facts = {"id": id_, "name": id_.title(), "initials": id_[:2].upper(), "role": role, "email": f"{id_}@example.org"}
    place = {"country": "NL", "time_zone": "Europe/Amsterdam", "languages": {"en": "C1"}, "hours": "24/7"}
    return Person.model_validate(facts | place | {"brands": ["brand"]})


TERMS = Terms(BRAND, lambda moment: moment + timedelta(hours=1), lambda _: 1000, _person)


def _heard(number: int) -> MessageClassified:
    message = Message(
        id=f"message-{number}",
        brand="brand",
        channel="web",
        conversation="conversation",
        external_id=str(number),
        author=Author(id="ana"),
        text="It leaks",
        sent_at=NOW,
        received_at=NOW,
    )
    sure = {f"{name}_confidence": 1.0 for name in ("language", "intent", "sentiment", "urgency", "topic")}
    label = {"language": "en", "intent": "question", "sentiment": "neutral", "urgency": "normal", "topic": "leak"}
    return MessageClassified(message=message, classification=Classification.model_validate(label | sure))


def message(case: Case | None) -> Sequence[Event]:
    """The customer writes. What belongs to a new case does nothing to this one (rule 6)."""
    cases, heard = [case] if case else [], _heard(case.messages + 1 if case else 1)
    here = case is None or case_for(heard, cases) == case.id
    return message_arrived(case, heard, cases, TERMS, NOW) if here else []


def _assigned(case: Case) -> Sequence[Event]:
    by = OwnerAssigned(**TOLD, request_id="request", person=OWNER, explanation=Explanation(), decided_at=NOW)
    return progress.owner_assigned(case, by, NOW)


def _ask(case: Case) -> Sequence[Event]:
    command = commands.AskSpecialist(question="Why?")
    return commands.ask_specialist(case, command, case.owner, TERMS, f"consult-{len(case.consults)}", NOW)


def _each(find: Callable[[Case], Sequence[Any]], do: Callable[[Case, Any], Sequence[Event]]) -> Move:
    """Does it with the first of what is found; nothing where there is none."""

    def move(case: Case) -> Sequence[Event]:
        found = find(case)
        return do(case, found[0]) if found else []

    return move


def _offered(case: Case, consult: Any) -> Sequence[Event]:
    waiting = [each for each in consult.requests if each not in consult.offers]
    if not waiting:
        return []
    found = {"request_id": waiting[0], "consult_id": consult.id, "person": EXPERT, "country": "GB"}
    offer = SpecialistOffered(**TOLD, **found, explanation=Explanation(), decided_at=NOW)
    return progress.specialist_offered(case, offer)


def _reply(case: Case) -> Sequence[Event]:
    command = commands.WriteReply(text=f"Do this {len(case.replies)}")
    return commands.reply(case, command, case.owner, TERMS, f"reply-{len(case.replies)}", NOW)


def _queued(case: Case) -> list[Any]:
    return [each for each in case.replies.values() if each.status == "queued"]


def _sent(case: Case, reply: Any) -> Sequence[Event]:
    return progress.delivery_sent(case, DeliverySent(**TOLD, reply_id=reply.id, receipt="r", sent_at=NOW))


def _failed(case: Case, reply: Any) -> Sequence[Event]:
    return progress.delivery_failed(case, DeliveryFailed(**TOLD, reply_id=reply.id, reason="gone"), NOW)


def _quiet(case: Case) -> Sequence[Event]:
    if case.closes_at is None:
        return []
    names = {"clock_id": "closing", "subject_id": case.id, "brand": case.brand}
    return progress.clock_breached(case, ClockBreached(**TOLD, **names, kind="closing", due_at=case.closes_at), NOW)


def _offer(case: Case) -> Sequence[Event]:
    command = handovers.OfferHandover(to=OTHER if case.owner == OWNER else OWNER, reason="end of shift")
    return handovers.offer_handover(case, command, case.owner, f"handover-{len(case.handovers)}", TERMS, NOW)


def _forced(case: Case) -> Sequence[Event]:
    command = handovers.ForceHandover(to=OTHER if case.owner == OWNER else OWNER, reason="ill")
    return handovers.force_handover(case, command, LEAD, f"handover-{len(case.handovers)}", TERMS, NOW)


def _cover(case: Case) -> Sequence[Event]:
    command = covers.NameCover(cover=OTHER, reason="off shift", ends_at=NOW + timedelta(hours=8))
    return covers.name_cover(case, command, case.owner, TERMS, NOW)


def _merge(case: Case) -> Sequence[Event]:
    target = case.model_copy(update={"id": "another", "resolved": False, "closed": False})
    return merging.merge(case, target, merging.MergeCase(into="another", reason="r"), case.owner, TERMS, True, NOW)


def _unmerged(case: Case) -> Sequence[Event]:
    told = CaseMergeRefused(**TOLD, brand="brand", into=case.merged_into or "nothing", reason="it is closed")
    return regrouping.merge_refused(case, told)


def _absorbed(case: Case) -> Sequence[Event]:
    facts = {"case_id": "another", "conversation": "another", "brand": "brand", "into": case.id}
    more = {"into_conversation": "conversation", "by": OWNER, "reason": "r", "merged_at": NOW, "unanswered": True}
    return regrouping.absorbed(case, CaseMerged.model_validate(facts | more), NOW)


MOVES: dict[str, Move] = {
    "a message comes": message,
    "routing finds an owner": _assigned,
    "a specialist is asked": _ask,
    "routing offers it": _each(lambda case: case.open_consults, _offered),
    "the specialist answers": _each(
        lambda case: [each for each in case.open_consults if each.specialist],
        lambda case, consult: commands.answer_consult(
            case, consult.id, commands.AnswerConsult(answer="So"), consult.specialist, NOW
        ),
    ),
    "the question is withdrawn": _each(
        lambda case: case.open_consults,
        lambda case, consult: commands.withdraw_consult(case, consult.id, case.owner, NOW),
    ),
    "a reply is written": _reply,
    "a reply is sent": _each(_queued, _sent),
    "a reply fails": _each(_queued, _failed),
    "a note is written": lambda case: notes.write_note(case, notes.WriteNote(text="n"), OTHER, "note", NOW),
    "a handover is offered": _offer,
    "a handover is accepted": _each(
        lambda case: [case.pending_handover] if case.pending_handover else [],
        lambda case, handover: handovers.accept_handover(case, handover.id, handover.to, TERMS, NOW),
    ),
    "a handover is forced": _forced,
    "a cover is named": _cover,
    "the case is resolved": lambda case: commands.resolve(case, case.owner, TERMS, NOW),
    "the quiet period ends": _quiet,
    "it is merged into another": _merge,
    "the other case can not take it": _unmerged,
    "another case is merged into it": _absorbed,
}


def transitions() -> list[Transition]:
    """Every change of state that some life has, sorted by where it begins."""
    born = fold(message(None))
    assert born is not None  # noqa: S101 - a message opens a case
    found: set[Transition] = {(NOBODY, born.status, "a message comes")}
    lives, known = [born], {_signature(born)}
    for _ in range(DEEPEST):
        later = []
        for case in lives:
            for name, after in _next(case):
                if after.status != case.status:
                    found.add((case.status, after.status, name))
                if _signature(after) not in known:
                    known.add(_signature(after))
                    later.append(after)
        lives = later
    return sorted(found)


def _next(case: Case) -> Iterator[tuple[str, Case]]:
    """Where each move that is not refused leads to."""
    for name, move in MOVES.items():
        try:
            after = fold(move(case), case)
        except Refused:
            continue
        if after is not None and after != case:
            yield name, after


def _signature(case: Case) -> tuple[object, ...]:
    """What the rules look at, as far as another life might go on differently."""
    asked = sorted((each.open, bool(each.specialist)) for each in case.consults.values())[-2:]
    replies = sorted({each.status for each in case.replies.values()})
    flags = (case.resolved, case.closed, case.unanswered, bool(case.owner), bool(case.merged_into), bool(case.absorbed))
    return (*flags, *asked, *replies, case.pending_handover is not None, case.cover is not None, bool(case.handovers))


def mermaid() -> str:
    """The picture; what leads from one state to another by several moves is one arrow."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for start, end, name in transitions():
        arrows.setdefault((start, end), []).append(name)
    states = sorted({state for pair in arrows for state in pair} - {NOBODY})
    # Mermaid takes no hyphens in the names of states.
    lines = [f'    state "{state}" as {_name(state)}' for state in states if state != _name(state)]
    lines += [f"    {_name(start)} --> {_name(end)}: {', or '.join(by)}" for (start, end), by in arrows.items()]
    return "\n".join(["stateDiagram-v2", *lines])


def _name(state: str) -> str:
    return state.replace("-", "_")


if __name__ == "__main__":
    sys.stdout.write(mermaid() + "\n")
