"""What would happen with more or fewer people, or with more customers: what can be asked of a scenario, and what came of it.

A scenario is the simulator's (docs/simulator.md); here it is content as read from its file. Only its first group of agents
changes: how many begin at which hour, and how many speak which language.
"""

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import Field

from schemas.base import Model, UtcDatetime

State = Literal["waiting", "running", "done", "failed", "cancelled"]
OVER: tuple[State, ...] = ("done", "failed", "cancelled")
ALL_DAY = "all"
"""What a group without shifts has instead of the hours at which they begin."""
MOST_PEOPLE = 2_000
"""Larger scenarios take hours of a core: they are for the command."""
MOST_TIMES = 4
VOLUMES = (0.1, 5.0)
SHORT_DAYS, WARM_UP_DAYS = 3, 1
RUNS = (1, 3, 5)


class Refused(ValueError):
    """The question can not be asked like this; the text says why."""


class Outline(Model):
    """What a scenario starts from, as far as it can be changed."""

    id: str
    name: str
    days: float
    """That are counted."""
    contacts_per_day: float
    agents: dict[str, int]
    """By the hour at which their shift begins."""
    speakers: dict[str, int]
    """Agents who speak a language well enough to work in it."""
    specialists: int
    has_peak: bool
    """Then it is always worked through as a whole: the peak has its day."""

    @property
    def count(self) -> int:
        return sum(self.agents.values())


class Question(Model):
    """One of the possible worlds."""

    scenario: str
    name: str = Field(default="", max_length=80)
    agents: dict[str, int]
    speakers: dict[str, int]
    volume: float = 1
    """Times as many customers as the scenario has."""
    runs: int = 1
    """With as many different seeds; from two on with intervals."""
    short: bool = True
    """Three days after one of warm-up, instead of all of the scenario's."""

    @property
    def count(self) -> int:
        return sum(self.agents.values())


class Answer(Model):
    """What came of it. Shares are of 1; minutes from a customer's first message."""

    cases: int
    within: float
    """First replies in time, of all customers."""
    lowest: float
    lowest_language: str
    by_language: dict[str, float]
    first_p90: float | None
    substantive_p90: float | None
    utilisation: float
    """The share of their hours on shift in which agents are busy."""
    intervals: dict[str, tuple[float, float]] = Field(default_factory=dict)
    """95 %, by figure, where there were several runs: `within`, `lowest`, `first_p90`, `substantive_p90`, `utilisation`."""


SILENT = timedelta(seconds=30)
"""Who has worked on a run and said nothing for so long does not any more."""


class Run(Model):
    """A question with what became of it."""

    id: str
    question: Question
    asked_by: str
    asked_at: UtcDatetime
    state: State = "waiting"
    done: float = 0
    """The share that is done."""
    heard_at: UtcDatetime | None = None
    """When whoever works on it last said so; long ago: nobody does any more."""
    answer: Answer | None = None
    problem: str = ""

    @property
    def over(self) -> bool:
        return self.state in OVER

    def free(self, now: datetime) -> bool:
        """Whether somebody may begin with it: nobody has, or whoever had is gone."""
        silent = self.heard_at is None or now - self.heard_at > SILENT
        return self.state == "waiting" or (self.state == "running" and silent)

    def begun(self, now: datetime) -> "Run":
        return self.model_copy(update={"state": "running", "done": 0.0, "heard_at": now})

    def going_on(self, done: float, now: datetime) -> "Run":
        """It is so far by now."""
        return self.model_copy(update={"done": max(self.done, min(done, 1.0)), "heard_at": now})

    def answered(self, answer: Answer) -> "Run":
        return self.model_copy(update={"state": "done", "done": 1.0, "answer": answer})

    def failed(self, problem: str) -> "Run":
        return self.model_copy(update={"state": "failed", "problem": problem})

    def cancelled(self) -> "Run":
        return self.model_copy(update={"state": "cancelled"})


def outline(id: str, content: Mapping[str, Any]) -> Outline:
    """Raises Refused for a scenario that can not be asked about here."""
    try:
        group = _agents(content)
        people = sum(int(each["count"]) for each in content["people"])
        if people > MOST_PEOPLE:
            raise Refused(f"{id}: {people} people are too many to be worked through here; use the command")
        return Outline(
            id=id,
            name=str(content["name"]),
            days=float(content["days"]) - float(content.get("warmup_days", 0)),
            contacts_per_day=float(content["demand"]["contacts_per_day"]),
            agents=_by_start(group),
            speakers={code: round(each["share"] * group["count"]) for code, each in group["languages"].items()},
            specialists=sum(int(each["count"]) for each in content["people"] if each["role"] == "specialist"),
            has_peak=bool(content["demand"].get("peaks")),
        )
    except (KeyError, TypeError, ValueError, StopIteration) as error:
        if isinstance(error, Refused):
            raise
        raise Refused(f"{id}: this scenario can not be read here: {error!r}") from error


def asked(outline: Outline, question: Question) -> Question:
    """The question, checked. Raises Refused."""
    most = MOST_TIMES * max(outline.count, 1)
    if question.agents.keys() != outline.agents.keys() or question.speakers.keys() != outline.speakers.keys():
        raise Refused("the scenario has other shifts or languages by now; load the page again")
    if any(not 0 <= number <= most for number in (*question.agents.values(), *question.speakers.values())):
        raise Refused(f"give numbers from 0 to {most}")
    if not question.count:
        raise Refused("at least one agent has to be there")
    if not VOLUMES[0] <= question.volume <= VOLUMES[1]:
        raise Refused(f"the number of customers can be from {VOLUMES[0]:g} to {VOLUMES[1]:g} times the scenario's")
    if question.runs not in RUNS:
        raise Refused(f"there can be {', '.join(map(str, RUNS))} runs")
    for language, number in question.speakers.items():
        if number > question.count:
            raise Refused(f"{number} of {question.count} agents can not speak {language}")
    return question.model_copy(update={"short": question.short and not outline.has_peak})


def changed(content: Mapping[str, Any], question: Question) -> dict[str, Any]:
    """The scenario as the question would have it."""
    found: dict[str, Any] = deepcopy(dict(content))
    group = _agents(found)
    group["count"] = question.count
    if "shifts" in group:
        group["shifts"] |= {"starts": list(question.agents), "counts": list(question.agents.values()), "weights": []}
    for code, number in question.speakers.items():
        group["languages"][code]["share"] = number / question.count
    group["languages"] = {code: each for code, each in group["languages"].items() if each["share"]} or {
        "en": {"share": 1.0, "level": "B1"}
    }
    found["demand"]["contacts_per_day"] *= question.volume
    if question.short:
        found |= {"days": WARM_UP_DAYS + SHORT_DAYS, "warmup_days": WARM_UP_DAYS}
    return found


def answer_of(told: Mapping[str, Any]) -> Answer:
    """From the last line of `casekeeper simulate --json`. Raises KeyError or ValueError for something else."""
    [figures] = told["policies"].values()
    overall, by_language = figures["overall"], figures["first_reply_within_target"]
    lowest = min(by_language, key=lambda code: (by_language[code], code))
    names = {
        "within": "first_reply_within_target",
        "lowest": "lowest_language_within_target",
        "first_p90": "first_reply_p90_minutes",
        "substantive_p90": "substantive_p90_minutes",
        "utilisation": "utilisation",
    }
    intervals = {name: overall["intervals"].get(known) for name, known in names.items()}
    return Answer(
        cases=round(overall["cases"]),
        within=overall["first_reply_within_target"],
        lowest=by_language[lowest],
        lowest_language=lowest,
        by_language=by_language,
        first_p90=overall["first_reply_minutes"]["p90"],
        substantive_p90=overall["substantive_minutes"]["p90"],
        utilisation=figures["utilisation"],
        intervals={name: interval for name, interval in intervals.items() if interval},
    )


def _agents(content: Mapping[str, Any]) -> dict[str, Any]:
    group: dict[str, Any] = next(each for each in content["people"] if each["role"] == "agent")
    return group


def _by_start(group: Mapping[str, Any]) -> dict[str, int]:
    """The group divided by the weights of its shifts; what is left over goes to the largest remainders."""
    shifts = group.get("shifts")
    if not shifts:
        return {ALL_DAY: int(group["count"])}
    weights = shifts.get("weights") or [1] * len(shifts["starts"])
    exact = {
        start: group["count"] * weight / sum(weights) for start, weight in zip(shifts["starts"], weights, strict=True)
    }
    found = {start: int(number) for start, number in exact.items()}
    left = int(group["count"]) - sum(found.values())
    for start in sorted(exact, key=lambda start: (found[start] - exact[start], start))[:left]:
        found[start] += 1
    return found
