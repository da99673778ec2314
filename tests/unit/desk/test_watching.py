"""Who is said to look at a case and to write in it, and for how long. Pure."""

from datetime import timedelta

from services.desk.domain.watching import GONE_AFTER, QUIET_AFTER, Sighting, Watcher, is_news, watchers
from tests.unit.desk.stories import NOON

MS = int(NOON.timestamp() * 1000)
ME, FLEUR, SEM = "maaike.postma", "fleur.visser", "sem.schouten"


def test_others_are_shown_who_writes_first_and_never_oneself() -> None:
    found = watchers([Sighting(ME, MS, MS), Sighting(FLEUR, MS), Sighting(SEM, MS, MS)], NOON, but=ME)
    assert found == (Watcher(SEM, typing=True), Watcher(FLEUR, typing=False))


def test_who_says_nothing_for_a_while_is_gone() -> None:
    seen = [Sighting(FLEUR, MS)]
    assert watchers(seen, NOON + GONE_AFTER - timedelta(milliseconds=1))
    assert not watchers(seen, NOON + GONE_AFTER)


def test_who_does_not_touch_a_key_for_a_while_looks_and_does_not_write() -> None:
    later = NOON + QUIET_AFTER
    [found] = watchers([Sighting(FLEUR, int(later.timestamp() * 1000), MS)], later)
    assert not found.typing


def test_coming_and_beginning_to_write_is_news_and_staying_is_not() -> None:
    here, writing = Sighting(FLEUR, MS), Sighting(FLEUR, MS, MS)
    assert is_news(None, NOON, typing=False)
    assert is_news(here, NOON + GONE_AFTER, typing=False)
    assert is_news(here, NOON, typing=True)
    assert not is_news(here, NOON, typing=False)
    assert not is_news(writing, NOON + timedelta(seconds=1), typing=True)
