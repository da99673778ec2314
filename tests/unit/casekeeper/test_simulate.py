"""The simulator: the same seed gives the same world, every policy meets the same customers, and nobody does the impossible."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from casekeeper.cli import app
from casekeeper.simulate import Scenario, ScenarioInvalid, load
from casekeeper.simulate.demand import contacts
from casekeeper.simulate.figures import Run, figures, together
from casekeeper.simulate.people import people
from casekeeper.simulate.runs import Job, agents_needed, run, run_all
from casekeeper.simulate.served import DAY, Piece
from casekeeper.simulate.sharing import gini, sharing, shifts_of
from casekeeper.simulate.world import Cast, World
from services.routing.domain.policies import POLICIES

SCENARIOS = Path(__file__).parents[3] / "deploy" / "scenarios"
SMALL: Scenario = load(SCENARIOS / "small-company.yaml").changed({"days": 2.0, "warmup_days": 0})


def simulate(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "300"}).invoke(app, ["simulate", *arguments])


def small(policy: str) -> World:
    return World(SMALL, policy, 1, Cast.drawn(SMALL, 1))


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_scenario_of_the_repository_can_be_read(path: Path) -> None:
    assert load(path).name == path.stem


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_scenario_of_the_repository_can_be_run(path: Path) -> None:
    whole = load(path)
    # As many as take a moment: a hundredth of the largest, with a hundredth of its people.
    part = max(1.0, whole.demand.contacts_per_day / 700)
    groups = [_fewer(each, part) for each in whole.model_dump(by_alias=True)["people"]]
    demand = whole.demand.model_dump(by_alias=True) | {"contacts_per_day": whole.demand.contacts_per_day / part}
    some = whole.changed({"days": 0.5, "warmup_days": 0, "drain_days": 0.5, "people": groups, "demand": demand})
    found = run(some, Job("deadline", 1)).figures
    assert found["cases"] > 0
    assert found["overall"]["first_reply_within_target"] > 0.9


def _fewer(group: dict[str, Any], part: float) -> dict[str, Any]:
    zones = {zone: int(count / part) for zone, count in group["by_zone"].items()}
    return group | {"by_zone": zones, "count": sum(zones.values()) or int(group["count"] / part)}


class TestScenario:
    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"demand": {"contacts_per_day": 0}}, "demand.contacts_per_day: Input should be greater than 0"),
            ({"demand": {"languages": {"nl": {"share": 0.5, "zones": {"Europe/Amsterdam": 1}}}}}, "add up to 0.500"),
            ({"demand": {"languages": {"nl": {"share": 1, "zones": {"Europe/Atlantis": 1}}}}}, "no time zone"),
            ({"demand": {"hour_weights": [1, 2]}}, "give 24 weights"),
            ({"demand": {"peaks": [{"starts_hour": 1, "hours": 1, "factor": 2, "skill": "tea"}]}}, "about 'tea'"),
            ({"warmup_days": 20}, "leaves nothing"),
            ({"colour": "blue"}, "colour: Extra inputs are not permitted"),
            ({"people": []}, "people: "),
        ],
    )
    def test_that_can_not_be_says_where_and_why(self, change: dict[str, Any], says: str, tmp_path: Path) -> None:
        import yaml

        content = yaml.safe_load((SCENARIOS / "small-company.yaml").read_text())
        for name, value in change.items():
            content[name] = content[name] | value if isinstance(value, dict) else value
        path = tmp_path / "scenario.yaml"
        path.write_text(yaml.safe_dump(content))
        with pytest.raises(ScenarioInvalid) as raised:
            load(path)
        assert str(path) in str(raised.value)
        assert says in str(raised.value)

    def test_that_is_missing_or_no_yaml_says_so(self, tmp_path: Path) -> None:
        with pytest.raises(ScenarioInvalid, match="No such file"):
            load(tmp_path / "none.yaml")
        path = tmp_path / "broken.yaml"
        path.write_text("name: [")
        with pytest.raises(ScenarioInvalid, match=r"broken\.yaml"):
            load(path)


class TestPeopleAndDemand:
    def test_are_the_same_for_the_same_seed_and_others_for_another(self) -> None:
        assert contacts(SMALL, 1) == contacts(SMALL, 1) != contacts(SMALL, 2)
        assert [each.person for each in people(SMALL, 1)] == [each.person for each in people(SMALL, 1)]

    def test_as_many_write_as_the_scenario_says_in_the_languages_it_says(self) -> None:
        whole = load(SCENARIOS / "philips-care.yaml").changed({"days": 7.0, "warmup_days": 0})
        found = contacts(whole, 3)
        expected = 7 * whole.demand.contacts_per_day
        assert abs(len(found) - expected) < 5 * math.sqrt(expected)
        english = sum(each.language == "en" for each in found) / len(found)
        assert english == pytest.approx(0.4, abs=0.04)
        assert sum(1 + len(each.pauses) for each in found) / len(found) == pytest.approx(2.6, rel=0.1)

    def test_a_crisis_brings_more_of_one_thing(self) -> None:
        crisis = load(SCENARIOS / "crisis-day.yaml")
        [peak] = crisis.demand.peaks
        within = [each for each in contacts(crisis, 1) if 0 <= each.at - peak.starts_hour * 3600 < peak.hours * 3600]
        assert sum(each.skill == peak.skill for each in within) / len(within) > 0.6

    def test_around_the_clock_somebody_is_on_shift(self) -> None:
        whole = load(SCENARIOS / "philips-care.yaml").changed({"days": 2.5})
        world = World(whole, "deadline", 1, Cast.drawn(whole, 1))
        start = int(whole.start.timestamp())
        for hour in range(7 * 24):
            there = 0
            for agent in world.agents.values():
                stretch = agent.hours.stretch(start + hour * 3600)
                there += stretch is not None and stretch[0] <= start + hour * 3600
            assert there >= 4, f"hour {hour}"


@pytest.mark.parametrize("policy", POLICIES)
def test_whoever_writes_is_answered_and_the_same_seed_gives_the_same(policy: str) -> None:
    world = small(policy)
    served = world.run()
    assert [each.contact for each in served] == contacts(SMALL, 1)
    assert all(each.first_reply is None or each.first_reply > 0 for each in served)
    assert all((each.substantive or math.inf) >= (each.first_reply or 0) for each in served)
    assert all(each.owner in world.agents for each in served if each.first_reply is not None)
    assert run(SMALL, Job(policy, 1, places=1, limited=True)).figures == figures(SMALL, served, world.agents)


class TestFigures:
    def test_who_still_waits_has_waited_longest(self) -> None:
        world = small("deadline")
        served = world.run()
        for each in served[: len(served) // 2]:
            each.substantive = None
        found = figures(SMALL, served, world.agents)["overall"]
        assert found["substantive_minutes"]["p90"] is None
        assert found["substantive_within_target"] <= 0.5

    def test_sharing_counts_what_was_worked_in_the_counted_days_by_the_hours_there(self) -> None:
        start = SMALL.start.timestamp()
        everybody = small("deadline").agents.values()
        one, other = [each for each in everybody if any(shifts_of(each, start, 0, 2 * DAY))][:2]
        opens, closes = next(iter(shifts_of(one, start, 0, 2 * DAY)))
        middle = (opens + closes) / 2
        one.pieces = [Piece(1, middle - 600, middle + 600), Piece(2, -300, -100), Piece(3, 3 * DAY, 3 * DAY + 100)]
        found = sharing({"one": one}, start, 0, middle)
        assert found.busy == pytest.approx(600 / (middle - opens))
        assert (found.gini, found.chance, found.spread) == (0, 0, 0)
        other.hours = one.hours
        both = sharing({"one": one, "other": other}, start, 0, 2 * DAY)
        assert (both.gini, both.chance, both.spread) == (0.5, 0.5, 0)
        one.goes(opens)
        one.comes(closes)
        assert (opens, closes) not in list(shifts_of(one, start, 0, 2 * DAY))

    @pytest.mark.parametrize(("values", "expected"), [([1, 1, 1], 0), ([0, 0, 0, 1], 0.75), ([], 0), ([0, 0], 0)])
    def test_gini(self, values: list[float], expected: float) -> None:
        assert gini(values) == pytest.approx(expected)

    def test_several_runs_have_a_mean_and_an_interval_around_it(self) -> None:
        runs = run_all(SMALL, [Job("deadline", seed) for seed in (1, 2, 3)], lambda _: None, processes=1)
        found = together(runs)["deadline"]
        low, high = found["intervals"]["first_reply_within_target"]
        assert low <= found["overall"]["first_reply_within_target"] <= high
        assert together([Run("deadline", 1, runs[0].figures)])["deadline"]["intervals"]["gini"] is None

    def test_more_is_promised_than_anybody_can_keep(self) -> None:
        nobody = SMALL.changed({"targets": {"first_reply_minutes": 0.001}, "days": 0.5})
        assert agents_needed(nobody, "deadline", 1, 0.95) is None


class TestCommand:
    def test_prints_one_object_with_the_figures_of_every_policy(self, tmp_path: Path) -> None:
        picture = tmp_path / "picture.png"
        arguments = ["--scenario", str(SCENARIOS / "small-company.yaml"), "--policy", "all", "--json"]
        done = simulate(*arguments, "--days", "1.2", "--warmup", "0", "--plot", str(picture))
        assert done.exit_code == 0, done.output
        found = json.loads(done.stdout.splitlines()[-1])
        assert list(found) == ["scenario", "seed", "policies"]
        assert (found["scenario"], found["seed"]) == ("small-company", 1)
        assert list(found["policies"]) == list(POLICIES)
        for each in found["policies"].values():
            assert list(each) == [
                "first_reply_within_target",
                "first_reply_minutes",
                "substantive_minutes",
                "overall",
                "utilisation",
                "gini",
                "handovers",
                "consults_per_case",
            ]
            languages = {"nl", "de", "en"}
            assert set(each["first_reply_within_target"]) == languages
            for waits in ("first_reply_minutes", "substantive_minutes"):
                assert set(each[waits]) == languages
                assert all(set(those) == {"p50", "p90", "p99"} for those in each[waits].values())
            assert {"first_reply_within_target", "first_reply_minutes", "substantive_minutes"} <= set(each["overall"])
            assert all(isinstance(each[name], float) for name in ("utilisation", "gini", "handovers"))
        assert picture.read_bytes().startswith(b"\x89PNG")

    def test_varies_the_rules_and_draws_what_that_does(self, tmp_path: Path) -> None:
        picture = tmp_path / "frontier.png"
        arguments = ["--scenario", str(SCENARIOS / "small-company.yaml"), "--policy", "least-active", "--json"]
        vary = ["--vary", "fairness_points=0,400", "--vary", "owner_skill_points=0"]
        done = simulate(*arguments, *vary, "--days", "1", "--warmup", "0", "--plot", str(picture), "--processes", "1")
        assert done.exit_code == 0, done.output
        assert list(json.loads(done.stdout.splitlines()[-1])["policies"]) == [
            "least-active",
            "deadline fairness_points=0 owner_skill_points=0",
            "deadline fairness_points=400 owner_skill_points=0",
        ]
        assert picture.read_bytes().startswith(b"\x89PNG")

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (["--policy", "best", "--scenario", "x.yaml"], "there is no policy 'best'"),
            ([], "name a scenario"),
            (["--scenario", "x.yaml", "--replay"], "name a scenario"),
            (["--scenario", "x.yaml", "--recording", "y.jsonl"], "give both"),
            (["--scenario", "x.yaml", "--vary", "tea=1"], "there is no rule 'tea'"),
            (["--scenario", "x.yaml", "--vary", "fairness_points"], "fairness_points: "),
            (["--scenario", "x.yaml", "--vary", "overload_minutes=90"], "must not exceed"),
            (["--replay", "--recording", "nowhere.jsonl"], "No such file"),
            (["--replay", "--day", "yesterday"], "does not match"),
            (["--scenario", "nowhere.yaml"], "No such file"),
        ],
    )
    def test_bad_input_is_told(self, arguments: list[str], says: str) -> None:
        done = simulate(*arguments)
        assert done.exit_code != 0
        assert says in done.output

    def test_the_schema_of_scenarios_is_there(self) -> None:
        done = simulate("--schema")
        assert json.loads(done.stdout)["title"] == "Scenario"
