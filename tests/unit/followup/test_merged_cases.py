"""The clocks of a case that was merged, and of one that could not be."""

from schemas.events.case import CaseClosed, CaseUnmerged
from schemas.events.followup import ClockSet, ClockStopped
from services.followup import domain
from tests.unit.followup.moments import CASE, at, opened, sent
from tests.unit.followup.test_domain import TERMS, Life

MERGED = CaseClosed(**CASE, owner="kees", cause="merged", closed_at=at(10))


def unmerged(life: Life, due: float | None, minutes: float) -> list[str]:
    """What the clocks say when the case is open again."""
    event = CaseUnmerged(
        **CASE, owner="kees", into="case-2", reason="closed", first_reply_due_at=None if due is None else at(due)
    )
    before = len(life.kinds())
    change = domain.case_unmerged(life.state, event, TERMS, at(minutes))
    if change:
        life.state, said = change
        life.said += said
    return life.kinds()[before:]


def test_a_merged_case_waits_for_nothing() -> None:
    life = Life().take(opened(60), 0).take(MERGED, 10)
    assert isinstance(life.said[-1], ClockStopped)
    assert life.pass_to(61).said[2:] == []


def test_one_that_goes_on_after_all_has_its_first_reply_due_when_it_was() -> None:  # O4
    life = Life().take(opened(60), 0).take(MERGED, 10)
    assert unmerged(life, 60, 11) == ["first-response set"]
    last = life.said[-1]
    assert isinstance(last, ClockSet)
    assert (last.due_at, last.warn_at) == (at(60), at(45))
    assert unmerged(life, 60, 11) == []
    assert life.pass_to(45).kinds()[-1] == "first-response warned"
    assert life.take(sent(50), 50).kinds()[-1] == "first-response stopped"


def test_one_that_was_answered_before_has_no_such_clock() -> None:
    life = Life().take(opened(60), 0).take(sent(5), 5).take(MERGED, 10)
    assert unmerged(life, None, 11) == []
    assert life.state
    assert not life.state.closed
