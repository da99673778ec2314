"""A trace as a picture: time as it passed (I4)."""

from services.desk.domain.waterfall import NARROWEST, waterfall
from tests.unit.desk.test_trace import FIRST_WAY, RECEIVED, found


def test_what_takes_long_is_long_and_nothing_leaves_the_picture() -> None:
    picture = waterfall(found("m1", FIRST_WAY))
    bars = {each.step.seen.id: each for each in picture.bars}
    assert [each.number for each in picture.bars] == list(range(len(FIRST_WAY)))
    assert bars["e5"].width > 20 * bars["e4"].width
    assert bars["e2"].x == bars["e1"].x == picture.left
    for each in picture.bars:
        assert picture.left <= each.x <= each.x + each.width < picture.width
        assert each.y + picture.bar < picture.height
    assert [seconds for seconds, _ in picture.ticks] == [0, 30, 60]


def test_a_single_event_can_be_seen_too() -> None:
    (bar,) = waterfall(found("m1", [RECEIVED])).bars
    assert bar.width == NARROWEST
