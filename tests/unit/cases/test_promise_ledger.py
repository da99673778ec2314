"""Promises: broken ones escalate and stay open; only a sent reply that reports keeps them (F1, F2)."""

from datetime import timedelta

import pytest

from schemas.events.case import CaseEscalated
from schemas.events.promise import PromiseBroken, PromiseKept
from services.cases.domain import refusals
from services.cases.domain.evolve import fold
from services.cases.domain.promised import Promise
from tests.unit.cases.life import OWNER, Life, breach, case_events


def owned() -> Life:
    return Life().arrives().assigned()


def passes(life: Life, promise_id: str) -> None:
    """Follow-up says that the promise's time has come."""
    promise = life.case.promises[promise_id]
    life.now = promise.due_at
    life.hear(breach(life.case, promise.due_at, "promise").model_copy(update={"subject_id": promise_id}))


def of(life: Life, promise_id: str) -> Promise:
    return life.case.promises[promise_id]


def test_a_broken_promise_is_said_and_escalated_once_and_stays_open() -> None:
    """F1: it has a clock. F2: the customer still waits for the result."""
    life = owned()
    life.answered()
    promise_id = life.promises(minutes=60)
    passes(life, promise_id)
    passes(life, promise_id)
    [broken], [escalated] = life.of(PromiseBroken), life.of(CaseEscalated)
    assert (broken.promise_id, broken.owner) == (promise_id, OWNER)
    assert (escalated.cause, escalated.subject_id, escalated.text) == ("promise-broken", promise_id, "a part")
    assert of(life, promise_id).state == "broken"
    assert [each.id for each in life.case.open_promises] == [promise_id]
    with pytest.raises(refusals.PromiseIsOpen):
        life.resolves()
    assert fold(case_events(life, 0)) == life.case


def test_a_broken_promise_still_has_to_be_reported_and_is_late_then() -> None:
    """F2: only a sent reply that reports the result closes it."""
    life = owned()
    promise_id = life.promises(minutes=60)
    passes(life, promise_id)
    life.now += timedelta(minutes=5)
    life.sent(life.replies(keeps_promise=promise_id))
    assert of(life, promise_id).state == "late"
    assert [each.late for each in life.of(PromiseKept)] == [True]
    life.resolves()


def test_a_promise_kept_in_time_is_not_broken_by_a_clock_that_comes_after() -> None:
    life = owned()
    promise_id = life.promises(minutes=60)
    life.sent(life.replies(keeps_promise=promise_id))
    passes(life, promise_id)
    assert of(life, promise_id).state == "kept"
    assert not life.of(PromiseBroken)


def test_a_report_that_left_in_time_and_was_heard_of_later_keeps_it() -> None:
    life = owned()
    promise_id = life.promises(minutes=60)
    reply_id, before = life.replies(keeps_promise=promise_id), life.now
    passes(life, promise_id)
    life.now = before
    life.sent(reply_id)
    assert of(life, promise_id).state == "kept"


def test_a_clock_that_is_not_this_promises_says_nothing() -> None:
    life = owned()
    promise_id = life.promises(minutes=60)
    life.hear(breach(life.case, life.now, "promise").model_copy(update={"subject_id": promise_id}))
    life.hear(breach(life.case, life.now, "promise"))
    assert of(life, promise_id).state == "open"
    assert not life.of(PromiseBroken)


def test_a_promise_moves_only_by_a_reply_that_says_where_we_stand_and_promises_again() -> None:
    """F1: the first is kept when that reply is sent, and not before; the next has a clock of its own."""
    life = owned()
    first = life.promises(minutes=60)
    again = {"what": "the same part", "due_at": (life.now + timedelta(minutes=600)).isoformat()}
    reply_id = life.replies("holding", keeps_promise=first, promise=again)
    assert of(life, first).state == "open"
    life.sent(reply_id)
    [second] = [each for each in life.case.promises.values() if each.id != first]
    assert (of(life, first).state, second.state, second.reply_id) == ("kept", "open", reply_id)
    with pytest.raises(refusals.PromiseIsOpen):
        life.resolves()
