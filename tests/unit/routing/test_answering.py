"""How specialists answer: counted once, fading, careful with little; and what the choice makes of it (P4)."""

from datetime import timedelta

import pytest

from services.routing.domain import Chosen, Engine
from services.routing.domain.answering import HALF_LIFE_DAYS, MOST_OPEN, USUAL_SHARE, Answering
from tests.unit.routing.staff import NOON, specialist, specialist_wanted


def after(*words: str, minutes: float = 10) -> Answering:
    """What is known after so many offers, each answered, declined or left lying."""
    known = Answering()
    for number, what in enumerate(words):
        known = known.offered(f"c{number}", NOON).said(f"c{number}", what, NOON + timedelta(minutes=minutes))
    return known


class TestCounting:
    def test_of_somebody_new_the_usual_is_expected(self) -> None:
        assert Answering().share == USUAL_SHARE
        assert Answering().usual_minutes is None

    def test_one_silence_is_not_held_against_anybody_for_long(self) -> None:
        assert 0.6 < after("expired").share < USUAL_SHARE

    def test_many_are(self) -> None:
        assert after(*["expired"] * 40).share < 0.1
        assert after(*["answered"] * 40).share > 0.95

    def test_declining_does_not_answer_either(self) -> None:
        assert after("declined").share == after("expired").share

    def test_only_the_first_word_counts_however_often_it_is_told(self) -> None:
        once = after("answered")
        at = NOON + timedelta(hours=1)
        for what in ("answered", "declined", "expired"):
            assert once.said("c0", what, at) == once

    def test_a_word_on_an_offer_that_nobody_knows_of_counts_for_nothing(self) -> None:
        assert Answering().said("c", "answered", NOON) == Answering()

    def test_an_offer_that_ends_by_itself_counts_for_nothing(self) -> None:
        ended = Answering().offered("c", NOON).ended("c")
        assert (ended.share, ended.open) == (USUAL_SHARE, {})
        assert ended.said("c", "expired", NOON) == ended

    def test_the_time_to_answer(self) -> None:
        assert after("answered", "expired", minutes=12).usual_minutes == pytest.approx(12)

    def test_the_time_until_the_answer_is_there_counts_from_the_offer_also_when_it_was_accepted_first(self) -> None:
        accepted = Answering().offered("c", NOON).accepted("c", NOON + timedelta(minutes=3))
        assert (accepted.usual_minutes, accepted.answer_minutes) == (3, None)
        done = accepted.answers("c", NOON + timedelta(minutes=30))
        assert done.usual_minutes == pytest.approx(3)
        assert done.answer_minutes == pytest.approx(30)
        assert done.answered == pytest.approx(1, rel=0.01)
        assert done.answers("c", NOON + timedelta(minutes=50)) == done, "a second answer counts for nothing"
        assert done.working == {}
        at_once = Answering().offered("d", NOON).answers("d", NOON + timedelta(minutes=12))
        assert (at_once.usual_minutes, at_once.answer_minutes, at_once.answered) == (12, 12, 1)

    def test_what_is_long_ago_counts_less(self) -> None:
        known = after(*["expired"] * 10)
        later = NOON + timedelta(days=HALF_LIFE_DAYS)
        faded = known.offered("new", later).said("new", "answered", later)
        assert faded.expired == pytest.approx(5, rel=0.01)
        assert faded.share > known.share

    def test_a_fact_that_comes_late_does_not_turn_time_back(self) -> None:
        known = after("answered")
        late = known.offered("late", NOON).said("late", "expired", NOON - timedelta(days=1))
        assert late.counted_at == known.counted_at
        assert (late.answered, late.expired) == (1, 1)

    def test_it_does_not_grow_without_end(self) -> None:
        known = Answering()
        for number in range(MOST_OPEN + 5):
            known = known.offered(f"c{number}", NOON)
        assert len(known.open) == MOST_OPEN
        assert "c0" not in known.open


class TestChoosing:
    def chosen(self, engine: Engine) -> Chosen:
        found = engine.decide(specialist_wanted(), NOON)
        assert isinstance(found, Chosen)
        return found

    def engine(self) -> Engine:
        engine = Engine()
        for name in ("ana", "bo"):
            engine.upsert(specialist(name, country="GB"))
        return engine

    @pytest.mark.parametrize("silent", ["ana", "bo"])
    def test_who_answers_comes_before_who_does_not(self, silent: str) -> None:
        engine = self.engine()
        engine.responsiveness(silent, 0.1)
        found = self.chosen(engine)
        assert found.person != silent
        loser = found.explanation.candidates[1]
        assert loser.terms["answers"] == pytest.approx(0.35, abs=0.01)  # 0.7 less than usual, of 500 points

    def test_who_answers_more_than_usual_has_points_off(self) -> None:
        engine = self.engine()
        engine.responsiveness("bo", 1)
        found = self.chosen(engine)
        assert (found.person, found.explanation.candidates[0].terms["answers"]) == ("bo", pytest.approx(-0.1, abs=0.01))

    def test_of_whom_nothing_is_known_there_is_no_such_term(self) -> None:
        assert all("answers" not in each.terms for each in self.chosen(self.engine()).explanation.candidates)

    def test_it_is_known_of_people_who_are_recorded_later_and_recorded_anew(self) -> None:
        engine = Engine()
        engine.responsiveness("ana", 0)
        for name in ("ana", "bo"):
            engine.upsert(specialist(name, country="GB"))
        engine.upsert(specialist("ana", country="GB", skills={"coffee": 3, "tea": 1}))
        assert self.chosen(engine).person == "bo"

    @pytest.mark.parametrize("share", [-0.1, 1.1])
    def test_what_is_no_share_is_refused_and_changes_nothing(self, share: float) -> None:
        engine = self.engine()
        before = self.chosen(engine)
        with pytest.raises(ValueError, match="lies between 0 and 1"):
            engine.responsiveness("ana", share)
        assert self.chosen(engine) == before
