"""The open clocks of many cases in a few numbers (F3, I4)."""

from datetime import UTC, datetime, timedelta

from services.followup.domain.clocks import CaseClocks, Clock
from services.followup.domain.clocks_summary import KindSum, summed

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def clock(kind: str, due_minutes: float, **facts: object) -> Clock:
    due = NOON + timedelta(minutes=due_minutes)
    return Clock(id=f"{kind}/{due_minutes}", kind=kind, subject_id="s", due_at=due, warn_at=due, **facts)


def case(*clocks: Clock) -> CaseClocks:
    return CaseClocks(case_id="c", conversation="k", brand="moccarel", clocks=clocks)


def of(kind: str, *cases: CaseClocks) -> KindSum:
    return next(each for each in summed(cases, NOON) if each.kind == kind)


def test_open_clocks_are_counted_by_kind_and_by_how_they_stand() -> None:
    first = case(clock("promise", 30), clock("promise", -5), clock("consult", 10))
    second = case(
        clock("promise", 20, warned=True), clock("promise", -90, breached=True), clock("promise", 5, paused=True)
    )
    found = of("promise", first, second)
    assert (found.open, found.late, found.warned, found.paused) == (5, 2, 1, 1)
    assert found.next_due_at == NOON + timedelta(minutes=20)
    assert found.late_since == NOON - timedelta(minutes=90)
    assert of("consult", first, second).open == 1


def test_what_is_over_does_not_count_and_kinds_without_a_clock_are_told_too() -> None:
    over = case(clock("promise", -5, stopped=True), clock("closing", -5, breached=True))
    assert all(each.open == 0 and each.next_due_at is None for each in summed([over], NOON))
    assert len(summed([], NOON)) == len({each.kind for each in summed([], NOON)}) > 5
