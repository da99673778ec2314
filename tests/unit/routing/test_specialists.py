"""Who is asked: one rule of the domain per test."""

from typing import Any

from schemas.organisation import Person
from services.routing.domain import Chosen, Engine, Nobody
from tests.unit.routing.staff import NOON, SHORT_PATIENCE, at, person, specialist, specialist_wanted

OFFICE = {"mon-fri": "09:00-17:30"}
ARGENTINA = {"country": "AR", "time_zone": "America/Argentina/Buenos_Aires", "hours": OFFICE}
SPANISH = {"es": "C2", "en": "B2"}


def engine(*team: Person, busy: tuple[str, ...] = ()) -> Engine:
    """An engine with a team, some of whom answer a consult already."""
    made = Engine(SHORT_PATIENCE)
    for somebody in team:
        made.upsert(somebody)
    for person_id in busy:
        made.assign(f"earlier-{person_id}", person_id)
    return made


def decided(made: Engine, now: Any = NOON, **changes: Any) -> Chosen | Nobody:
    """The answer for one consult."""
    return made.decide(specialist_wanted(now=now, **changes), now)


def chosen(made: Engine, now: Any = NOON, **changes: Any) -> Chosen:
    """The choice for one consult."""
    outcome = decided(made, now, **changes)
    assert isinstance(outcome, Chosen), outcome
    return outcome


class TestWhoMayBeAsked:
    def test_only_specialists(self) -> None:
        made = engine(person("agent", skills={"coffee": 5}), specialist("sofia", country="ES"))
        outcome = chosen(made)
        assert (outcome.person, outcome.country) == ("sofia", "ES")

    def test_each_condition_is_counted_once_at_the_first_that_fails(self) -> None:
        team = (
            specialist("declined"),
            specialist("other-brand", brands=("lumo",)),
            specialist("other-skill", skills={"lighting": 5}),
            specialist("other-language", languages={"tr": "C2"}),
            specialist("asleep", hours={"mon": "09:00-10:00"}),
            specialist("busy"),
        )
        why = decided(engine(*team, busy=("busy",)), excluded=("declined",)).explanation
        assert why.excluded == {"excluded": 1, "brand": 1, "skill": 1, "language": 1, "off-shift": 1, "full": 1}

    def test_never_beyond_capacity_nor_twice_to_who_declined_however_late(self) -> None:
        made = engine(specialist("busy"), specialist("declined"), busy=("busy",))
        assert isinstance(decided(made, slack_minutes=-600, excluded=("declined",)), Nobody)

    def test_no_skill_asked_is_none_needed(self) -> None:
        assert chosen(engine(specialist("sofia", skills={})), skill="").person == "sofia"


class TestHours:
    def test_asked_in_their_own_working_hours(self) -> None:
        made = engine(specialist("sofia", languages=SPANISH, **ARGENTINA))
        assert chosen(made, now=at("2026-03-04 12:00"), language="es").person == "sofia"
        before = decided(made, now=at("2026-03-04 11:59"), language="es")
        assert isinstance(before, Nobody)
        assert before.next_possible_at == at("2026-03-04 12:00")

    def test_earliest_opening_among_the_capable_is_named(self) -> None:
        singapore = specialist("wei", time_zone="Asia/Singapore", country="SG", hours=OFFICE)
        incapable = specialist("awake", skills={"lighting": 5}, hours={"wed": "20:00-23:00"})
        outcome = decided(engine(specialist("sofia", **ARGENTINA), singapore, incapable), now=at("2026-03-04 21:00"))
        assert isinstance(outcome, Nobody)
        assert outcome.next_possible_at == at("2026-03-05 01:00")

    def test_nobody_capable_has_no_next_moment(self) -> None:
        outcome = decided(engine(specialist("sofia")), skill="lighting")
        assert isinstance(outcome, Nobody)
        assert outcome.next_possible_at is None


class TestEnglishStandsIn:
    def test_when_the_speakers_come_too_late(self) -> None:
        made = engine(specialist("sofia", languages=SPANISH, **ARGENTINA), specialist("emma"))
        early = at("2026-03-04 04:00")
        outcome = chosen(made, now=early, language="es", slack_minutes=120)
        assert (outcome.person, outcome.explanation.relaxed) == ("emma", ("language",))
        waits = decided(made, now=early, language="es", slack_minutes=24 * 60)
        assert isinstance(waits, Nobody)
        assert waits.next_possible_at == at("2026-03-04 12:00")

    def test_when_the_speakers_are_full_and_patience_is_over(self) -> None:
        made = engine(specialist("sofia", languages=SPANISH), specialist("emma"), busy=("sofia",))
        waits = decided(made, language="es", slack_minutes=90)
        assert isinstance(waits, Nobody)
        assert waits.next_possible_at == at("2026-03-04 13:00")
        assert chosen(made, language="es", slack_minutes=30).person == "emma"

    def test_when_the_full_speakers_have_gone_home(self) -> None:
        made = engine(specialist("sofia", languages=SPANISH, **ARGENTINA), specialist("emma"), busy=("sofia",))
        late = at("2026-03-04 20:00")
        waits = decided(made, now=late, language="es", slack_minutes=600)
        assert isinstance(waits, Nobody)
        assert waits.next_possible_at == at("2026-03-04 20:30")
        assert chosen(made, now=at("2026-03-04 20:30"), language="es", slack_minutes=570).person == "emma"

    def test_not_before_it_is_time_for_it(self) -> None:
        speaker = specialist("sofia", languages={"es": "C2"}, **ARGENTINA)
        made = engine(speaker, specialist("emma", time_zone="UTC", hours={"wed": "12:30-23:00"}), busy=("sofia",))
        waits = decided(made, now=at("2026-03-04 12:10"), language="es", slack_minutes=120)
        assert isinstance(waits, Nobody)
        assert waits.next_possible_at == at("2026-03-04 13:40")

    def test_when_nobody_knows_the_subject_in_the_language(self) -> None:
        made = engine(specialist("sofia", languages=SPANISH, skills={"lighting": 5}), specialist("emma"))
        assert chosen(made, language="es").person == "emma"


class TestPreference:
    def test_higher_level(self) -> None:
        assert chosen(engine(specialist("novice"), specialist("expert", skills={"coffee": 5}))).person == "expert"

    def test_country_of_the_language(self) -> None:
        team = specialist("nl", languages=SPANISH), specialist("ar", languages=SPANISH, country="AR")
        why = chosen(engine(*team), language="es").explanation
        assert [candidate.person for candidate in why.candidates] == ["ar", "nl"]
        assert why.candidates[1].terms["abroad"] == 0.2

    def test_more_working_time_left(self) -> None:
        team = specialist("leaving", hours={"wed": "09:00-14:00"}), specialist("staying", hours={"wed": "09:00-18:00"})
        why = chosen(engine(*team)).explanation
        assert why.candidates[0].person == "staying"
        assert why.candidates[1].terms["closing"] == 0.225

    def test_lower_load_share(self) -> None:
        team = specialist("busy", capacity=2), specialist("free", capacity=2)
        assert chosen(engine(*team, busy=("busy",))).person == "free"
