"""The wallboard's numbers: states of the clocks, who waits, load against room."""

from services.desk.domain.attention import Matter, ordered, tone
from services.desk.domain.wallboard import clocks_of, loads, longest_waiting, opened
from tests.unit.desk.team import NOW, row, somebody


def weight(channel: str) -> float:
    return 0.5 if channel == "social" else 1


def test_open_cases_by_the_clock_that_is_due_first() -> None:
    rows = [row("a", "ann", -1), row("b", "ann", 30), row("c", "ann", 31), row("d", "ann"), row("e", due_minutes=90)]
    clocks = clocks_of(rows, NOW)
    assert (clocks.late, clocks.soon, clocks.fine, clocks.nothing) == (1, 1, 2, 1)
    assert (clocks.open, clocks.unowned) == (5, 1)
    assert sum(count for _, count in clocks.parts) == 5


def test_only_open_cases_of_the_readers_brands() -> None:
    rows = [row("a"), row("b", brand="pluvane"), row("c", status="resolved")]
    assert [each.id for each in opened(rows, frozenset({"moccarel"}))] == ["a"]


def test_who_waits_longest_comes_first_and_who_was_answered_not_at_all() -> None:
    rows = [row("short", waits_minutes=3), row("long", waits_minutes=50), row("answered"), row("mid", waits_minutes=20)]
    assert [each.id for each in longest_waiting(rows, 2)] == ["long", "mid"]


class TestLoad:
    def test_room_of_those_on_shift_by_the_channels_weights(self) -> None:
        people = [somebody("ann", capacity=4), somebody("bob", capacity=2)]
        rows = [row("a", "ann", -5), row("b", "ann", channel="social"), row("c", "gone"), row("d")]
        [load] = loads(rows, people, NOW, weight, lambda _: "team", lambda _: ["team"])
        assert (load.open, load.unowned, load.late, load.elsewhere) == (4, 1, 1, 1)
        assert (load.agents, load.capacity, load.held) == (2, 6, 1.5)
        assert load.share == 0.25
        assert not load.full

    def test_a_language_without_anybody_is_full(self) -> None:
        found = loads(
            [row("a", language="tr")], [somebody("ann", "nl")], NOW, weight, lambda each: each.language, _fluent
        )
        turkish, dutch = found
        assert (turkish.key, turkish.agents, turkish.share, turkish.full) == ("tr", 0, None, True)
        assert (dutch.key, dutch.open, dutch.full) == ("nl", 0, False)

    def test_specialists_hold_no_cases(self) -> None:
        [load] = loads(
            [row("a")], [somebody("kim", role="specialist")], NOW, weight, lambda _: "team", lambda _: ["team"]
        )
        assert load.agents == 0


def _fluent(member: object) -> list[str]:
    return ["nl"]


def test_what_is_urgent_comes_first_and_what_is_calm_last() -> None:
    tones = [tone(0, urgent=True), tone(3), tone(1, urgent=True), "unknown"]
    matters = [Matter("/", str(number), number, "", each) for number, each in enumerate(tones)]
    assert [each.tone for each in ordered(matters)] == ["urgent", "attention", "unknown", "calm"]
