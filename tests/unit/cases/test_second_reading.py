"""A message that was read a second time changes the case, as far as nobody has looked at it since (U1, U3)."""

from datetime import timedelta
from typing import Any

from schemas.events.second_reading import MessageReclassified
from schemas.events.understanding import CaseReclassified
from services.cases.domain.second_reading import case_of, read_again
from tests.unit.cases.life import TERMS, Life
from tests.unit.cases.test_rereading import corrects, says


def again(number: int = 1, minutes: float = 0, **label: Any) -> MessageReclassified:
    heard = says(number, minutes, **label)
    changed = ("intent",) if "intent" in label else ("sentiment",)
    return MessageReclassified(message=heard.message, classification=heard.classification, changed=changed)


def reads(life: Life, event: MessageReclassified) -> list[str]:
    return [each.type for each in life.do(lambda case: read_again(case, event, TERMS, life.now))]


def test_the_case_follows_and_the_fact_says_why() -> None:
    life = Life().arrives()
    reads(life, again(sentiment="negative", intent="complaint"))
    (event,) = life.of(CaseReclassified)
    assert (event.cause, event.by, event.message_id) == ("second-reading", "", "message-1")
    assert {"sentiment", "intent"} & set(event.changed)
    assert (life.case.sentiment, life.case.intent) == ("negative", "complaint")


def test_who_looks_for_an_owner_hears_of_it() -> None:
    life = Life().arrives()
    assert reads(life, again(urgency="high")) == ["case.reclassified.v1", "request.changed.v1"]


def test_nothing_new_changes_nothing() -> None:
    life = Life().arrives()
    assert reads(life, again()) == []


def test_a_later_message_has_the_last_word() -> None:
    life = Life().arrives()
    life.hear(says(2, 5, sentiment="positive"))
    assert reads(life, again(sentiment="negative")) == []


def test_while_the_customer_waits_it_makes_nothing_less_urgent() -> None:
    life = Life()
    life.hear(says(1, urgency="high"))
    assert reads(life, again(urgency="low")) == []


def test_what_a_person_said_stands() -> None:
    life = Life().arrives()
    corrects(life, sentiment="positive")
    assert reads(life, again(sentiment="negative")) == []


def test_a_message_that_came_after_the_correction_counts() -> None:
    life = Life().arrives()
    corrects(life, sentiment="positive")
    life.now += timedelta(minutes=10)
    life.hear(says(2, 30, sentiment="positive"))
    assert "case.reclassified.v1" in reads(life, again(2, 30, sentiment="negative"))


def test_it_finds_the_case_that_heard_the_message_and_no_other() -> None:
    life = Life().arrives()
    assert case_of(again(), [life.case]) == life.case.id
    assert case_of(again(7), [life.case]) != life.case.id
