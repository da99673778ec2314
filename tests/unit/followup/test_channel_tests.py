"""A test of a channel: what passes, what fails and why, and when somebody is alerted (F11)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.base import Event
from schemas.events.case import CaseAssigned, CaseEvent, CaseOpened
from schemas.events.channel_test import ChannelTestAlerted, ChannelTestFailed, ChannelTestPassed, ChannelTestRecovered
from schemas.events.message import Author
from schemas.events.reply import ReplyQueued, ReplySent
from schemas.organisation_quality import ChannelTestPolicy, Question
from services.followup.domain import channel_tests as domain
from services.followup.domain.channel_tests import ChannelTest
from tests.unit.followup.moments import CASE, NOON, at

POLICY = ChannelTestPolicy(
    every_hours=24,
    questions=(
        Question(language="en", text="Do you send parts to Ireland?", name="Robin"),
        Question(language="nl", text="Kan ik een filter nabestellen?", name="Sanne"),
    ),
)


def planned(failures: int = 0) -> ChannelTest:
    return domain.planned("moccarel", "social", domain.contact(POLICY, "a" * 32, "slot"), 10, failures, NOON)


def opened(minutes: float = 0.1, due: float = 60) -> CaseOpened:
    return CaseOpened(
        **CASE,
        channel="social",
        visibility="public",
        customer=Author(id="a" * 32),
        pool="care",
        language="en",
        opened_at=at(minutes),
        first_reply_due_at=at(due),
        test=True,
    )


def course(replied: float = 20) -> list[CaseEvent]:
    """All that happens to a contact's case until the reply has left."""
    queued = ReplyQueued(
        **CASE,
        reply_id="r",
        kind="answer",
        author="kees",
        signature="^KP",
        text="We do.",
        language="en",
        channel="social",
        recipient_id="a" * 32,
        queued_at=at(replied),
    )
    sent = ReplySent(**CASE, reply_id="r", kind="answer", author="kees", first=True, sent_at=at(replied + 0.5))
    return [opened(), CaseAssigned(**CASE, owner="kees", request_id="q", assigned_at=at(0.2)), queued, sent]


def followed(test: ChannelTest, events: list[CaseEvent]) -> tuple[ChannelTest, list[Event]]:
    said: list[Event] = []
    for event in events:
        change = domain.heard(test, event)
        if change:
            test, more = change
            said += more
    return test, said


def test_an_answer_in_time_passes_and_tells_how_long_each_step_took() -> None:
    change = domain.accepted(planned(), at(0.05))
    assert change
    test, said = followed(change[0], course())
    assert test.stage == "passed"
    assert [type(each) for each in said] == [ChannelTestPassed]
    assert test.seconds == {"accept": 3, "open": 6, "assign": 12, "reply": 1200, "deliver": 1230}


def test_the_answer_has_the_time_that_any_customer_is_promised() -> None:
    test, _ = followed(planned(), [opened(due=60)])
    assert domain.expired(test, at(69)) is None
    change = domain.expired(test, at(70))
    assert change
    assert isinstance(change[1][0], ChannelTestFailed)
    assert change[1][0].step == "accept"  # that ingestion said yes was never heard of, but there is a case


def test_an_answer_after_its_time_fails_although_it_came() -> None:
    test, said = followed(planned(), course(replied=65))
    assert test.stage == "failed"
    assert test.reason == "the first reply came 5 min after it was due"
    assert [type(each) for each in said] == [ChannelTestFailed]


@pytest.mark.parametrize(("number", "step"), [(0, "accept"), (1, "open"), (2, "assign"), (3, "reply"), (4, "deliver")])
def test_what_does_not_happen_in_time_is_named(number: int, step: str) -> None:
    test = planned()
    if number:
        change = domain.accepted(test, at(0.05))
        assert change
        test, _ = followed(change[0], course()[: number - 1])
    change = domain.expired(test, at(24 * 60))
    assert change
    failed = change[1][0]
    assert isinstance(failed, ChannelTestFailed)
    assert failed.step == step
    assert domain.MISSING[failed.step] in failed.reason
    assert domain.expired(change[0], at(24 * 60)) is None


@given(failures=st.integers(0, 6))
def test_people_are_alerted_once_for_a_row_of_failures(failures: int) -> None:
    change = domain.refused(planned(failures), "ingestion answered 401", NOON)
    assert change
    alerts = [each for each in change[1] if isinstance(each, ChannelTestAlerted)]
    assert len(alerts) == (failures == 1)
    _, said = followed(planned(failures), course())
    recovered = [each for each in said if isinstance(each, ChannelTestRecovered)]
    assert len(recovered) == (failures >= 2)


@given(order=st.permutations(range(8)))
def test_events_twice_and_in_any_order_end_a_test_once(order: list[int]) -> None:
    events = course() * 2
    test, said = followed(planned(), [events[number] for number in order])
    assert test.over
    assert len(said) == 1


@given(
    minutes=st.integers(0, 60 * 24 * 400),
    channel=st.sampled_from(["social", "reviews", "web"]),
    hours=st.sampled_from([0.25, 1, 6, 24, 168]),
)
def test_each_time_has_one_slot_per_channel_that_begins_only_when_it_is_fresh(
    minutes: int, channel: str, hours: float
) -> None:
    start = NOON + timedelta(minutes=minutes)
    quarters = [start + timedelta(minutes=15 * step) for step in range(int(hours * 4))]
    seen = [domain.slot_at(channel, hours, moment) for moment in quarters]
    assert 1 <= len({each for each in seen if each}) <= 2
    assert sum(each is not None for each in seen) <= 4  # half an hour after each of the at most two beginnings


def test_a_contact_does_not_look_like_a_test_unless_the_brand_wants_it() -> None:
    said = {domain.contact(POLICY, "a" * 32, str(number)).text for number in range(30)}
    assert said == {"Do you send parts to Ireland?", "Kan ik een filter nabestellen?"}
    announced = POLICY.model_copy(update={"announced": True})
    assert domain.contact(announced, "a" * 32, "1").text.startswith("[test] ")


def test_a_policy_whose_tests_overlap_is_refused() -> None:
    with pytest.raises(ValidationError, match="a test has ended before the next one begins"):
        ChannelTestPolicy(every_hours=0.25, fail_after_minutes=15, questions=POLICY.questions)
