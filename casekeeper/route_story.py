"""Why a case is with whom it is, and who was asked: each decision of routing in sentences, from the topics alone (O4)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from casekeeper.case_story import envelopes
from schemas.envelope import Envelope
from schemas.events.routing import (
    ApproverFound,
    ApproverRequested,
    Candidate,
    CapacityReleased,
    Explanation,
    InterpreterRequested,
    OwnerRequested,
    RequestUnserved,
    RoutingDecision,
    SpecialistOffered,
    SpecialistRequested,
)
from services.chassis.kafka import Cluster

Asked = OwnerRequested | SpecialistRequested | ApproverRequested
TOPICS = ("routing.requests", "routing.decisions")
WANTED = {
    "owner": "an owner",
    "cover": "somebody to act for the owner",
    "specialist": "a specialist",
    "interpreter": "an interpreter",
    "approver": "somebody to approve a reply or a grant",
}
RULED_OUT = {
    "named": "not the person who was named",
    "excluded": "asked before, or had refused",
    "brand": "not working for the brand",
    "country": "not in the country asked for",
    "skill": "without the skill",
    "mandate": "without a mandate for so much",
    "language": "without the language",
    "absent": "absent",
    "off-shift": "off shift",
    "ending-soon": "about to go home",
    "full": "full",
    "outscored": "able to, with more points",
}
"""What an explanation counts, in words."""
GAVE_WAY = {
    "language": "that the person speaks the language",
    "capacity": "that the person has room",
    "ending-soon": "that the person stays long enough",
    "skill": "that the person has the skill",
    "preferred": "that it is the person whom the customer knows",
}


@dataclass
class Search:
    """One thing that was asked of routing, and what came of it."""

    asked: Envelope
    decisions: list[Envelope] = field(default_factory=list)
    released: list[Envelope] = field(default_factory=list)

    @property
    def request(self) -> Asked:
        """What was asked."""
        data = self.asked.data
        assert isinstance(data, Asked)  # noqa: S101 - `searches` takes no others
        return data

    def shown(self) -> dict[str, Any]:
        """As one JSON object."""
        request = self.request.model_dump(mode="json")
        decisions = [
            {"at": _json(each.time), "type": each.type, **each.data.model_dump(mode="json")} for each in self.decisions
        ]
        ended = [{"at": _json(each.time), "person": _released(each).person} for each in self.released]
        return {
            "asked_at": _json(self.asked.time),
            "type": self.asked.type,
            "request": request,
            "decisions": decisions,
            "released": ended,
        }


async def read_searches(cluster: Cluster, case_id: str) -> list[Search]:
    """What was asked of routing for a case, in order. Raises Unavailable."""
    return searches([each async for each in envelopes(cluster, TOPICS)], case_id)


def searches(events: Iterable[Envelope], case_id: str) -> list[Search]:
    """The same from events in any order; each counts once."""
    mine = {each.id: each for each in events if getattr(each.data, "case_id", None) == case_id}
    found: dict[str, Search] = {}
    ordered = sorted(mine.values(), key=lambda each: each.time)
    for each in ordered:
        if isinstance(each.data, Asked):
            found.setdefault(each.data.request_id, Search(each))
    for each in ordered:
        if isinstance(each.data, RoutingDecision) and each.data.request_id in found:
            found[each.data.request_id].decisions.append(each)
        elif isinstance(each.data, CapacityReleased) and each.data.request_id in found:
            found[each.data.request_id].released.append(each)
    return list(found.values())


def asked_for(search: Search) -> str:
    """What was asked, as one sentence."""
    request = search.request
    parts = [f"{WANTED.get(request.type.partition('.')[0], request.type)} for {request.brand}"]
    parts.append("in any language" if request.language == "und" else f"in {request.language}")
    parts += _more_wanted(request)
    if request.excluded:
        parts.append(f"but not {', '.join(request.excluded)}")
    return f"{', '.join(parts)}; due {_clock(request.due_at)}, in {_span(search.asked.time, request.due_at)}"


def _more_wanted(request: Asked) -> Iterator[str]:
    if isinstance(request, ApproverRequested):
        if request.mandates:
            levels = ", ".join(level or "none, as a lead" for level in request.mandates)
            yield f"with one of these mandates: {levels}"
        return
    if isinstance(request, InterpreterRequested):
        yield f"at {request.level} or better, and in {request.other_language}"
    if request.skill:
        yield f"who knows {request.skill}"
    if isinstance(request, SpecialistRequested):
        if request.country:
            yield f"in {request.country}"
        if request.specialist:
            yield f"{request.specialist} by name"
    elif request.preferred:
        yield f"best {request.preferred}, whom the customer knows"


def told(search: Search) -> Iterator[tuple[datetime, str, Explanation]]:
    """Each decision as a moment, a few sentences, and the explanation they are made of."""
    for envelope in search.decisions:
        data = envelope.data
        explanation: Explanation = getattr(data, "explanation", Explanation())
        if isinstance(data, RequestUnserved):
            sentences = [f"Nobody could. {_waits_for(data)}"]
        else:
            person = getattr(data, "person", "")
            sentences = [
                f"{person} was {_chosen_as(data)}, {_span(search.asked.time, envelope.time)} after it was asked."
            ]
            sentences += _losses(person, explanation.candidates)
        if explanation.excluded:
            counts = (f"{count} {RULED_OUT.get(name, name)}" for name, count in explanation.excluded.items())
            sentences.append(f"Of {_considered(explanation)} considered: {', '.join(counts)}.")
        if explanation.relaxed:
            sentences.append(f"Not kept: {', '.join(GAVE_WAY.get(name, name) for name in explanation.relaxed)}.")
        if explanation.policy:
            sentences.append(f"By the policy {explanation.policy}, rules {explanation.rules or 'unknown'}.")
        yield envelope.time, " ".join(sentences), explanation


def terms_of(explanation: Explanation) -> list[str]:
    """The terms that any candidate has points for, in the order of the first who has them."""
    return list(dict.fromkeys(name for each in explanation.candidates for name in each.terms))


def _chosen_as(data: Any) -> str:
    if isinstance(data, SpecialistOffered):
        until = f", with an answer wanted by {_clock(data.expires_at)}" if data.expires_at else ""
        return f"asked{until}"
    if isinstance(data, ApproverFound):
        return f"expected to act, until {_clock(data.until)}"
    return "chosen"


def _losses(person: str, candidates: tuple[Candidate, ...]) -> Iterator[str]:
    """Why each other candidate lost: what cost them more than the one who was chosen, the most first."""
    winner = next((each for each in candidates if each.person == person), None)
    for each in candidates:
        if winner is None or each.person == person:
            continue
        names = {*each.terms, *winner.terms}
        more = {name: each.terms.get(name, 0.0) - winner.terms.get(name, 0.0) for name in names}
        causes = [f"{name} {cost:+.3f}" for name, cost in sorted(more.items(), key=lambda one: -one[1]) if cost]
        behind = each.score - winner.score
        if behind <= 0 or not causes:
            yield f"{each.person} had as many points; whose share of work is smaller, or whose turn was longer ago, goes first."
        else:
            yield f"{each.person} had {behind:.3f} points more ({', '.join(causes)})."


def _waits_for(data: RequestUnserved) -> str:
    if data.next_possible_at is None:
        return "It waits until somebody has room, or comes."
    return f"It waits: somebody can from {_clock(data.next_possible_at)} on, or as soon as somebody has room."


def _considered(explanation: Explanation) -> int:
    return sum(explanation.excluded.values()) + len(explanation.candidates)


def _released(envelope: Envelope) -> CapacityReleased:
    assert isinstance(envelope.data, CapacityReleased)  # noqa: S101 - `searches` takes no others
    return envelope.data


def _clock(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _json(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _span(start: datetime, end: datetime) -> str:
    """A length of time as people say it."""
    seconds = (end - start).total_seconds()
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    if seconds < 120:
        return f"{sign}{seconds:.0f} seconds"
    if seconds < 7200:
        return f"{sign}{seconds / 60:.0f} minutes"
    return f"{sign}{seconds / 3600:.1f} hours"
