"""The way of a message and of a case, from ids alone (I4)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.desk.domain.trace import Seen, Trace, told, trace

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
CASE = "case-1"


def seen(second: float, id: str, kind: str, cause: str = "", trace_id: str = "t1", **more: str) -> Seen:
    at = NOON + timedelta(seconds=second)
    case = {} if kind.startswith("message.") else {"case_id": CASE}
    return Seen(id, f"{kind}.v1", "topic", "service", at, cause=cause, trace_id=trace_id, **{**case, **more})


RECEIVED = seen(0, "e1", "message.received", message_id="m1", external_id="x1")
CLASSIFIED = seen(1, "e2", "message.classified", "e1", message_id="m1", external_id="x1")
OPENED = seen(3, "e3", "case.opened", "e2")
ASSIGNED = seen(4, "e4", "owner.assigned", "e3")
QUEUED = seen(64, "e5", "reply.queued", "command", "", actor="sam")
DELIVERED = seen(66, "e6", "delivery.sent", "e5", "")
SENT = seen(67, "e7", "reply.sent", "e6", "")
SECOND = seen(70, "f1", "message.received", trace_id="t2", message_id="m2", external_id="x2")
SECOND_READ = seen(71, "f2", "message.classified", "f1", "t2", message_id="m2")
SECOND_ADDED = seen(72, "f3", "case.message-added", "f2", "t2")
CLOSED = seen(900, "e8", "case.closed", "", "")
FIRST_WAY = [RECEIVED, CLASSIFIED, OPENED, ASSIGNED, QUEUED, DELIVERED, SENT]
EVERYTHING = [*FIRST_WAY, SECOND, SECOND_READ, SECOND_ADDED, CLOSED]


def found(asked: str, events: list[Seen] = EVERYTHING) -> Trace:
    way = trace(asked, events)
    assert way is not None
    return way


def ids(way: Trace) -> list[str]:
    return [each.seen.id for each in way.steps]


def test_a_message_is_followed_to_the_reply_that_left() -> None:
    for asked in ("m1", "x1", "t1", "e2"):
        way = found(asked)
        assert ids(way) == [each.id for each in FIRST_WAY], asked
        assert (way.case_id, way.whole_case, way.seconds) == (CASE, False, 67)


def test_another_message_of_the_case_has_a_way_of_its_own() -> None:
    assert ids(found("m2")) == ["f1", "f2", "f3", "e8"]
    before = replace(SECOND, at=NOON + timedelta(seconds=2)), replace(SECOND_ADDED, at=NOON + timedelta(seconds=5))
    assert "f3" not in ids(found("m1", [*FIRST_WAY, *before]))


def test_a_case_is_shown_whole_with_what_led_to_it() -> None:
    way = found(CASE, EVERYTHING[::-1])
    assert ids(way) == [each.id for each in EVERYTHING]
    assert way.whole_case
    assert way.trace_ids == ["t1", "t2"]


def test_each_step_tells_how_long_after_its_cause_it_came() -> None:
    steps = {each.seen.id: each for each in found("m1").steps}
    assert {id: (each.seconds, each.waited_for) for id, each in steps.items()} == {
        "e1": (0, ""),
        "e2": (1, "kafka"),
        "e3": (2, "kafka"),
        "e4": (1, "kafka"),
        "e5": (60, "person"),
        "e6": (2, "kafka"),
        "e7": (1, "kafka"),
    }
    assert found(CASE).steps[-1].waited_for == "time"


def test_an_event_that_is_a_dead_letter_too_is_shown_as_both() -> None:
    dead = replace(
        CLASSIFIED, outcome="dead", by="cases", at=NOON + timedelta(seconds=2), attempts=4, topic="cases.dead"
    )
    way = found("m1", [RECEIVED, CLASSIFIED, dead])
    assert [(each.seen.id, each.seen.outcome) for each in way.steps] == [("e1", ""), ("e2", ""), ("e2", "dead")]
    assert way.steps[2].seconds == 1


def test_clocks_that_differ_give_no_negative_time() -> None:
    early = replace(CLASSIFIED, at=NOON - timedelta(seconds=1))
    assert [(each.seen.id, each.seconds) for each in found("m1", [RECEIVED, early]).steps] == [("e2", 0), ("e1", 1)]


def test_the_same_event_read_twice_is_one_step_and_an_unknown_id_has_no_way() -> None:
    assert ids(found("m1", [RECEIVED, RECEIVED])) == ["e1"]
    assert trace("nothing", EVERYTHING) is None
    assert trace("", EVERYTHING) is None


def test_only_ids_are_taken_from_data() -> None:
    data = {"message": {"id": "m", "external_id": "x", "brand": "b", "conversation": "c", "text": "I am Sam"}}
    assert told(data) == {"message_id": "m", "external_id": "x", "brand": "b", "conversation": "c"}
    assert told({"case_id": "c1", "brand": "b", "what": "a word"}) == {"case_id": "c1", "brand": "b"}
    assert told(["no object"]) == told({"case_id": {"not": "text"}}) == {}
