"""A case that turns out to be more urgent is due sooner (O4)."""

from schemas.events.followup import ClockSet
from schemas.events.understanding import CaseReclassified
from services.followup import domain
from tests.unit.followup.moments import CASE, at, opened, sent
from tests.unit.followup.test_domain import TERMS, Life


def reclassified(life: Life, due: float | None, minutes: float) -> list[str]:
    """What the clocks say when the case is understood otherwise."""
    event = CaseReclassified(
        **CASE,
        cause="message",
        message_id="message-2",
        language="en",
        intent="complaint",
        sentiment="negative",
        urgency="high",
        changed=("urgency",),
        first_reply_due_at=None if due is None else at(due),
        reclassified_at=at(minutes),
    )
    before = len(life.kinds())
    change = domain.case_reclassified(life.state, event, TERMS, at(minutes))
    if change:
        life.state, said = change
        life.said += said
    return life.kinds()[before:]


def test_a_sooner_moment_gets_a_clock_of_its_own() -> None:
    life = Life().take(opened(60), 0)
    assert reclassified(life, 30, 5) == ["first-response set"]
    last = life.said[-1]
    assert isinstance(last, ClockSet)
    assert (last.due_at, last.warn_at) == (at(30), at(15))
    assert reclassified(life, 30, 6) == []
    assert life.pass_to(15).kinds()[-1] == "first-response warned"


def test_the_first_reply_ends_both() -> None:
    life = Life().take(opened(60), 0)
    reclassified(life, 30, 5)
    life.take(sent(20), 20)
    assert life.kinds()[-2:] == ["first-response stopped", "first-response stopped"]
    assert life.state
    assert life.state.next_at is None


def test_nothing_sooner_changes_nothing() -> None:
    life = Life().take(opened(60), 0)
    assert reclassified(life, None, 5) == []
    assert reclassified(life, 60, 5) == []
    life.take(sent(20), 20)
    assert reclassified(life, 30, 25) == []


def test_heard_before_the_opening_it_counts_too() -> None:
    life = Life()
    assert reclassified(life, 30, 5) == ["first-response set"]
    assert life.take(opened(60), 6).kinds()[-1] == "first-response set"
