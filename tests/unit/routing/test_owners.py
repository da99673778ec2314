"""Who owns a case: one rule of the domain per test."""

from typing import Any

import pytest

from schemas.organisation import Person
from services.routing.domain import Chosen, Engine, Nobody, Rules
from tests.unit.routing.staff import NOON, SHORT_PATIENCE, at, owner_wanted, person, specialist

OFFICE_AMSTERDAM = {"mon-fri": "09:00-17:30"}


def engine(*team: Person, loads: dict[str, int] | None = None) -> Engine:
    """An engine with a team, some of whom hold a number of cases already."""
    made = Engine(SHORT_PATIENCE)
    for somebody in team:
        made.upsert(somebody)
    for person_id, cases in (loads or {}).items():
        for number in range(cases):
            made.assign(f"earlier-{person_id}-{number}", person_id)
    return made


def chosen(made: Engine, now: Any = NOON, **changes: Any) -> Chosen:
    """The choice for one case."""
    outcome = made.decide(owner_wanted(now=now, **changes), now)
    assert isinstance(outcome, Chosen), outcome
    return outcome


def nobody(made: Engine, now: Any = NOON, **changes: Any) -> Nobody:
    """The answer when nobody can own the case now."""
    outcome = made.decide(owner_wanted(now=now, **changes), now)
    assert isinstance(outcome, Nobody), outcome
    return outcome


class TestWhoMayOwn:
    @pytest.mark.parametrize(("role", "owns"), [("agent", 1), ("coach", 1), ("lead", 1), ("specialist", 0)])
    def test_specialists_never_own(self, role: str, owns: int) -> None:
        outcome = engine(person("mira", role=role)).decide(owner_wanted(slack_minutes=-60), NOON)
        assert isinstance(outcome, Chosen) == bool(owns)

    def test_shadow_never_owns(self) -> None:
        assert nobody(engine(person("mira", stage="shadow")), slack_minutes=-60).explanation.excluded == {}

    def test_brand_is_never_relaxed(self) -> None:
        outcome = nobody(engine(person("mira")), slack_minutes=-60, brand="lumo")
        assert outcome.explanation.excluded == {"brand": 1}
        assert outcome.next_possible_at is None

    def test_absent_by_hand_is_off_whatever_the_hours_say(self) -> None:
        made = engine(person("mira"))
        made.upsert(person("mira"), available=False)
        assert nobody(made, slack_minutes=-60).explanation.excluded == {"absent": 1}

    def test_off_shift_waits_for_the_next_opening(self) -> None:
        made = engine(person("mira", hours=OFFICE_AMSTERDAM))
        outcome = nobody(made, now=at("2026-03-06 17:00"))
        assert outcome.explanation.excluded == {"off-shift": 1}
        assert outcome.next_possible_at == at("2026-03-09 08:00")

    def test_unknown_region_of_holidays_changes_nothing(self) -> None:
        made = engine(person("mira"))
        with pytest.raises(ValueError, match="no public holidays are known for 'XX'"):
            made.upsert(person("mira", languages={"tr": "C2"}, public_holidays="XX"))
        assert chosen(made).person == "mira"
        assert chosen(made).explanation.relaxed == ()


class TestShiftEnd:
    def test_no_case_for_somebody_about_to_leave(self) -> None:
        made = engine(person("leaving", hours=OFFICE_AMSTERDAM), person("staying"), loads={"staying": 0})
        assert chosen(made, now=at("2026-03-04 16:15")).person == "staying"
        assert chosen(made, now=at("2026-03-04 16:15")).explanation.excluded == {"ending-soon": 1}

    def test_waits_for_the_next_shift_when_there_is_time(self) -> None:
        made = engine(person("early", hours={"wed": "07:00-15:00"}), person("late", hours={"wed": "15:00-23:00"}))
        assert nobody(made, now=at("2026-03-04 13:50")).next_possible_at == at("2026-03-04 14:00")

    def test_somebody_about_to_leave_may_be_back_first(self) -> None:
        made = engine(person("mira", hours={"wed": ["09:00-13:00", "14:00-18:00"]}))
        assert nobody(made, now=at("2026-03-04 11:50"), slack_minutes=600).next_possible_at == at("2026-03-04 13:00")

    def test_somebody_about_to_leave_takes_it_when_the_deadline_is_near(self) -> None:
        made = engine(person("leaving", hours=OFFICE_AMSTERDAM))
        late = chosen(made, now=at("2026-03-04 16:20"), slack_minutes=20)
        assert (late.person, late.explanation.relaxed) == ("leaving", ("ending-soon",))
        assert nobody(made, now=at("2026-03-04 16:20"), slack_minutes=21).next_possible_at == at("2026-03-04 16:21")


class TestLanguage:
    def test_speaker_comes_first_whatever_the_load(self) -> None:
        made = engine(person("aylin", capacity=4, languages={"tr": "B2"}), person("mira"), loads={"aylin": 3})
        assert chosen(made, language="tr").person == "aylin"

    def test_b1_is_not_enough(self) -> None:
        made = engine(person("aylin", languages={"tr": "B1"}))
        assert chosen(made, language="tr").explanation.relaxed == ("language",)

    def test_language_nobody_on_shift_speaks_is_no_dead_end(self) -> None:
        made = engine(person("mira", capacity=2), person("jonas", capacity=2), loads={"mira": 1})
        outcome = chosen(made, language="sw")
        assert (outcome.person, outcome.explanation.relaxed) == ("jonas", ("language",))

    def test_full_speaker_is_waited_for_while_there_is_time(self) -> None:
        made = engine(person("aylin", languages={"tr": "C2"}), person("mira"), loads={"aylin": 1})
        assert nobody(made, language="tr").next_possible_at == at("2026-03-04 12:30")
        assert chosen(made, language="tr", slack_minutes=30).person == "mira"

    def test_full_speaker_is_not_waited_for_beyond_their_shift(self) -> None:
        made = engine(person("aylin", languages={"tr": "C2"}, hours=OFFICE_AMSTERDAM), person("mira"))
        made.assign("earlier", "aylin")
        leaves = nobody(made, now=at("2026-03-04 15:00"), language="tr", slack_minutes=600).next_possible_at
        assert leaves == at("2026-03-04 16:15")
        assert chosen(made, now=leaves, language="tr", slack_minutes=500).person == "mira"

    def test_unknown_language_rules_nobody_out(self) -> None:
        outcome = chosen(engine(person("mira", languages={"tr": "C2"})), language="und")
        assert outcome.explanation.relaxed == ()


class TestCapacity:
    def test_full_people_are_waited_for_while_there_is_time(self) -> None:
        made = engine(person("mira"), loads={"mira": 1})
        outcome = nobody(made)
        assert outcome.explanation.excluded == {"full": 1}
        assert outcome.next_possible_at == at("2026-03-04 12:40")
        made.release("earlier-mira-0")
        assert chosen(made).explanation.relaxed == ()

    def test_least_loaded_takes_it_beyond_capacity_when_the_deadline_is_near(self) -> None:
        made = engine(person("mira", capacity=2), person("jonas", capacity=4), loads={"mira": 2, "jonas": 4})
        outcome = chosen(made, slack_minutes=20)
        assert (outcome.person, outcome.explanation.relaxed) == ("jonas", ("capacity",))

    def test_rare_speaker_does_not_drown_in_a_peak(self) -> None:
        team = [person(f"agent-{number}", capacity=4) for number in range(4)]
        made = engine(*team, person("aylin", capacity=4, languages={"tr": "C2"}))
        peak = [owner_wanted(f"turkish-{number}", slack_minutes=10, language="tr") for number in range(40)]
        made.decide_waiting(peak, NOON)
        assert made.load_of("aylin") <= 10

    def test_weight_counts_not_items(self) -> None:
        made = Engine(Rules(owner_weight=0.5))
        made.upsert(person("mira"))
        assert chosen(made).explanation.candidates[0].terms == {"load": 0.5}
        made.assign("mail", "mira", 0.5)
        assert chosen(made).explanation.relaxed == ()
        made.assign("chat", "mira", 0.25)
        assert nobody(made).explanation.excluded == {"full": 1}

    @pytest.mark.parametrize("weight", [0, -1])
    def test_weight_that_is_not_above_zero_is_refused(self, weight: float) -> None:
        made = engine(person("mira"))
        with pytest.raises(ValueError, match="weight of request 'chat' must be above 0"):
            made.assign("chat", "mira", weight)
        assert made.holder_of("chat") is None


class TestPreference:
    def test_customer_returns_to_the_owner_they_know(self) -> None:
        made = engine(person("mira", capacity=4), person("jonas", capacity=4, skills={"coffee": 5}), loads={"mira": 3})
        assert chosen(made, preferred="mira", skill="coffee").person == "mira"

    def test_known_owner_without_room_does_not_hold_the_case_up(self) -> None:
        made = engine(person("mira"), person("jonas"), loads={"mira": 1})
        outcome = chosen(made, preferred="mira")
        assert (outcome.person, outcome.explanation.relaxed) == ("jonas", ("preferred",))

    def test_known_owner_gets_no_more_than_their_share_when_all_are_full(self) -> None:
        made = engine(person("mira"), person("jonas"), loads={"mira": 2, "jonas": 1})
        assert chosen(made, preferred="mira", slack_minutes=0).person == "jonas"

    def test_skill_is_worth_less_than_one_of_four_conversations(self) -> None:
        team = person("mira", capacity=4, skills={"coffee": 3}), person("jonas", capacity=4)
        assert chosen(engine(*team, loads={"mira": 1, "jonas": 1}), skill="coffee").person == "mira"
        assert chosen(engine(*team, loads={"mira": 1}), skill="coffee").explanation.relaxed == ("skill",)

    def test_lowest_load_share_wins_not_fewest_items(self) -> None:
        made = engine(person("mira", capacity=2), person("jonas", capacity=8), loads={"mira": 1, "jonas": 2})
        assert chosen(made).person == "jonas"


class TestTies:
    def test_longest_since_an_assignment_wins(self) -> None:
        made = engine(person("mira"), person("jonas"), person("lena"))
        for somebody in ("jonas", "mira", "lena"):
            made.assign(f"earlier-{somebody}", somebody)
            made.release(f"earlier-{somebody}")
        assert chosen(made).person == "jonas"

    def test_newcomers_take_turns_by_the_request(self) -> None:
        made = engine(*(person(f"agent-{number}") for number in range(8)))
        winners = {chosen(made, id_=f"request-{number}").person for number in range(64)}
        assert len(winners) == 8

    def test_order_in_which_people_were_recorded_does_not_matter(self) -> None:
        team = [person(f"agent-{number}") for number in range(8)]
        one, other = engine(*team), engine(*reversed(team))
        other.remove("agent-3")
        other.upsert(team[3])
        for number in range(20):
            assert chosen(one, id_=f"request-{number}") == chosen(other, id_=f"request-{number}")


class TestExplanation:
    def test_names_the_best_three_and_counts_the_rest(self) -> None:
        team = [person(f"agent-{number}", capacity=4, languages={"en": "C1"}) for number in range(6)]
        others = person("off", hours={}), person("other-brand", brands=("lumo",)), specialist("expert")
        made = engine(*team, *others, person("full"), loads={"agent-0": 2, "agent-1": 1, "full": 1})
        why = chosen(made, skill="coffee").explanation
        assert len(why.candidates) == 3
        assert why.candidates[0].terms == {"load": 0.25, "skill": 0.2}
        assert why.candidates[0].score == 0.45
        assert why.excluded == {"brand": 1, "off-shift": 1, "full": 1, "outscored": 3}
        assert why.relaxed == ("skill",)

    def test_can_be_left_out(self) -> None:
        outcome = engine(person("mira")).decide(owner_wanted(), NOON, explain=False)
        assert isinstance(outcome, Chosen)
        assert outcome.explanation.candidates == ()


class TestWhoRefused:
    def test_is_never_given_the_case_again_however_late_it_gets(self) -> None:
        """O1: a refused assignment goes to somebody else, or waits."""
        made = engine(person("mira"), person("jonas", languages={"nl": "C2"}), loads={"jonas": 30})
        assert chosen(made, slack_minutes=5, excluded=("mira",)).person == "jonas"
        outcome = nobody(engine(person("mira")), slack_minutes=-60, excluded=("mira",))
        assert outcome.explanation.excluded == {"excluded": 1}
        assert outcome.next_possible_at is None

    def test_not_even_as_the_one_whom_the_customer_knows(self) -> None:
        made = engine(person("mira"), person("jonas"))
        assert chosen(made, preferred="mira", excluded=("mira",)).person == "jonas"
