"""What the autopilot would do next, for each state that a case can be in."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from casekeeper.autopilot.play import PROMISE, next_steps
from schemas.events.message import Author
from schemas.organisation import Organisation
from schemas.organisation_file import load
from services.cases.domain import Case, Consult
from services.cases.domain.promised import Promise
from services.cases.domain.records import Approval, Reply

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
OWNER, SPECIALIST, COACH = "maaike.postma", "isla.fletcher", "lars.verhoeven"
NEXT = "daan.kuipers"
EXAMPLE = Path(__file__).parents[3] / "deploy" / "example-org"


@pytest.fixture(scope="module")
def organisation() -> Organisation:
    return load(EXAMPLE)


def case(**fields: Any) -> Case:
    """A case that its owner could answer alone: her language, and no skill that she lacks."""
    known = {
        "id": "case-known",
        "conversation": "conversation",
        "brand": "moccarel",
        "channel": "social",
        "visibility": "public",
        "pool": "care",
        "customer": Author(id="sanne", name="Sanne"),
        "language": "nl",
        "opened_at": NOON,
        "first_reply_due_at": NOON + timedelta(hours=1),
        "owner": OWNER,
        "messages": 1,
    }
    return Case.model_validate(known | fields)


def reply(status: str, kind: str = "answer") -> dict[str, Reply]:
    return {"r": Reply.model_validate({"id": "r", "kind": kind, "author": OWNER, "status": status})}


def offers(*people: str, status: str = "offered") -> dict[str, Any]:
    return {f"to-{name}": {"specialist": name, "request_id": f"to-{name}", "status": status} for name in people}


def consult(**fields: Any) -> dict[str, Consult]:
    return {"k": Consult.model_validate({"id": "k", "question": "?", "language": "nl"} | fields)}


def waiting(asked_by: str = OWNER, status: str = "waiting") -> dict[str, Approval]:
    """A reply that waits for four eyes."""
    fields = {"id": "a", "subject": "reply", "subject_id": "r", "asked_by": asked_by, "reasons": ("stage",)}
    return {"a": Approval.model_validate(fields | {"requested_at": NOON, "due_at": NOON, "status": status})}


PROMISED = {"p": Promise(id="p", what="the answer", due_at=NOON + PROMISE)}
FRENCH = {"language": "fr"}

TABLE: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    ("nobody owns it yet", {"owner": ""}, []),
    ("closed", {"closed": True, "resolved": True}, []),
    ("resolved", {"resolved": True}, []),
    ("the owner does not speak it", FRENCH, [(OWNER, "replies"), (OWNER, "consults")]),
    ("the owner lacks the skill", {"skill": "coffee"}, [(OWNER, "replies"), (OWNER, "consults")]),
    ("asked, nobody found yet", FRENCH | {"consults": consult()}, []),
    (
        "a specialist is asked",
        FRENCH | {"consults": consult(specialist=SPECIALIST), "replies": reply("queued", "holding")},
        [(SPECIALIST, "consults/k/answer")],
    ),
    (
        "a specialist is offered it",
        FRENCH | {"consults": consult(offers=offers(SPECIALIST))},
        [(SPECIALIST, "consults/k/acceptance"), (SPECIALIST, "consults/k/answer")],
    ),
    (
        "three are offered it",
        FRENCH | {"consults": consult(places=3, offers=offers(SPECIALIST, "harry.carter", "hannah.bennett"))},
        [(SPECIALIST, "consults/k/acceptance"), (SPECIALIST, "consults/k/answer")],
    ),
    (
        "one of two has accepted it",
        FRENCH | {"consults": consult(offers=offers("harry.carter") | offers(SPECIALIST, status="accepted"))},
        [(SPECIALIST, "consults/k/answer")],
    ),
    (
        "all have declined it, and routing looks for somebody else",
        FRENCH | {"consults": consult(offers=offers(SPECIALIST, status="declined"))},
        [],
    ),
    (
        "the holding reply is on its way",
        FRENCH | {"consults": consult(open=False, answer="Yes (FR)"), "replies": reply("queued", "holding")},
        [],
    ),
    (
        "the specialist has answered",
        FRENCH | {"consults": consult(open=False, answer="Yes (FR)"), "promises": PROMISED},
        [(OWNER, "replies")],
    ),
    (
        "a reply waits for four eyes",
        {"replies": reply("held"), "approvals": waiting()},
        [(COACH, "approvals/a/approval")],
    ),
    (
        "it waits, and so does a specialist",
        FRENCH | {"replies": reply("held"), "approvals": waiting(), "consults": consult(specialist=SPECIALIST)},
        [(COACH, "approvals/a/approval"), (SPECIALIST, "consults/k/answer")],
    ),
    ("it was seen, and is on its way", {"replies": reply("queued"), "approvals": waiting(status="given")}, []),
    ("a reply leaves later", {"replies": reply("scheduled")}, []),
    ("a reply failed", {"replies": reply("failed")}, []),
    ("nobody knows whether a reply arrived", {"replies": reply("uncertain")}, []),
    ("answered, and a promise is open", {"unanswered": False, "promises": PROMISED}, [(OWNER, "replies")]),
    ("answered", {"unanswered": False, "replies": reply("sent")}, [(OWNER, "resolution")]),
    ("the case has another owner", FRENCH | {"owner": NEXT}, [(NEXT, "replies"), (NEXT, "consults")]),
    ("the owner before has promised already", FRENCH | {"owner": NEXT, "promises": PROMISED}, [(NEXT, "consults")]),
    (
        "the owner before has asked",
        FRENCH | {"owner": NEXT, "promises": PROMISED, "consults": consult(open=False, answer="Yes (FR)")},
        [(NEXT, "replies")],
    ),
    (
        "the owner before has answered",
        {"owner": NEXT, "unanswered": False, "replies": reply("sent")},
        [(NEXT, "resolution")],
    ),
    ("the customer wrote again", {"replies": reply("sent"), "consults": consult(open=False)}, [(OWNER, "replies")]),
]


@pytest.mark.parametrize(("state", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_next_steps(organisation: Organisation, state: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    steps = next_steps(case(**state), organisation, NOON)
    assert [(step.person, step.path) for step in steps] == expected


def test_the_same_state_gives_the_same_commands(organisation: Organisation) -> None:
    """A command given twice, after a restart say, is one command."""
    state = case(**FRENCH)
    assert next_steps(state, organisation, NOON) == next_steps(state, organisation, NOON)
    later = next_steps(state, organisation, NOON + timedelta(hours=1))
    assert [step.key for step in later] == [step.key for step in next_steps(state, organisation, NOON)]


def test_a_holding_reply_promises_and_has_the_words_that_the_service_proposes(organisation: Organisation) -> None:
    holding, asked = next_steps(case(**FRENCH), organisation, NOON)
    assert holding.body["kind"] == "holding"
    assert "text" not in holding.body
    assert holding.until == NOON + PROMISE
    assert holding.body["promise"]["due_at"] == (NOON + PROMISE).isoformat()
    assert asked.body["language"] == "fr"


def test_an_answer_keeps_the_open_promise_and_names_the_country(organisation: Organisation) -> None:
    state = case(**FRENCH, consults=consult(open=False, answer="Dévissez le filtre (SN)"), promises=PROMISED)
    [answer] = next_steps(state, organisation, NOON)
    assert answer.body["keeps_promise"] == "p"
    assert "Dévissez le filtre" in answer.body["text"]


def test_about_a_third_of_easy_cases_asks_a_specialist(organisation: Organisation) -> None:
    asked = sum(len(next_steps(case(id=f"case-{number}"), organisation, NOON)) == 2 for number in range(400))
    assert 0.25 < asked / 400 < 0.45


def test_nobody_plays_the_coach_of_their_own_reply(organisation: Organisation) -> None:
    """P1: four eyes are two people."""
    for coach in ("joost.smit", "lars.verhoeven"):
        [step] = next_steps(case(replies=reply("held"), approvals=waiting(coach)), organisation, NOON)
        assert step.person != coach
        assert organisation.person(step.person).role in ("coach", "lead")
