"""The people of a scenario, as persons of an organisation: the engine can not tell them from real ones."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from casekeeper.simulate.scenario import Behaviour, Group, Scenario, Shifts
from schemas.organisation import Person
from schemas.organisation_hours import DAYS
from services.routing.domain.people import languages_of

BRAND, POOL = "brand", "care"
COMMON_LANGUAGE = "en"
SKILL_LEVEL = 3


@dataclass(frozen=True, slots=True)
class Worker:
    """A person, and how they behave."""

    person: Person
    behaviour: Behaviour

    def with_capacity(self, capacity: int) -> "Worker":
        """An agent who takes so many conversations at a time; a specialist stays as they are."""
        if self.behaviour.role != "agent":
            return self
        return Worker(self.person.model_copy(update={"capacity": capacity}), self.behaviour)


def people(scenario: Scenario, seed: int, agents: int | None = None) -> list[Worker]:
    """Everybody of the scenario; the same seed gives the same people. `agents` overrides how many agents there are."""
    chance = random.Random(f"people {seed}")
    found: list[Worker] = []
    for group in scenario.people:
        count = agents if agents is not None and group.role == "agent" else group.count
        for number, zone in zip(range(count), _zones(group), strict=False):
            found.append(Worker(_person(scenario, group, number, zone, chance), group))
    return found


def _zones(group: Group) -> Iterator[str]:
    if group.zone:
        while True:
            yield group.zone
    for zone, count in group.by_zone.items():
        yield from [zone] * count


def _person(scenario: Scenario, group: Group, number: int, zone: str, chance: random.Random) -> Person:
    country = country_of(zone)
    id_ = f"{group.group}-{number}"
    facts: dict[str, Any] = {
        "id": id_,
        "name": f"{group.group.title()} {number}",
        "initials": "XX",
        "role": group.role,
        "email": f"{id_}@example.org",
        "country": country,
        "time_zone": zone,
        "languages": _languages(scenario, group, zone, chance),
        "skills": dict.fromkeys(_skills(scenario, group, chance), SKILL_LEVEL),
        "brands": (BRAND,),
        "capacity": group.capacity,
    }
    if group.hours:
        days = ",".join(group.hours.days)
        facts |= {"hours": {days: f"{group.hours.start}-{group.hours.to}"}, "public_holidays": country}
    elif group.shifts:
        facts["hours"] = _rotation(group.shifts, scenario, number)
    return Person.model_validate(facts)


def _languages(scenario: Scenario, group: Group, zone: str, chance: random.Random) -> dict[str, str]:
    if group.languages_by_zone:
        local = [code for code, language in scenario.demand.languages.items() if zone in language.zones]
        found = dict.fromkeys(local or sorted(languages_of(country_of(zone)))[:1], "C2")
        return {COMMON_LANGUAGE: "B2"} | found
    spoken: dict[str, str] = {
        code: each.level for code, each in group.languages.items() if chance.random() < each.share
    }
    return spoken or {COMMON_LANGUAGE: "B1"}


def _skills(scenario: Scenario, group: Group, chance: random.Random) -> list[str]:
    if not group.skills_each:
        return [skill for skill, share in group.skills.items() if chance.random() < share]
    weights = dict(scenario.demand.skills)
    drawn: list[str] = []
    while weights and len(drawn) < group.skills_each:
        skill = chance.choices(list(weights), list(weights.values()))[0]
        drawn.append(skill)
        del weights[skill]
    return drawn


def _rotation(shifts: Shifts, scenario: Scenario, number: int) -> dict[str, Any]:
    """Weeks that follow each other: each start in turn, as often as its weight says; days off differ from person to person."""
    cycle = _spread(shifts) if shifts.counts else _cycle(shifts)
    at = number % len(cycle)
    # A cycle as long as the group has everybody at another place: days off follow the number itself.
    first_off = number % 7 if shifts.counts else number // len(cycle) % 7
    off = {(first_off + day) % 7 for day in range(shifts.days_off)}
    days = ",".join(DAYS[day] for day in range(7) if day not in off)
    monday = scenario.start.date() - timedelta(days=scenario.start.weekday())
    weeks = [{days: _eight_hours(start)} for start in (*cycle[at:], *cycle[:at])]
    return {"first_week": monday.isoformat(), "weeks": weeks}


def _cycle(shifts: Shifts) -> list[str]:
    """Each start as many times as ten weeks of its weight have it, spread; equal weights: each once."""
    if not shifts.weights:
        return list(shifts.starts)
    total = sum(shifts.weights)
    counts = [round(10 * weight / total) for weight in shifts.weights]
    while counts and all(count % 2 == 0 for count in counts):
        counts = [count // 2 for count in counts]
    return [start for start, count in zip(shifts.starts, counts, strict=True) for _ in range(count)]


def _spread(shifts: Shifts) -> list[str]:
    """Each start as often as its count says, as evenly spread as can be."""
    total = sum(shifts.counts)
    given = dict.fromkeys(shifts.starts, 0)
    counts = dict(zip(shifts.starts, shifts.counts, strict=True))
    found: list[str] = []
    for place in range(1, total + 1):
        start = max(counts, key=lambda each: counts[each] * place / total - given[each])
        given[start] += 1
        found.append(start)
    return found


def _eight_hours(start: str) -> str:
    hour, minute = (int(part) for part in start.split(":"))
    return f"{start}-{(hour + 8) % 24:02}:{minute:02}"


@cache
def _countries() -> dict[str, str]:
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    return {row[2]: row[0] for row in rows}


def country_of(zone: str) -> str:
    """Two letters of ISO 3166; GB for a zone without a country, such as UTC."""
    return _countries().get(zone, "GB")
