"""A routing decision in sentences: what was asked, who was chosen over whom and why, and what it waited for (O4)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from casekeeper.route_story import RULED_OUT, Search, asked_for, searches, terms_of, told
from schemas.base import Event
from schemas.envelope import Envelope
from schemas.events.routing import (
    ApproverFound,
    ApproverRequested,
    CapacityReleased,
    CoverRequested,
    Explanation,
    InterpreterRequested,
    OwnerAssigned,
    OwnerRequested,
    RequestUnserved,
    SpecialistOffered,
    SpecialistRequested,
)
from services.chassis.testing import envelope
from services.routing.domain import Engine
from tests.unit.routing.staff import person, specialist

ASKED = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)
PLACE = {"request_id": "r-1", "case_id": "case-1", "conversation": "talk"}
OWNER = OwnerRequested(
    **PLACE, pool="care", brand="homely", language="pl", skill="coffee", due_at=ASKED + timedelta(hours=1)
)
WHY = Explanation.model_validate(
    {
        "candidates": [
            {"person": "mira", "score": 0.5, "terms": {"load": 0.5}},
            {"person": "jonas", "score": 0.85, "terms": {"load": 0.35, "skill": 0.5}},
        ],
        "excluded": {"off-shift": 5, "language": 2, "outscored": 1},
        "relaxed": ["preferred"],
        "policy": "deadline",
        "rules": "1a2b3c4d",
    }
)


def at(event: Event, minutes: float, id: str = "") -> Envelope:
    return envelope(event, id=id or f"{event.type}-{minutes}", time=ASKED + timedelta(minutes=minutes))


def assigned(why: Explanation = WHY) -> OwnerAssigned:
    return OwnerAssigned(**PLACE, person="mira", explanation=why, decided_at=ASKED)


def unserved(**changes: Any) -> RequestUnserved:
    why = Explanation(excluded={"off-shift": 3, "full": 1})
    return RequestUnserved(**PLACE, explanation=why, decided_at=ASKED, **changes)


def sentences(*decisions: Envelope) -> list[str]:
    return [text for _, text, _ in told(Search(at(OWNER, 0), list(decisions)))]


class TestAsked:
    def test_an_owner(self) -> None:
        assert asked_for(Search(at(OWNER, 0))) == (
            "an owner for homely, in pl, who knows coffee; due 2026-11-24 14:30 UTC, in 60 minutes"
        )

    def test_whom_the_customer_knows_and_who_refused(self) -> None:
        known = OWNER.model_copy(
            update={"preferred": "mira", "excluded": ("jo", "luc"), "language": "und", "skill": ""}
        )
        assert asked_for(Search(at(known, 0))).startswith(
            "an owner for homely, in any language, best mira, whom the customer knows, but not jo, luc; due"
        )

    def test_a_specialist_by_name_and_place(self) -> None:
        wanted = SpecialistRequested(
            **PLACE,
            pool="care",
            brand="homely",
            language="es",
            consult_id="c",
            due_at=ASKED + timedelta(days=1),
            country="AR",
            specialist="diego",
        )
        assert asked_for(Search(at(wanted, 0))).startswith("a specialist for homely, in es, in AR, diego by name; due")

    def test_a_cover(self) -> None:
        cover = CoverRequested(**OWNER.model_dump(), owner="mira", until=ASKED + timedelta(days=3))
        assert asked_for(Search(at(cover, 0))).startswith("somebody to act for the owner for homely")

    def test_an_interpreter(self) -> None:
        wanted = InterpreterRequested(
            **PLACE,
            pool="care",
            brand="homely",
            language="tr",
            other_language="en",
            level="C1",
            consult_id="c",
            due_at=ASKED + timedelta(minutes=30),
            excluded=("mira",),
        )
        assert asked_for(Search(at(wanted, 0))) == (
            "an interpreter for homely, in tr, at C1 or better, and in en, but not mira; "
            "due 2026-11-24 14:00 UTC, in 30 minutes"
        )

    def test_an_approver(self) -> None:
        facts = {"approval_id": "a", "mandates": ("", "coach"), "excluded": ("mira",)}
        wanted = ApproverRequested.model_validate(OWNER.model_dump() | facts)
        assert asked_for(Search(at(wanted, 0))).startswith(
            "somebody to approve a reply or a grant for homely, in pl, "
            "with one of these mandates: none, as a lead, coach, but not mira; due"
        )


class TestTold:
    def test_who_was_chosen_over_whom_and_why(self) -> None:
        (text,) = sentences(at(assigned(), 1))
        assert text == (
            "mira was chosen, 60 seconds after it was asked. "
            "jonas had 0.350 points more (skill +0.500, load -0.150). "
            "Of 10 considered: 5 off shift, 2 without the language, 1 able to, with more points. "
            "Not kept: that it is the person whom the customer knows. "
            "By the policy deadline, rules 1a2b3c4d."
        )

    def test_what_it_waited_for(self) -> None:
        texts = sentences(at(unserved(), 0), at(unserved(next_possible_at=ASKED + timedelta(hours=2)), 1))
        assert texts[0].startswith(
            "Nobody could. It waits until somebody has room, or comes. Of 4 considered: 3 off shift"
        )
        assert texts[1].startswith("Nobody could. It waits: somebody can from 2026-11-24 15:30 UTC on, or as soon as")

    def test_a_tie(self) -> None:
        same = [{"person": name, "score": 0.5, "terms": {"load": 0.5}} for name in ("mira", "jonas")]
        (text,) = sentences(at(assigned(Explanation.model_validate({"candidates": same})), 200))
        assert "mira was chosen, 3.3 hours after it was asked. jonas had as many points" in text

    def test_an_offer_and_until_when(self) -> None:
        offered = SpecialistOffered(
            **PLACE,
            consult_id="c",
            person="diego",
            country="AR",
            explanation=Explanation(),
            decided_at=ASKED,
            expires_at=ASKED + timedelta(minutes=30),
        )
        assert sentences(at(offered, 0)) == [
            "diego was asked, with an answer wanted by 2026-11-24 14:00 UTC, 0 seconds after it was asked."
        ]

    def test_who_is_expected_to_approve_and_until_when(self) -> None:
        until = ASKED + timedelta(minutes=5)
        found = ApproverFound(
            **PLACE, approval_id="a", person="coen", explanation=Explanation(), decided_at=ASKED, until=until
        )
        assert sentences(at(found, 1)) == [
            "coen was expected to act, until 2026-11-24 13:35 UTC, 60 seconds after it was asked."
        ]

    def test_the_terms_of_the_table(self) -> None:
        assert terms_of(WHY) == ["load", "skill"]

    def test_every_condition_of_the_engine_has_words(self) -> None:
        engine = Engine()
        for each in (person("mira"), specialist("ana")):
            engine.upsert(each)
        wanted = SpecialistRequested(
            **PLACE, pool="care", brand="homely", language="es", consult_id="c", due_at=ASKED, specialist="ana"
        )
        seconds = int(ASKED.timestamp())
        interpreter = InterpreterRequested.model_validate(wanted.model_dump() | {"other_language": "en"})
        approver = ApproverRequested.model_validate(OWNER.model_dump() | {"approval_id": "a", "mandates": ("coach",)})
        engine.decide(OWNER, ASKED)
        names = {
            name
            for request in (OWNER, wanted, wanted.model_copy(update={"specialist": ""}), interpreter, approver)
            for name, _ in engine._search(request, seconds).conditions
        }
        assert names - RULED_OUT.keys() == set()
        assert len(names) > 5


class TestSearches:
    def test_in_order_each_once_and_of_this_case_only(self) -> None:
        other = OWNER.model_copy(update={"case_id": "case-2", "request_id": "r-2"})
        second = OWNER.model_copy(update={"request_id": "r-3"})
        done = CapacityReleased(**PLACE, pool="care", person="mira")
        events = [
            at(done, 90),
            at(assigned(), 5),
            at(second, 60),
            at(other, 1),
            at(unserved(), 0),
            at(OWNER, 0, "asked"),
            at(OWNER, 0, "asked"),
            at(assigned(), 5),
        ]
        first, last = searches(events, "case-1")
        assert [type(each.data) for each in first.decisions] == [RequestUnserved, OwnerAssigned]
        assert (first.request, last.request) == (OWNER, second)
        assert (len(first.released), last.decisions) == (1, [])
        assert searches(events, "nowhere") == []

    def test_as_json(self) -> None:
        (search,) = searches([at(OWNER, 0), at(assigned(), 1)], "case-1")
        shown = search.shown()
        assert (shown["asked_at"], shown["type"]) == ("2026-11-24T13:30:00Z", "owner.requested.v1")
        assert shown["decisions"][0]["explanation"]["candidates"][1]["terms"] == {"load": 0.35, "skill": 0.5}
        assert shown["released"] == []


@pytest.mark.parametrize(
    ("minutes", "words"), [(0.5, "30 seconds"), (-10, "-10 minutes"), (45, "45 minutes"), (150, "2.5 hours")]
)
def test_lengths_of_time(minutes: float, words: str) -> None:
    late = OWNER.model_copy(update={"due_at": ASKED + timedelta(minutes=minutes)})
    assert asked_for(Search(at(late, 0))).endswith(f"in {words}")
