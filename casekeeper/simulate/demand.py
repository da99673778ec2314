"""What customers will do, drawn in advance: every policy meets the same customers, with the same effort and the same luck."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from statistics import NormalDist
from zoneinfo import ZoneInfo

from casekeeper.simulate.people import BRAND
from casekeeper.simulate.scenario import Duration, Scenario, Setting

_Z90 = NormalDist().inv_cdf(0.9)
_STEP_SECONDS = 900
"""Rates are constant for so long; no zone changes its hour within."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One case before it is one. Times are seconds since the start of the scenario, efforts seconds of attention."""

    number: int
    at: float
    language: str
    zone: str
    skill: str
    needs_specialist: bool
    returning: bool
    first_reply: float
    holding_reply: float
    next_replies: tuple[float, ...]
    """Effort of the answer after a consult, and of each further reply; as many as the case may need."""
    pauses: tuple[float, ...]
    """How long the customer takes before each further message."""
    luck: int
    """Seeds what specialists do with this case's consults."""
    brand: str = BRAND
    weight: float = 1
    """Room that the case takes of its owner's capacity, beside a usual one."""
    preferred: str = ""
    """The owner whom the customer knows, if it is certain who that is."""
    due: float | None = None
    """Within how many seconds the first reply is promised; None: as the scenario promises."""
    consults: bool | None = None
    """Whether a specialist is asked, whoever owns the case; None: that depends on the owner too."""

    def reply_within(self, setting: Setting) -> float:
        """Within how many seconds the first reply is promised."""
        return setting.targets.first_reply_minutes * 60 if self.due is None else self.due


def contacts(scenario: Scenario, seed: int) -> list[Contact]:
    """Everybody who writes, in the order of time; the same seed gives the same."""
    chance = random.Random(f"demand {seed}")
    return [
        _contact(scenario, number, at, language, zone, skill, chance)
        for number, (at, language, zone, skill) in enumerate(sorted(_arrivals(scenario, chance)))
    ]


def _arrivals(scenario: Scenario, chance: random.Random) -> Iterator[tuple[float, str, str, str]]:
    demand = scenario.demand
    skills, skill_weights = list(demand.skills), list(demand.skills.values())
    for code, language in demand.languages.items():
        whole = sum(language.zones.values())
        for zone, weight in language.zones.items():
            per_day = demand.contacts_per_day * language.share * weight / whole
            for second, rate in _rates(scenario, zone, per_day):
                for at in _within(second, rate, chance):
                    yield at, code, zone, chance.choices(skills, skill_weights)[0]
                for peak in demand.peaks:
                    extra = rate * (peak.factor - 1) if _inside(peak.starts_hour, peak.hours, second) else 0
                    for at in _within(second, extra if peak.language in ("", code) else 0, chance):
                        yield at, code, zone, peak.skill or chance.choices(skills, skill_weights)[0]


def _rates(scenario: Scenario, zone: str, per_day: float) -> Iterator[tuple[float, float]]:
    """The expected number of each quarter of an hour, by the customer's own clock."""
    demand, tz = scenario.demand, ZoneInfo(zone)
    day_mean = sum(demand.weekday_weights) / 7
    hour_sum = sum(demand.hour_weights)
    for step in range(math.ceil(scenario.days * 86_400 / _STEP_SECONDS)):
        local = (scenario.start + timedelta(seconds=step * _STEP_SECONDS)).astimezone(tz)
        share = demand.hour_weights[local.hour] / hour_sum * demand.weekday_weights[local.weekday()] / day_mean
        yield step * _STEP_SECONDS, per_day * share * _STEP_SECONDS / 3600


def _within(second: float, expected: float, chance: random.Random) -> list[float]:
    """Moments of a Poisson process with that many expected in a step."""
    found, at = [], 0.0
    while expected > 0 and (at := at + chance.expovariate(expected)) < 1:
        found.append(second + at * _STEP_SECONDS)
    return found


def _inside(starts_hour: float, hours: float, second: float) -> bool:
    return starts_hour * 3600 <= second < (starts_hour + hours) * 3600


def _contact(
    scenario: Scenario, number: int, at: float, language: str, zone: str, skill: str, chance: random.Random
) -> Contact:
    demand, effort = scenario.demand, scenario.demand.effort_minutes
    further = _geometric(demand.messages_per_case.mean, chance) - 1
    return Contact(
        number=number,
        at=at,
        language=language,
        zone=zone,
        skill=skill,
        needs_specialist=chance.random() < demand.needs_specialist,
        returning=chance.random() < demand.returning_customer,
        first_reply=seconds(effort.first_reply, chance),
        holding_reply=seconds(effort.holding_reply, chance),
        next_replies=tuple(seconds(effort.next_reply, chance) for _ in range(further + 1)),
        pauses=tuple(seconds(demand.customer_answers_minutes, chance) for _ in range(further)),
        luck=chance.getrandbits(32),
    )


def _geometric(mean: float, chance: random.Random) -> int:
    """At least 1."""
    return 1 if mean <= 1 else 1 + int(math.log(1 - chance.random()) / math.log(1 - 1 / mean))


def seconds(duration: Duration, chance: random.Random) -> float:
    """One draw of a lognormal distribution, in seconds."""
    sigma = math.log(duration.p90 / duration.median) / _Z90
    return 60 * duration.median * math.exp(sigma * chance.gauss(0, 1))
