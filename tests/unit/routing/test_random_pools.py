"""Many random pools, crowded enough that people compete: the engine chooses as the slow reference does."""

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest

from schemas.events.routing import OwnerRequested
from schemas.organisation import Person
from services.routing.domain import Chosen, Engine, Nobody, Outcome, Request, Rules, choosing
from tests.unit.routing.reference import Reference
from tests.unit.routing.staff import at, owner_wanted, person, specialist_wanted
from tests.unit.routing.strategies import PLACES

LANGUAGES = ["en", "es", "tr"]
HOURS = ["24/7", "24/7", {"mon-sun": "09:00-17:30"}, {"mon-sun": "15:00-23:00"}, {"mon-sun": "23:00-07:00"}]
MONDAY = at("2026-03-23 00:00")
REQUESTS = 12


def somebody(number: int, dice: random.Random) -> Person:
    """One of a team whose halves are owners and specialists."""
    country, zone, region = dice.choice(PLACES)
    return person(
        f"person-{number}",
        role=dice.choice(["agent", "agent", "lead", "specialist", "specialist", "specialist"]),
        stage=dice.choice(["independent", "independent", "supervised", "shadow"]),
        country=country,
        time_zone=zone,
        public_holidays=region,
        languages={
            language: dice.choice(["B1", "B2", "C2"]) for language in dice.sample(LANGUAGES, dice.randint(1, 3))
        },
        skills={skill: dice.randint(1, 5) for skill in ("coffee", "lighting") if dice.random() < 0.6},
        brands=dice.choice([("homely",), ("homely", "lumo")]),
        capacity=dice.randint(1, 3),
        hours=dice.choice(HOURS),
    )


def wanted(number: int, now: datetime, dice: random.Random) -> Request:
    """An owner or a specialist wanted."""
    common = {
        "slack_minutes": dice.choice([-10, 10, 25, 60, 600]),
        "now": now,
        "brand": dice.choice(["homely", "homely", "lumo"]),
        "language": dice.choice([*LANGUAGES, "und"]),
        "skill": dice.choice(["", "coffee", "lighting"]),
        "weight": dice.choice([1, 1, 0.5, 2]),
    }
    if dice.random() < 0.5:
        return owner_wanted(f"request-{number}", **common, preferred=dice.choice(["", f"person-{dice.randrange(15)}"]))
    excluded = tuple(f"person-{dice.randrange(15)}" for _ in range(dice.randint(0, 3)))
    return specialist_wanted(f"request-{number}", **common, excluded=excluded)


def kind(request: Request, outcome: Outcome) -> str:
    """What happened, for the check that everything did."""
    what = "owner" if isinstance(request, OwnerRequested) else "specialist"
    if isinstance(outcome, Chosen):
        return " ".join([what, *(wish for wish in outcome.explanation.relaxed if wish not in ("skill", "preferred"))])
    return f"no {what}"


def nobody_before(engine: Engine, request: Request, now: datetime, outcome: Nobody, dice: random.Random) -> None:
    """Nothing that happens by itself makes it possible before the moment that was named."""
    last = outcome.next_possible_at or now + timedelta(days=20)
    assert last > now
    moments = [now + dice.random() * (last - now) for _ in range(8)] + [last - timedelta(seconds=1)]
    for moment in moments:
        assert isinstance(engine.decide(request, max(moment, now)), Nobody), (request, now, moment)


def play(seed: int, seen: Counter[str]) -> None:
    """One pool through a day of requests, each decided by both."""
    dice = random.Random(seed)
    engine, reference = Engine(), Reference(Rules())
    for number in range(dice.randint(5, 15)):
        one, available = somebody(number, dice), dice.random() < 0.9
        engine.upsert(one, available)
        reference.people[one.id] = (one, available)
        if dice.random() < 0.3:
            reference.shares[one.id] = dice.random()
            engine.responsiveness(one.id, reference.shares[one.id])
    now = MONDAY + timedelta(minutes=dice.randrange(14 * 1440))
    for number in range(REQUESTS):
        now += timedelta(minutes=dice.choice([0, 5, 60, 300]))
        request = wanted(number, now, dice)
        outcome = engine.decide(request, now)
        expected, why = reference.outcome(request, now)
        assert (outcome.person if isinstance(outcome, Chosen) else None) == expected, (seed, number)
        assert outcome.explanation == why, (seed, number)
        seen[kind(request, outcome)] += 1
        if isinstance(outcome, Nobody):
            nobody_before(engine, request, now, outcome, dice)
        if expected:
            weight = engine.weight_of(request)
            engine.assign(request.request_id, expected, weight, now)
            reference.assign(request.request_id, expected, weight, now)
        if dice.random() < 0.2:
            done = f"request-{dice.randrange(REQUESTS)}"
            engine.release(done)
            reference.held.pop(done, None)


@pytest.mark.parametrize("by_sets", [False, True], ids=["looked at one by one", "narrowed by sets"])
@pytest.mark.parametrize("block", range(4))
def test_engine_chooses_as_the_reference_does(block: int, by_sets: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same choice with the same explanation; also where people are narrowed down as if they were many."""
    if by_sets:
        monkeypatch.setattr(choosing, "FEW_TO_BEGIN", 0)
        monkeypatch.setattr(choosing, "FEW", 1)
    seen: Counter[str] = Counter()
    for seed in range(block * 260, block * 260 + 260):
        play(seed, seen)
    usual = {
        "owner",
        "owner language",
        "owner capacity",
        "no owner",
        "specialist",
        "specialist language",
        "no specialist",
    }
    rare = {"owner language capacity", "owner ending-soon", "owner language ending-soon"}
    assert usual <= set(seen), seen
    assert rare & set(seen), seen
