"""What somebody would do next in a case: pure, from the case as folded from its events."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from schemas.ids import derive
from schemas.organisation import Organisation
from services.cases.domain import Case, Consult
from services.cases.domain.offering import live_offers

CONSULT_SHARE = 0.35
"""Share of cases whose answer the owner does not know, although they speak the language and have the skill."""
PROMISE = timedelta(hours=4)
CONSULT_DUE_MINUTES = 30
"""So short that somebody who also speaks English is asked at once where no speaker of the language is at work."""
MAX_NAME = 30


@dataclass(frozen=True)
class Step:
    """One command to the cases service, by the person who would give it. `key` makes a repeat harmless."""

    case_id: str
    person: str
    path: str
    body: dict[str, Any]
    key: str
    until: datetime | None = None
    """For a holding reply: when the customer hears more. Its words are those that the service proposes."""


def next_steps(case: Case, organisation: Organisation, now: datetime) -> Sequence[Step]:
    """The next commands in this case, in order; none while somebody else has to act first."""
    if not case.owner or case.closed or case.resolved:
        return ()
    answered = [step for consult in case.open_consults for step in _specialist(case, consult, organisation)]
    others = [*_four_eyes(case, organisation), *answered]
    if others or case.open_consults or any(reply.on_its_way for reply in case.replies.values()):
        return others
    if any(reply.status in ("failed", "uncertain") for reply in case.replies.values()):
        return ()  # a person has to look at it
    if case.unanswered and not case.consults and _needs_specialist(case, organisation):
        return _ask(case, organisation, now)
    if case.unanswered or case.open_promises:
        return [_reply(case)]
    return [_step(case, case.owner, "resolution", {}, str(case.messages))]


def _four_eyes(case: Case, organisation: Organisation) -> list[Step]:
    """A coach or lead of the brand lets everything go that waits, but for their own; always the same one for a case (P1)."""
    people = [each for each in organisation.people if each.role in ("coach", "lead") and case.brand in each.brands]
    steps = []
    for approval in case.approvals.values():
        others = [each.id for each in people if each.id != approval.asked_by]
        if approval.status == "waiting" and others:
            coach = others[int(_share(case, "coach") * len(others))]
            steps.append(_step(case, coach, f"approvals/{approval.id}/approval", {}, "1"))
    return steps


def _step(case: Case, person: str, path: str, body: dict[str, Any], ordinal: str) -> Step:
    return Step(case.id, person, path, body, derive("autopilot", case.id, path, ordinal))


def _share(case: Case, purpose: str) -> float:
    """A number between 0 and 1 that is always the same for this case."""
    return int.from_bytes(hashlib.sha256(f"{purpose}{case.id}".encode()).digest()[:4]) / 2**32


def _needs_specialist(case: Case, organisation: Organisation) -> bool:
    owner = organisation.person(case.owner)
    foreign = case.language != "und" and not owner.speaks(case.language, "B2")
    unknown = bool(case.skill) and case.skill not in owner.skills
    return foreign or unknown or _share(case, "consult") < CONSULT_SHARE


def _ask(case: Case, organisation: Organisation, now: datetime) -> Sequence[Step]:
    due_at = now + PROMISE
    promise = {"what": "the specialist's answer", "due_at": due_at.isoformat()}
    said = {"kind": "holding", "promise": promise}
    holding = replace(_step(case, case.owner, "replies", said, f"holding-{len(case.replies)}"), until=due_at)
    question = {
        "question": f"Customer question about {case.topic or 'a product'} ({case.language}): what do I tell them?",
        "language": _language(case),
        "skill": case.skill if _somebody_has(case.skill, case.brand, organisation) else "",
        "due_minutes": CONSULT_DUE_MINUTES,
    }
    asked = _step(case, case.owner, "consults", question, str(len(case.consults)))
    return [asked] if case.open_promises else [holding, asked]  # an owner before this one may have promised already


def _somebody_has(skill: str, brand: str, organisation: Organisation) -> bool:
    """Whether a specialist of the brand has the skill; customers do write to the wrong brand."""
    return any(
        person.role == "specialist" and skill in person.skills and brand in person.brands
        for person in organisation.people
    )


def _specialist(case: Case, consult: Consult, organisation: Organisation) -> Sequence[Step]:
    """The first to whom it is offered accepts it and answers; nobody does while routing looks for somebody."""
    specialist, request = consult.specialist, consult.request_id
    accepted = True
    if live := live_offers(consult):
        offer = next((each for each in live if each.status == "accepted"), live[0])
        specialist, request, accepted = offer.specialist, offer.request_id, offer.status == "accepted"
    if not specialist:
        return ()
    accept = _step(case, specialist, f"consults/{consult.id}/acceptance", {}, request)
    return [*([] if accepted else [accept]), _answer(case, consult, specialist, request, organisation)]


def _answer(case: Case, consult: Consult, specialist: str, request: str, organisation: Organisation) -> Step:
    country = organisation.person(specialist).country
    choices = _texts("answers.yaml")[_language(case)]
    answer = choices[int(_share(case, "answer") * len(choices))]
    body = {"answer": f"{answer} ({country})"}
    return _step(case, specialist, f"consults/{consult.id}/answer", body, request or specialist)


def _reply(case: Case) -> Step:
    phrases = _texts("phrases.yaml")[_language(case)]
    consults = [consult for consult in case.consults.values() if consult.answer]
    first = not any(reply.kind == "answer" for reply in case.replies.values())
    kind = ("asked" if consults else "direct") if first else "again"
    choice = phrases[kind][int(_share(case, kind) * len(phrases[kind]))]
    said, _, country = consults[-1].answer.rpartition(" (") if consults else ("", "", "")
    text = choice.format(
        name=(case.customer.name or case.customer.handle or "")[:MAX_NAME], answer=said, country=country.rstrip(")")
    )
    keeps = case.open_promises[0].id if case.open_promises else ""
    body = {"kind": "answer", "text": text, "keeps_promise": keeps}
    return _step(case, case.owner, "replies", body, f"answer-{len(case.replies)}")


def _language(case: Case) -> str:
    return case.language if case.language in _texts("phrases.yaml") else "en"


@cache
def _texts(name: str) -> dict[str, Any]:
    texts: dict[str, Any] = yaml.safe_load(files("casekeeper.autopilot").joinpath(name).read_text(encoding="utf-8"))
    return texts
