"""An incident: whose it is, what is known of it, and the one answer that others see before anybody gets it (F8)."""

from collections.abc import Sequence
from datetime import datetime

from schemas.base import Event, UtcDatetime
from schemas.events.incident import (
    IncidentAnswerApproved,
    IncidentAnswerOffered,
    IncidentAnswerProposed,
    IncidentCaseJoined,
    IncidentChanged,
    IncidentClosed,
    IncidentOutcome,
    IncidentOwned,
    IncidentRaised,
    IncidentRisen,
    Reason,
    Rise,
)
from schemas.ids import derive
from services.followup.domain.radar import Frozen, Sighting, key


class Refused(Exception):
    """A command that can not be carried out, with the kind and status of the problem that HTTP tells."""

    def __init__(self, kind: str, detail: str, status: int = 409) -> None:
        super().__init__(detail)
        self.kind = kind
        self.status = status


class Note(Frozen):
    """What somebody wrote about the incident."""

    by: str
    text: str
    at: UtcDatetime
    refuses_answer: bool = False


class Answer(Frozen):
    """A version of the one answer, by language."""

    version: int
    author: str
    texts: dict[str, str]
    at: UtcDatetime
    approved_by: str = ""


class Incident(Frozen):
    """All that is known of an incident but its cases. The first reason is the one that cases are matched by."""

    id: str
    brand: str
    reasons: tuple[Reason, ...]
    started_at: UtcDatetime
    raised_at: UtcDatetime
    after: str = ""
    """The closed incident that this is another wave of."""
    rises: tuple[Rise, ...] = ()
    """How it rose anew since then, in order."""
    owner: str = ""
    notes: tuple[Note, ...] = ()
    proposed: Answer | None = None
    """Waits for four eyes."""
    approved: Answer | None = None
    absorbed: tuple[str, ...] = ()
    """Leads of incidents that turned out to be this one: their cases belong here too."""
    outcome: IncidentOutcome | None = None
    closed_by: str = ""
    closed_at: UtcDatetime | None = None
    merged_into: str = ""

    @property
    def lead(self) -> str:
        """The key that cases are matched by."""
        return key(self.reasons[0].dimension, self.reasons[0].value)

    @property
    def leads(self) -> frozenset[str]:
        """All the keys that cases are matched by."""
        return frozenset({self.lead, *self.absorbed})

    @property
    def open(self) -> bool:
        return self.outcome is None

    @property
    def versions(self) -> int:
        """How many versions of the answer there were."""
        return max((each.version for each in (self.proposed, self.approved) if each), default=0)


Change = tuple[Incident, Sequence[Event]]


def seen(
    state: Incident | None,
    id: str,
    brand: str,
    reasons: Sequence[Reason],
    started_at: datetime,
    now: datetime,
    after: str = "",
) -> Change | None:
    """The radar sees a burst: a new incident, or what is new of one that is known. What is closed stays as it is.

    `after` is a closed incident that a new one is another wave of.
    """
    if state is None:
        facts = {"reasons": _distinct(reasons), "started_at": started_at, "raised_at": now, "after": after}
        first = Incident.model_validate({"id": id, "brand": brand, **facts})
        return first, (IncidentRaised.model_validate({**_named(first), **facts}),)
    new = _new(state, reasons)
    if not state.open or not new:
        return None
    changed = IncidentChanged(**_named(state), change="reasons", reasons=new, changed_at=now)
    return state.model_copy(update={"reasons": (*state.reasons, *new)}), (changed,)


def rose(state: Incident | None, rise: Rise) -> Change | None:
    """The radar sees that it rises anew; each time is told once. What is closed stays as it is."""
    if state is None or not state.open or (state.rises and rise.at <= state.rises[-1].at):
        return None
    return state.model_copy(update={"rises": (*state.rises, rise)}), (IncidentRisen(**_named(state), rise=rise),)


def absorb(state: Incident, other: Incident, by: str, now: datetime) -> Change:
    """The other incident turned out to be this one: its reasons and its cases belong here from now on."""
    _require_open(state)
    if other.id == state.id or other.brand != state.brand:
        raise Refused("incidents-not-alike", "an incident goes on in another one of the same brand")
    new = _new(state, other.reasons)
    changed = IncidentChanged(**_named(state), change="reasons", by=by, reasons=new, changed_at=now)
    leads = tuple(dict.fromkeys((*state.absorbed, other.lead, *other.absorbed)))
    facts = {
        "reasons": (*state.reasons, *new),
        "absorbed": leads,
        "started_at": min(state.started_at, other.started_at),
    }
    return state.model_copy(update=facts), (changed,)


def own(state: Incident, owner: str, by: str, now: datetime) -> Change:
    """Somebody takes care of it."""
    _require_open(state)
    if state.owner == owner:
        return state, ()
    return state.model_copy(update={"owner": owner}), (
        IncidentOwned(**_named(state), owner=owner, by=by, owned_at=now),
    )


def add_note(state: Incident, text: str, by: str, now: datetime) -> Change:
    """Write something down, also after the end: what was learned comes later."""
    note = Note(by=by, text=text, at=now)
    changed = IncidentChanged(**_named(state), change="note", by=by, text=text, changed_at=now)
    return state.model_copy(update={"notes": (*state.notes, note)}), (changed,)


def propose(state: Incident, texts: dict[str, str], by: str, now: datetime) -> Change:
    """The owner writes the answer. It replaces what still waits; what was approved holds until this is approved too."""
    _require_open(state)
    if by != state.owner:
        owner = state.owner or "nobody yet"
        raise Refused("not-the-incidents-owner", f"the incident's owner writes its answer; that is {owner}", 403)
    answer = Answer(version=state.versions + 1, author=by, texts=texts, at=now)
    said = IncidentAnswerProposed(**_named(state), version=answer.version, author=by, texts=texts, proposed_at=now)
    return state.model_copy(update={"proposed": answer}), (said,)


def approve(state: Incident, version: int, by: str, now: datetime) -> Change:
    """Somebody else than its author lets the answer out, to the owners of the cases."""
    answer = _waiting(state, version, by)
    approved = answer.model_copy(update={"approved_by": by, "at": now})
    said = IncidentAnswerApproved(
        **_named(state), version=version, author=answer.author, by=by, texts=answer.texts, approved_at=now
    )
    return state.model_copy(update={"proposed": None, "approved": approved}), (said,)


def refuse(state: Incident, version: int, text: str, by: str, now: datetime) -> Change:
    """Somebody else than its author gives the answer back, and says why."""
    _waiting(state, version, by)
    note = Note(by=by, text=text, at=now, refuses_answer=True)
    said = IncidentChanged(**_named(state), change="answer-refused", by=by, text=text, changed_at=now)
    return state.model_copy(update={"proposed": None, "notes": (*state.notes, note)}), (said,)


def close(
    state: Incident, outcome: IncidentOutcome, text: str, by: str, now: datetime, merged_into: str = ""
) -> Change:
    """It is over, was a false alarm, or goes on in another incident of the brand."""
    _require_open(state)
    facts = {"outcome": outcome, "merged_into": merged_into, "closed_at": now}
    notes = (*state.notes, Note(by=by, text=text, at=now)) if text else state.notes
    after = state.model_copy(update={**facts, "closed_by": by, "notes": notes})
    return after, (IncidentClosed.model_validate({**_named(state), **facts, "by": by, "text": text}),)


class IncidentCase(Frozen):
    """A case of an incident, and the version of the answer that its owner was offered; 0: none yet."""

    incident_id: str
    brand: str
    case_id: str
    conversation: str
    language: str
    joined_at: UtcDatetime
    offered: int = 0
    offered_at: UtcDatetime | None = None


def membership_id(incident_id: str, case_id: str) -> str:
    """Under which a case's place in an incident is kept."""
    return derive("incident-case", incident_id, case_id)


def join(
    state: IncidentCase | None, incident: Incident, one: Sighting, now: datetime
) -> tuple[IncidentCase, Sequence[Event]] | None:
    """The case of this message belongs to the incident; once."""
    if state is not None:
        return None
    facts = {"case_id": one.case_id, "conversation": one.conversation, "language": one.language, "joined_at": now}
    member = IncidentCase.model_validate({**_named(incident), **facts})
    return member, (IncidentCaseJoined.model_validate({**_named(incident), **facts}),)


def offer(state: IncidentCase | None, answer: Answer, now: datetime) -> tuple[IncidentCase, Sequence[Event]] | None:
    """The owner of the case gets the answer as a draft: once, and only in the customer's own language."""
    text = answer.texts.get(state.language) if state else None
    if state is None or state.offered or not text:
        return None
    said = IncidentAnswerOffered(
        case_id=state.case_id,
        conversation=state.conversation,
        brand=state.brand,
        incident_id=state.incident_id,
        author=answer.author,
        approved_by=answer.approved_by,
        language=state.language,
        text=text,
        offered_at=now,
    )
    return state.model_copy(update={"offered": answer.version, "offered_at": now}), (said,)


def _distinct(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """Of each dimension, value and measure the first one: the least likely."""
    return tuple({(each.dimension, each.value, each.measure): each for each in reversed(reasons)}.values())[::-1]


def _new(state: Incident, reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    known = {(each.dimension, each.value, each.measure) for each in state.reasons}
    return tuple(each for each in _distinct(reasons) if (each.dimension, each.value, each.measure) not in known)


def _waiting(state: Incident, version: int, by: str) -> Answer:
    _require_open(state)
    if state.proposed is None or state.proposed.version != version:
        raise Refused("answer-not-waiting", f"version {version} of the answer does not wait for four eyes")
    if state.proposed.author == by:
        raise Refused("four-eyes", "somebody else than its author sees the answer before it goes out", 403)
    return state.proposed


def _require_open(state: Incident) -> None:
    if not state.open:
        raise Refused("incident-closed", f"the incident was closed: {state.outcome}")


def _named(state: Incident) -> dict[str, str]:
    return {"incident_id": state.id, "brand": state.brand}
