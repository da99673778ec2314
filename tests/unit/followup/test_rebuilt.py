"""Read models folded anew keep what is in them and in no topic (F7, F10, P2)."""

from services.followup.domain import causes, review_course
from services.followup.domain.causes import CaseCause, News
from services.followup.domain.review_course import Course, Fact
from tests.unit.followup.radar_moments import at

NAMES = ("topic:delivery", "signal:danger", "topic:returns")


def cause(told: tuple[str, ...], news: tuple[str, ...], topic: str = "delivery") -> CaseCause:
    named = {name: News(topic=name.removeprefix("topic:"), at=at(0)) for name in NAMES}
    named["signal:danger"] = News(signal="danger", at=at(0))
    return CaseCause(
        case_id="c",
        brand="moccarel",
        channel="web",
        language="en",
        opened_at=at(0),
        topic=topic,
        told=told,
        news=tuple(named[each] for each in news),
    )


def test_what_subscribers_were_matched_with_is_no_news_again() -> None:
    folded = cause(NAMES, NAMES)
    stored = cause(NAMES[:2], (NAMES[1],), topic="wrong")
    settled = causes.settled(stored, folded)
    assert [each.name for each in settled.news] == [NAMES[1], NAMES[2]]
    assert settled.topic == "delivery"
    assert causes.settled(cause(NAMES, ()), folded) == cause(NAMES, ())
    assert causes.settled(None, folded) == folded


def test_facts_of_two_topics_may_stay_in_the_order_in_which_they_came() -> None:
    late, replied, closed = (Fact(kind=kind, at=at(1)) for kind in ("late", "replied", "closed"))
    about = {"case_id": "c", "brand": "b", "channel": "w", "language": "en", "opened_at": at(0), "reply_due_at": at(9)}
    stored = Course.model_validate({**about, "facts": (late, replied)})
    folded = Course.model_validate({**about, "facts": (replied, late)})
    assert review_course.settled(stored, folded) is stored
    more = folded.model_copy(update={"facts": (replied, late, closed)})
    assert review_course.settled(stored, more) is more
    assert review_course.settled(None, folded) is folded
