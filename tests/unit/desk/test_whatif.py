"""What-if questions: what a scenario offers to change, what is refused, and the scenario that the simulator gets."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from casekeeper.simulate.people import people
from casekeeper.simulate.scenario import Scenario
from services.desk.domain.whatif import (
    SILENT,
    Answer,
    Outline,
    Question,
    Refused,
    Run,
    answer_of,
    asked,
    changed,
    outline,
)
from services.desk.gateway.simulator import Simulator
from tests.unit.desk.team import NOW

FOLDER = Path("deploy/scenarios")


def content(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    return found


def question(of: Outline, **changes: Any) -> Question:
    return Question(**{"scenario": of.id, "agents": of.agents, "speakers": of.speakers} | changes)


TEAM = outline("philips-care", content("philips-care"))


class TestOutline:
    def test_what_a_scenario_starts_from(self) -> None:
        assert TEAM.agents == {"07:00": 16, "15:00": 16, "23:00": 8}
        assert (TEAM.count, TEAM.specialists, TEAM.contacts_per_day, TEAM.days) == (40, 500, 700, 12)
        assert TEAM.speakers["nl"] == 28
        assert not TEAM.has_peak

    def test_numbers_that_do_not_divide_still_add_up(self) -> None:
        odd = content("philips-care")
        odd["people"][0] |= {"count": 41}
        assert sum(outline("odd", odd).agents.values()) == 41

    def test_every_scenario_that_ships_is_offered_or_left_out_with_the_reason(self) -> None:
        simulator = Simulator(FOLDER)
        simulator.load()
        assert {*simulator.outlines, "hundredfold"} == {path.stem for path in FOLDER.glob("*.yaml")}
        [reason] = simulator.left_out
        assert "54000 people are too many" in reason
        assert simulator.outlines["crisis-day"].has_peak

    @pytest.mark.parametrize("broken", [{}, {"people": []}, {"people": [{"role": "agent"}]}, None, {"people": 3}])
    def test_what_can_not_be_read_is_refused_by_name(self, broken: Any) -> None:
        with pytest.raises(Refused, match=r"^broken: "):
            outline("broken", broken)


class TestQuestion:
    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"agents": {"07:00": 16}}, "other shifts or languages"),
            ({"agents": dict.fromkeys(TEAM.agents, 0)}, "at least one agent"),
            ({"agents": TEAM.agents | {"07:00": -1}}, "from 0 to 160"),
            ({"agents": TEAM.agents | {"07:00": 161}}, "from 0 to 160"),
            ({"speakers": TEAM.speakers | {"nl": 41}}, "41 of 40 agents can not speak nl"),
            ({"volume": 0.05}, "from 0.1 to 5 times"),
            ({"runs": 100}, "1, 3, 5 runs"),
        ],
    )
    def test_what_can_not_be_asked(self, changes: dict[str, Any], why: str) -> None:
        with pytest.raises(Refused, match=why):
            asked(TEAM, question(TEAM, **changes))

    def test_a_scenario_with_a_peak_is_worked_through_as_a_whole(self) -> None:
        crisis = outline("crisis-day", content("crisis-day"))
        assert not asked(crisis, question(crisis)).short
        assert asked(TEAM, question(TEAM)).short


class TestChanged:
    def test_the_scenario_as_asked_is_one_that_the_simulator_takes(self) -> None:
        more = question(TEAM, agents=TEAM.agents | {"23:00": 10}, speakers=TEAM.speakers | {"es": 21}, volume=1.5)
        found = Scenario.model_validate(changed(content("philips-care"), asked(TEAM, more)))
        group = found.people[0]
        assert group.count == 42
        assert group.languages["es"].share == 0.5
        assert found.demand.contacts_per_day == 1050
        assert (found.days, found.warmup_days) == (4, 1)
        assert len([each for each in people(found, 1) if each.person.role == "agent"]) == 42

    def test_the_content_that_was_read_is_left_alone(self) -> None:
        before = content("philips-care")
        changed(before, question(TEAM, volume=2, agents=TEAM.agents | {"07:00": 1}))
        assert before == content("philips-care")

    def test_nobody_speaking_a_language_and_nobody_at_an_hour(self) -> None:
        none = question(TEAM, agents=TEAM.agents | {"23:00": 0}, speakers=dict.fromkeys(TEAM.speakers, 0))
        Scenario.model_validate(changed(content("philips-care"), asked(TEAM, none)))

    def test_as_many_begin_in_every_week_as_were_asked_for_and_days_off_are_spread(self) -> None:
        found = Scenario.model_validate(
            changed(content("small-company"), _of("small-company", {"07:00": 5, "15:00": 2}))
        )
        agents = [each.person for each in people(found, 1) if each.person.role == "agent"]
        for number in range(7):
            weeks = [person.hours.weeks[number] for person in agents]
            starts = [next(slot.start_minute for day in range(7) for slot in week.day(day)) for week in weeks]
            assert (starts.count(7 * 60), starts.count(15 * 60)) == (5, 2)
            off = [{day for day in range(7) if not week.day(day)} for week in weeks]
            assert max(sum(day in each for each in off) for day in range(7)) <= 2


def _of(scenario: str, agents: dict[str, int]) -> Question:
    of = outline(scenario, content(scenario))
    return asked(of, question(of, agents=agents))


class TestRun:
    run = Run(id="r", question=question(TEAM), asked_by="ann", asked_at=NOW)

    def test_what_waits_is_free_and_what_is_worked_on_is_not_until_it_falls_silent(self) -> None:
        assert self.run.free(NOW)
        begun = self.run.begun(NOW)
        assert not begun.free(NOW + SILENT)
        assert begun.free(NOW + SILENT + timedelta(seconds=1))
        assert not begun.going_on(0.5, NOW + SILENT).free(NOW + SILENT + timedelta(seconds=1))

    def test_what_is_over_is_never_begun_again(self) -> None:
        for over in (self.run.cancelled(), self.run.failed("no"), self.run.answered(ANSWER)):
            assert over.over
            assert not over.free(NOW + timedelta(days=1))

    def test_it_never_goes_back_nor_beyond_the_end(self) -> None:
        begun = self.run.begun(NOW).going_on(0.6, NOW)
        assert begun.going_on(0.2, NOW).done == 0.6
        assert begun.going_on(1.7, NOW).done == 1


TOLD = {
    "policies": {
        "deadline": {
            "first_reply_within_target": {"en": 0.99, "nl": 0.91},
            "overall": {
                "cases": 812.0,
                "first_reply_within_target": 0.97,
                "first_reply_minutes": {"p50": 5, "p90": 19, "p99": None},
                "substantive_minutes": {"p50": 24, "p90": None, "p99": None},
                "intervals": {"first_reply_within_target": (0.96, 0.98), "utilisation": None},
            },
            "utilisation": 0.75,
        }
    }
}
ANSWER = answer_of(TOLD)


def test_the_answer_is_read_from_what_the_simulator_says() -> None:
    assert Answer(
        cases=812,
        within=0.97,
        lowest=0.91,
        lowest_language="nl",
        by_language={"en": 0.99, "nl": 0.91},
        first_p90=19,
        substantive_p90=None,
        utilisation=0.75,
        intervals={"within": (0.96, 0.98)},
    ) == answer_of(TOLD)
    with pytest.raises(KeyError):
        answer_of({"policies": {"deadline": {}}})
