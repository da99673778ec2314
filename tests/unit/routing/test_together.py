"""Deciding together for what waits: never worse than one by one, within every limit, and nobody waits for ever."""

import random
from datetime import datetime, timedelta

import pytest

from schemas.events.routing import OwnerRequested, SpecialistRequested
from services.routing.domain import Chosen, Engine, Nobody, Outcome, Request, engine, together
from services.routing.domain.availability import is_open, open_until
from tests.unit.routing.staff import NOON, owner_wanted, person, specialist, specialist_wanted
from tests.unit.routing.test_random_pools import MONDAY, somebody

LANGUAGES = ["en", "es", "tr", "und"]


def crowd(seed: int) -> tuple[Engine, list[Request], datetime]:
    """More requests than there is room for, among a few people, some of whom hold something already."""
    dice = random.Random(seed)
    made, now = Engine(), MONDAY + timedelta(minutes=dice.randrange(14 * 1440))
    for number in range(dice.randint(4, 14)):
        made.upsert(somebody(number, dice), dice.random() < 0.9)
        if dice.random() < 0.3:
            made.assign(f"earlier-{number}", f"person-{number}", dice.choice([0.5, 1]), now - timedelta(hours=2))
    return made, [_wanted(number, now, dice) for number in range(dice.randint(8, 25))], now


def _wanted(number: int, now: datetime, dice: random.Random) -> Request:
    common = {
        "slack_minutes": dice.choice([-90, -10, 10, 25, 45, 200, 600]),
        "now": now,
        "language": dice.choice(LANGUAGES),
        "skill": dice.choice(["", "coffee", "lighting"]),
        "weight": dice.choice([1, 1, 1, 0.5, 2]),
    }
    if dice.random() < 0.6:
        return owner_wanted(f"request-{number}", **common, preferred=dice.choice(["", f"person-{dice.randrange(14)}"]))
    return specialist_wanted(f"request-{number}", **common, consult_id=f"consult-{number // 3}")


def one_by_one(monkeypatch: pytest.MonkeyPatch, seed: int) -> list[tuple[Request, Outcome]]:
    """What deciding without looking at the others gives."""
    made, waiting, now = crowd(seed)
    with monkeypatch.context() as patch:
        patch.setattr(engine, "FROM", 1_000)
        return made.decide_waiting(waiting, now)


def merit(decided: list[tuple[Request, Outcome]], now: datetime) -> tuple[int, int, float]:
    """How many are not served, how late these are, and the points of the others without what was taken off."""
    left = [request for request, outcome in decided if isinstance(outcome, Nobody)]
    best = [outcome.explanation.candidates[0] for _, outcome in decided if isinstance(outcome, Chosen)]
    points = sum(candidate.score - candidate.terms.get("together", 0) for candidate in best)
    return len(left), sum(together.lateness(request, now) for request in left), round(points, 3)


def test_is_never_worse_than_one_by_one_and_sometimes_better(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this order: how many are served, how late the others are, the points."""
    better = {"served": 0, "late": 0, "points": 0}
    for seed in range(400):
        made, waiting, now = crowd(seed)
        jointly, simply = merit(made.decide_waiting(waiting, now), now), merit(one_by_one(monkeypatch, seed), now)
        assert jointly <= simply, seed
        for name, ours, theirs in zip(better, jointly, simply, strict=True):
            if ours != theirs:
                better[name] += 1
                break
    assert better["served"] > 20
    assert better["points"] > 20


def test_keeps_every_limit() -> None:
    """Nobody above capacity unless overload says so, off shift, or lacking a hard condition; no consult twice to one."""
    for seed in range(400):
        made, waiting, now = crowd(seed)
        before = {f"person-{number}": made.load_of(f"person-{number}") for number in range(14)}
        asked: set[tuple[str, str]] = set()
        decided = made.decide_waiting(waiting, now)
        assert [request for request, _ in decided] == sorted(waiting, key=lambda each: (each.due_at, each.request_id))
        for request, outcome in decided:
            if isinstance(outcome, Chosen):
                _check(made, request, outcome, now)
                if isinstance(request, SpecialistRequested):
                    assert (request.consult_id, outcome.person) not in asked
                    asked.add((request.consult_id, outcome.person))
        for person_id, load in before.items():
            given = [
                (request, outcome)
                for request, outcome in decided
                if isinstance(outcome, Chosen) and outcome.person == person_id
            ]
            assert made.load_of(person_id) == load + sum(made.weight_of(request) for request, _ in given)
            if not given or any("capacity" in outcome.explanation.relaxed for _, outcome in given):
                continue
            found = made.person(person_id)
            assert found is not None
            # What is heavier than anybody's capacity goes to somebody who holds nothing else.
            assert made.load_of(person_id) <= found.capacity or (load == 0 and len(given) == 1)


def _check(made: Engine, request: Request, outcome: Chosen, now: datetime) -> None:
    chosen, relaxed = made.person(outcome.person), outcome.explanation.relaxed
    assert chosen is not None
    assert is_open(chosen, now)
    assert request.brand in chosen.brands
    assert outcome.explanation.candidates[0].person == chosen.id
    scores = [candidate.score for candidate in outcome.explanation.candidates]
    assert scores == sorted(scores)
    if isinstance(request, OwnerRequested):
        assert chosen.role != "specialist"
        assert chosen.stage != "shadow"
        until = open_until(chosen, now)
        assert until is not None
        assert until - now > timedelta(minutes=15) or "ending-soon" in relaxed
    else:
        assert chosen.role == "specialist"
        assert not request.skill or request.skill in chosen.skills
        assert "capacity" not in relaxed
    assert request.language == "und" or chosen.speaks(request.language, "B2") or "language" in relaxed


def test_leaves_nobody_waiting_whom_somebody_could_take() -> None:
    for seed in range(200):
        made, waiting, now = crowd(seed)
        taken: dict[str, tuple[str, ...]] = {}
        decided = made.decide_waiting(waiting, now)
        for request, outcome in decided:
            if isinstance(outcome, Chosen) and isinstance(request, SpecialistRequested):
                taken[request.consult_id] = (*taken.get(request.consult_id, ()), outcome.person)
        for request, outcome in decided:
            if isinstance(outcome, Nobody):
                others = taken.get(request.consult_id, ()) if isinstance(request, SpecialistRequested) else ()
                again = request.model_copy(update={"excluded": (*request.excluded, *others)})
                assert isinstance(made.decide(again, now), Nobody), seed


def test_decides_the_same_whatever_the_order_of_requests_and_people() -> None:
    for seed in range(60):
        made, waiting, now = crowd(seed)
        other, _, _ = crowd(seed)
        people = [found for number in range(14) if (found := other.person(f"person-{number}"))]
        for each in people:
            other.remove(each.id)
        mixed = Engine()
        absent = {each.id for each in people if _absent(made, each.id)}
        random.Random(seed).shuffle(people)
        for each in people:
            mixed.upsert(each, each.id not in absent)
        for number in range(14):
            for held in made.held_by(f"person-{number}"):
                mixed.assign(held, f"person-{number}", made.load_of(f"person-{number}"), now - timedelta(hours=2))
        shuffled = random.Random(seed).sample(waiting, len(waiting))
        first, second = made.decide_waiting(waiting, now), mixed.decide_waiting(shuffled, now)
        chosen = [
            [(request.request_id, getattr(outcome, "person", "")) for request, outcome in each]
            for each in (first, second)
        ]
        assert chosen[0] == chosen[1], seed


def _absent(made: Engine, person_id: str) -> bool:
    return not made.people.present >> made.people.slots[person_id] & 1


def test_nobody_waits_for_ever() -> None:
    """Each time work is done the most urgent come first, so that all who wait have been served after a while."""
    for seed in range(30):
        dice = random.Random(seed)
        made = Engine()
        for name, languages in (("a", {"en": "C1"}), ("b", {"en": "C1", "tr": "C1"}), ("c", {"tr": "B2", "es": "C2"})):
            made.upsert(person(name, languages=languages, capacity=2))
        made.upsert(specialist("s", languages={"en": "C1"}, capacity=1))
        waiting: dict[str, Request] = {}
        for turn in range(120):
            now = NOON + timedelta(minutes=5 * turn)
            if turn < 40:
                waiting |= {request.request_id: request for request in _newcomers(turn, now, dice)}
            for request, outcome in made.decide_waiting(waiting.values(), now):
                if isinstance(outcome, Chosen):
                    del waiting[request.request_id]
            for held in [made.held_by(name) for name in ("a", "b", "c", "s")]:
                for done in held[:1]:
                    made.release(done)
        assert not waiting, seed


def _newcomers(turn: int, now: datetime, dice: random.Random) -> list[Request]:
    found: list[Request] = []
    for place in range(dice.randint(0, 3)):
        id_, slack = f"request-{turn}-{place}", dice.choice([60, 240])
        if dice.random() < 0.2:
            found.append(specialist_wanted(id_, slack, now))
        else:
            found.append(owner_wanted(id_, slack, now, language=dice.choice(["en", "tr", "es"])))
    return found


def test_the_only_speaker_is_kept_for_who_needs_them() -> None:
    """One by one, the more urgent English case would take the place that only the Turkish one needs."""
    made = Engine()
    made.upsert(person("aylin", languages={"en": "C1", "tr": "C2"}, capacity=1, skills={"coffee": 5}))
    for number in range(8):
        made.upsert(person(f"agent-{number}", capacity=1))
        if number:
            made.assign(f"earlier-{number}", f"agent-{number}")
    urgent = owner_wanted("urgent", 40, skill="coffee")
    turkish = owner_wanted("turkish", 90, language="tr")
    rest = [owner_wanted(f"later-{number}", 300) for number in range(7)]
    decided = {request.request_id: outcome for request, outcome in made.decide_waiting([urgent, turkish, *rest], NOON)}
    assert isinstance(decided["turkish"], Chosen)
    assert decided["turkish"].person == "aylin"
    assert isinstance(decided["urgent"], Chosen)
    assert decided["urgent"].person == "agent-0"
    why = decided["urgent"].explanation
    assert [candidate.person for candidate in why.candidates] == ["agent-0"] or why.candidates[0].terms["together"] < 0


class TestStickinessNeverCostsADeadline:
    """O7: who knows the customer is preferred, but nobody is served later for it."""

    def test_a_request_is_served_with_a_wish_for_somebody_whenever_it_is_without(self) -> None:
        for seed in range(300):
            made, waiting, now = crowd(seed)
            for request in waiting:
                if isinstance(request, OwnerRequested):
                    plain = made.decide(request.model_copy(update={"preferred": ""}), now)
                    wished = made.decide(request, now)
                    assert isinstance(plain, Chosen) is isinstance(wished, Chosen)
                    _no_condition_gave_way_for_it(plain, wished)

    def test_all_that_waits_is_served_as_much_and_as_early_with_such_wishes_as_without(self) -> None:
        """Decided together, a wish never takes the place that somebody else needs."""
        for seed in range(300):
            made, waiting, now = crowd(seed)
            usual = [request.model_copy(update={"weight": 1}) for request in waiting]
            plain = [
                request.model_copy(update={"preferred": ""}) if isinstance(request, OwnerRequested) else request
                for request in usual
            ]
            other, _, _ = crowd(seed)
            wished = merit(made.decide_waiting(usual, now), now)[:2]
            assert wished <= merit(other.decide_waiting(plain, now), now)[:2], seed


def _no_condition_gave_way_for_it(plain: Outcome, wished: Outcome) -> None:
    if isinstance(plain, Chosen) and isinstance(wished, Chosen):
        hard = {"language", "capacity", "ending-soon"}
        assert hard.intersection(wished.explanation.relaxed) <= hard.intersection(plain.explanation.relaxed) | {
            "language"
        }
        assert wished.explanation.excluded.keys() - {"outscored"} == plain.explanation.excluded.keys() - {"outscored"}
