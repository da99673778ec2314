"""In whatever order and however often events are heard, the same clocks run afterwards, due at the same moments (F3)."""

from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.events.case import CaseEvent
from schemas.organisation import Calendar
from schemas.organisation_clocks import TIMED_CLOCKS
from schemas.working_time import opening_hours
from services.followup.domain import ClockTerms
from tests.unit.followup.moments import closed, opened, reopened, resolved
from tests.unit.followup.talk import (
    Followed,
    accepted,
    answered,
    asked,
    asked_back,
    assigned,
    clarified,
    consult_withdrawn,
    declined,
    handed_over,
    in_hours,
    reclassified,
    replied,
    terms,
    wrote,
)

HEARD_AT = 20_000
MINUTES = st.integers(0, 10_000)
NAMES = st.sampled_from("abc")
URGENCIES = st.sampled_from(["low", "normal", "high"])
AMSTERDAM = opening_hours(
    Calendar.model_validate(
        {
            "id": "office",
            "time_zone": "Europe/Amsterdam",
            "hours": {"mon-fri": "09:00-17:00"},
            "public_holidays": ["NL"],
        }
    )
)
POLICIES = (
    terms(),
    in_hours(terms(pauses={"resolution": ["waiting-for-customer", "waiting-for-specialist"]}), AMSTERDAM),
    in_hours(terms(pauses={}), AMSTERDAM),
)
EVENTS = st.one_of(
    st.builds(wrote, MINUTES, NAMES, URGENCIES, st.sampled_from(["es", "pl"])),
    st.builds(replied, MINUTES, NAMES, st.sampled_from(["answer", "holding"]), st.booleans()),
    st.builds(assigned, MINUTES, NAMES),
    st.builds(handed_over, MINUTES, NAMES),
    st.builds(reclassified, MINUTES, URGENCIES, st.sampled_from(["es", "pl"])),
    st.builds(asked, NAMES),
    st.builds(accepted, NAMES, NAMES),
    st.builds(declined, NAMES, NAMES),
    st.builds(asked_back, NAMES),
    st.builds(clarified, NAMES),
    st.builds(answered, MINUTES, NAMES),
    st.builds(consult_withdrawn, NAMES),
    st.builds(resolved, MINUTES),
    st.builds(reopened, NAMES),
)
HAPPENED = st.lists(st.tuples(EVENTS, MINUTES), max_size=12)
Happened = list[tuple[CaseEvent, int]]


def running(events: Happened, policy: ClockTerms) -> set[tuple[object, ...]]:
    """The clocks that run, or stand still, when all is heard."""
    case = Followed(policy)
    for event, happened in events:
        case.take(event, HEARD_AT, happened)
    open_clocks = [each for each in case.state.clocks if not each.over] if case.state else []
    return {
        (each.kind, each.subject_id, each.person, each.paused, None if each.paused else each.due_at, each.left_minutes)
        for each in open_clocks
        if each.kind in TIMED_CLOCKS
    }


def once(events: Happened) -> Happened:
    """Each fact has one form: a message, reply or change of owner of one name is not told of with two moments."""
    found: dict[object, tuple[CaseEvent, int]] = {}
    for event, happened in events:
        names = ("message", "reply_id", "handover_id", "message_id", "resolved_at", "reclassified_at")
        own = next((getattr(event, name) for name in names if hasattr(event, name)), None)
        key = (event.type, getattr(own, "id", own)) if own else (event.type, event.model_dump_json(), happened)
        found.setdefault(key, (event, happened))
    return list(found.values())


@settings(max_examples=400, deadline=None)
@given(HAPPENED, st.randoms(use_true_random=False), st.sampled_from(POLICIES))
@example([(wrote(5, "b"), 5), (replied(3, "a", first=True), 3)], Random(1), POLICIES[0])
def test_the_order_of_hearing_changes_nothing(happened: Happened, random: Random, policy: ClockTerms) -> None:
    events = once([(opened(60), 0), (wrote(0, "first"), 0), *happened])
    shuffled = [*events, *events[:5]]
    random.shuffle(shuffled)
    assert running(shuffled, policy) == running(events, policy)


@settings(max_examples=100, deadline=None)
@given(HAPPENED, st.randoms(use_true_random=False), st.sampled_from(POLICIES))
def test_a_closed_case_has_none_whenever_that_is_heard(happened: Happened, random: Random, policy: ClockTerms) -> None:
    events = [(opened(60), 0), (wrote(0, "first"), 0), *happened, (closed(), 9_000)]
    random.shuffle(events)
    assert running(events, policy) == set()
