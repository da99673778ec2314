"""The daily review: the same events give the same proposal, varied, bounded, honest about what is known (P2)."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events.review import Measure, ReviewCaseAdded, ReviewProposed
from schemas.organisation_quality import ReviewPolicy
from services.followup.domain import review as domain
from services.followup.domain.review import Lesson, Note, Review, ReviewRefused, Tally
from services.followup.domain.review_course import Course, Fact
from services.followup.domain.review_effect import effect
from services.followup.domain.review_proposing import proposal
from services.followup.domain.review_seen import Seen, seen
from services.followup.domain.review_unusual import Usual, habits
from tests.unit.followup.moments import NOON, at

DAY = date(2026, 3, 2)
NOTHING = Usual([])
PLACE = ("moccarel", DAY)


def case(id: str = "a", **changes: object) -> Seen:
    plain: dict[str, object] = {
        "case_id": id,
        "owner": f"owner-{id}",
        "topic": f"topic-{id}",
        "language": "en",
        "channel": "social",
        "messages": 1,
    }
    return Seen.model_validate(plain | changes)


def course(*facts: Fact, test: bool = False) -> Course:
    return Course(
        case_id="a",
        brand="moccarel",
        channel="social",
        language="en",
        opened_at=NOON,
        reply_due_at=at(60),
        test=test,
        facts=facts,
    )


def fact(kind: str, minutes: float, detail: str = "", number: float = 0) -> Fact:
    return Fact(kind=kind, at=at(minutes), detail=detail, number=number)  # type: ignore[arg-type]


cases = st.builds(
    case,
    id=st.integers(0, 10**6).map(str),
    owner=st.sampled_from(["kees", "ada", "noor", ""]),
    topic=st.sampled_from(["leaking", "delivery", ""]),
    marked_today=st.sampled_from(["", "", "", "twins"]),
    late_today=st.sampled_from([(), ("promise",), ("first-response", "promise")]),
    turned_today=st.sampled_from([-1, 0, 1]),
    thanked_today=st.booleans(),
    score_today=st.sampled_from([None, 0.0, 0.5, 1.0]),
    settled_today=st.booleans(),
    handovers=st.integers(0, 4),
    consults=st.integers(0, 4),
)
several = st.lists(cases, max_size=30, unique_by=lambda each: each.case_id)
policies = st.builds(
    ReviewPolicy, cases=st.integers(1, 12), most_per_owner=st.integers(1, 3), most_per_topic=st.integers(1, 3)
)


@given(found=several, policy=policies, data=st.data())
def test_the_same_cases_in_any_order_give_the_same_bounded_and_varied_proposal(
    found: list[Seen], policy: ReviewPolicy, data: st.DataObject
) -> None:
    usual = Usual([habits(found)])
    picked = proposal(found, usual, policy)
    assert proposal(data.draw(st.permutations(found)), usual, policy) == picked
    assert len(picked) <= policy.cases
    chosen = [next(each for each in found if each.case_id == one.case_id) for one in picked]
    assert len({each.case_id for each in chosen}) == len(chosen)
    owners = Counter(each.owner for each in chosen if each.owner)
    topics = Counter(each.topic for each in chosen if each.topic)
    assert all(count <= policy.most_per_owner for count in owners.values())
    assert all(count <= policy.most_per_topic for count in topics.values())
    assert all(each.reasons for each in picked)


@given(found=several)
def test_nobody_is_named_in_a_proposal(found: list[Seen]) -> None:
    said = repr(proposal(found, Usual([habits(found)]), ReviewPolicy()))
    assert not any(name in said for name in ("kees", "ada", "noor"))


def test_each_light_says_why() -> None:
    found = [
        case("bad", late_today=("promise",), turned_today=-1, late=True, turned_negative=True),
        case("good", thanked_today=True, first_reply_share=0.1, promises_kept=1, settled_today=True),
        case("story", marked_today="Twins were born"),
        case("plain", settled_today=True, first_reply_share=0.1),
    ]
    picked = {each.case_id: each for each in proposal(found, NOTHING, ReviewPolicy())}
    assert {id_: each.light for id_, each in picked.items()} == {
        "bad": "learn-from",
        "good": "went-well",
        "story": "story",
    }
    assert [each.kind for each in picked["bad"].reasons] == ["late", "turned-negative"]
    assert [each.kind for each in picked["good"].reasons] == ["thanked", "fast", "promise-kept"]
    assert picked["story"].reasons[0].detail == "Twins were born"


def test_a_way_that_is_rare_for_its_kind_surprises_and_a_usual_one_does_not() -> None:
    usual_day = [case(str(n), topic="delivery", messages=1 + n % 3, settled_today=True, hours=2) for n in range(60)]
    odd_kind = [
        case(f"r{n}", topic="repair", messages=9, consults=3, handovers=2, settled_today=True, hours=90)
        for n in range(60)
    ]
    usual = Usual([habits([*usual_day, *odd_kind])])
    same_way = {"messages": 9, "consults": 3, "handovers": 2, "settled_today": True, "hours": 90}
    odd = usual.unusual(case("x", topic="delivery", **same_way))
    at_home = usual.unusual(case("y", topic="repair", **same_way))
    assert odd is not None
    assert at_home is not None
    assert odd.bits > 10 > 3 > at_home.bits
    picked = proposal(
        [case("x", topic="delivery", **same_way), case("y", topic="repair", **same_way)], usual, ReviewPolicy()
    )
    assert [(each.case_id, each.light) for each in picked] == [("x", "surprising")]


def test_with_little_to_compare_with_nothing_is_called_unusual() -> None:
    few = Usual([habits([case(str(n), settled_today=True) for n in range(29)])])
    assert few.unusual(case("x", messages=40, settled_today=True)) is None


@given(found=st.lists(cases, min_size=31, max_size=60, unique_by=lambda each: each.case_id))
def test_cases_of_the_days_themselves_are_on_average_as_usual_as_can_be(found: list[Seen]) -> None:
    settled = [each.model_copy(update={"settled_today": True, "topic": "one"}) for each in found]
    usual = Usual([habits(settled)])
    bits = [one.bits for each in settled if (one := usual.unusual(each))]
    assert len(bits) == len(settled)
    assert abs(sum(bits) / len(bits)) < 1.5  # only the drawing towards what was never seen keeps it from 0


MINUTES = st.integers(0, 3 * 24 * 60)
facts = st.builds(
    fact,
    kind=st.sampled_from(["message", "late", "handed-over", "resolved", "reopened", "kept", "closed", "replied"]),
    minutes=MINUTES,
    detail=st.sampled_from(["negative leaking", "positive leaking", "neutral "]),
    number=st.sampled_from([0.0, 1.0]),
)


@given(known=st.lists(facts, max_size=12), data=st.data())
def test_a_day_is_seen_the_same_however_late_one_looks_and_in_whatever_order_it_was_heard(
    known: list[Fact], data: st.DataObject
) -> None:
    start, end = at(-12 * 60), at(12 * 60)
    found = seen(course(*known), start, end)
    until_then = [each for each in known if each.at < end]
    assert seen(course(*data.draw(st.permutations(until_then))), start, end) == found
    assert (found is None) == (not any(start <= each.at < end for each in known))


def test_a_test_contact_and_a_merged_case_are_never_talked_about() -> None:
    late = fact("late", 61, "first-response")
    assert seen(course(late), NOON, at(24 * 60)) is not None
    assert seen(course(late, test=True), NOON, at(24 * 60)) is None
    assert seen(course(late, fact("merged", 70)), NOON, at(24 * 60)) is None


def test_a_mark_that_was_a_mistake_is_no_story() -> None:
    marked, unmarked = fact("marked", 5, "a birth"), fact("unmarked", 6)
    first = seen(course(marked), NOON, at(60))
    second = seen(course(marked, unmarked), NOON, at(60))
    assert first is not None
    assert second is not None
    assert (first.marked_today, second.marked_today) == ("a birth", "")


def proposed(review: Review | None = None) -> Review:
    found = [case("a", late_today=("promise",), late=True), case("b", marked_today="twins", closed_today=True)]
    change = domain.proposed(review, "moccarel", DAY, proposal(found, NOTHING, ReviewPolicy()), found, NOON)
    assert change
    assert isinstance(change[1][0], ReviewProposed)
    return change[0]


def test_a_day_is_proposed_once_and_what_people_added_before_stays() -> None:
    review, said = domain.case_added(None, case("c"), PLACE, "ines", "so kind", NOON)
    assert isinstance(said[0], ReviewCaseAdded)
    review = proposed(review)
    assert {each.case_id for each in review.cases} == {"a", "b", "c"}
    assert domain.proposed(review, "moccarel", DAY, (), (), NOON) is None
    assert review.finished == 1


def test_people_drop_take_back_note_and_learn() -> None:
    review = proposed()
    dropped = domain.case_dropped(review, "a", "ines", NOON)
    assert dropped
    assert domain.case_dropped(dropped[0], "a", "ines", NOON) is None
    again, _ = domain.case_added(dropped[0], case("a"), PLACE, "ines", "after all", NOON)
    noted, _ = domain.case_discussed(again, "a", Note(id="n", by="ines", text="Nobody knew.", learned="Ask.", at=NOON))
    learned, said = domain.lesson_recorded(
        noted, PLACE, Lesson(id="l", case_id="a", by="ines", text="Ask first.", at=NOON)
    )
    found = learned.find("a")
    assert found
    assert (found.dropped, [note.learned for note in found.notes]) == (False, ["Ask."])
    assert [each.text for each in learned.lessons] == ["Ask first."]
    assert said[0].day == DAY


def test_a_case_that_was_talked_about_before_the_day_is_over_stays_with_its_note() -> None:
    so_far = proposed()
    early, _ = domain.case_discussed(None, "a", Note(id="n", by="ines", text="Nobody knew.", at=NOON), so_far)
    assert [each.case_id for each in early.cases] == ["a"]
    assert early.proposed_at is None
    whole = proposed(early)
    found = whole.find("a")
    assert found
    assert [each.text for each in found.notes] == ["Nobody knew."]
    assert {each.case_id for each in whole.cases} == {"a", "b"}


@pytest.mark.parametrize("review", [None, proposed()])
def test_what_is_not_in_the_review_is_refused_with_its_reason(review: Review | None) -> None:
    with pytest.raises(ReviewRefused, match="add it first"):
        domain.case_dropped(review, "nobody", "ines", NOON)
    with pytest.raises(ReviewRefused, match="add it first"):
        domain.case_discussed(review, "nobody", Note(id="n", by="ines", text="?", at=NOON))
    with pytest.raises(ReviewRefused):
        domain.lesson_recorded(review, PLACE, Lesson(id="l", case_id="nobody", by="ines", text="?", at=NOON))


def counted(shares: list[float], cases_a_day: int = 40) -> list[Review]:
    """Days with these shares of late cases, the lesson being on day 0 in their middle."""
    first = DAY - timedelta(days=len(shares) // 2)
    return [
        Review(
            brand="moccarel",
            day=first + timedelta(days=number),
            proposed_at=NOON,
            tallies={"leaking": Tally(cases=cases_a_day, figures={"late": round(share * cases_a_day)})},
        )
        for number, share in enumerate(shares)
    ]


LESS_LATE = Measure(figure="late", wanted="less", topic="leaking")


def test_a_lesson_helped_when_its_measure_moved_as_wanted_beyond_chance() -> None:
    found = effect(LESS_LATE, DAY, counted([0.3] * 21 + [0.1] * 20), 20)
    assert found.verdict == "helped"
    assert found.ratio is not None
    assert found.ratio.high is not None
    assert found.ratio.high < 1
    assert (found.share_before, found.share_after) == (0.3, 0.1)
    assert effect(
        LESS_LATE.model_copy(update={"wanted": "more"}), DAY, counted([0.3] * 21 + [0.1] * 20), 20
    ).verdict == ("got-worse")


def test_chance_is_not_taken_for_an_effect_nor_a_few_days_for_an_answer() -> None:
    assert effect(LESS_LATE, DAY, counted([0.3] * 21 + [0.28] * 20), 20).verdict == "no-change-shown"
    few_days = effect(LESS_LATE, DAY, counted([0.3] * 8 + [0.1] * 6), 20)
    assert few_days.verdict == "not-enough-yet"
    assert few_days.ratio is None
    assert effect(LESS_LATE, DAY, counted([0.3] * 21 + [0.0] * 20, cases_a_day=1), 20).verdict == "not-enough-yet"
    assert effect(LESS_LATE.model_copy(update={"topic": "other"}), DAY, counted([0.3] * 41), 20).cases_before == 0
