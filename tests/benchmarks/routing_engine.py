"""How many routing decisions a second one core makes, bare and with explanation, assigning and releasing as it goes.

`python -m tests.benchmarks.routing_engine [--people N] [--decisions N] [--json]`
"""

import argparse
import json
import random
import time
from datetime import UTC, datetime, timedelta

from schemas.events.routing import OwnerRequested, SpecialistRequested
from schemas.organisation import Person
from services.routing.domain import Chosen, Engine, Request

START = datetime(2026, 3, 4, 9, tzinfo=UTC)
# Zone, country, holiday region, language, share of the specialists.
PLACES = (
    ("America/New_York", "US", "US-NY", "en", 6),
    ("Europe/London", "GB", "GB-ENG", "en", 4),
    ("Asia/Kolkata", "IN", "IN", "en", 4),
    ("America/Mexico_City", "MX", "MX", "es", 4),
    ("Europe/Madrid", "ES", "ES-MD", "es", 4),
    ("America/Argentina/Buenos_Aires", "AR", "AR", "es", 3),
    ("Europe/Berlin", "DE", "DE-BE", "de", 5),
    ("Europe/Amsterdam", "NL", "NL", "nl", 4),
    ("Europe/Paris", "FR", "FR", "fr", 4),
    ("America/Sao_Paulo", "BR", "BR", "pt", 4),
    ("Europe/Rome", "IT", "IT", "it", 3),
    ("Asia/Singapore", "SG", "SG", "zh", 1),
)
SKILLS = ("shaving", "oral-care", "kitchen", "coffee", "lighting", "health", "general")
LANGUAGES = {"en": 40, "es": 13, "de": 10, "nl": 8, "fr": 7, "pt": 7, "it": 5, "zh": 1, "tr": 2}
SHIFTS = ("07:00-15:00", "15:00-23:00", "23:00-07:00")


def agent(number: int, dice: random.Random) -> Person:
    """A care agent in Amsterdam on one of three shifts, five days a week."""
    spoken = {"en": "C1"} | {code: "B2" for code in ("nl", "de", "fr", "es", "it") if dice.random() < 0.3}
    days = ("mon-fri", "wed-sun", "mon,tue,fri,sat,sun")[number % 3]
    return Person.model_validate(
        {
            "id": f"agent-{number}",
            "name": f"Agent {number}",
            "initials": "AG",
            "role": "agent",
            "email": f"agent-{number}@example.org",
            "country": "NL",
            "time_zone": "Europe/Amsterdam",
            "languages": spoken,
            "skills": {skill: 3 for skill in SKILLS if dice.random() < 0.5},
            "brands": ["homely"],
            "capacity": 4,
            "hours": {days: SHIFTS[number % 3]},
        }
    )


def specialist(number: int, dice: random.Random) -> Person:
    """A local specialist at office hours who speaks the language of the place and English."""
    zone, country, region, language, _ = dice.choices(PLACES, [place[4] for place in PLACES])[0]
    return Person.model_validate(
        {
            "id": f"specialist-{number}",
            "name": f"Specialist {number}",
            "initials": "SP",
            "role": "specialist",
            "email": f"specialist-{number}@example.org",
            "country": country,
            "time_zone": zone,
            "languages": {"en": "B2", language: "C2"},
            "skills": {skill: dice.randint(2, 5) for skill in dice.sample(SKILLS, 2)},
            "brands": ["homely"],
            "capacity": 2,
            "hours": {"mon-fri": "09:00-17:30"},
            "public_holidays": region,
        }
    )


def requests(count: int, dice: random.Random) -> list[tuple[datetime, Request]]:
    """Requests over one day, two owners wanted for each specialist."""
    found: list[tuple[datetime, Request]] = []
    for number in range(count):
        now = START + timedelta(seconds=86_400 * number / count)
        common = {
            "request_id": f"request-{number}",
            "pool": "care",
            "case_id": f"case-{number}",
            "conversation": f"conversation-{number}",
            "brand": "homely",
            "language": dice.choices(list(LANGUAGES), list(LANGUAGES.values()))[0],
            "skill": dice.choice(SKILLS),
        }
        if number % 3:
            found.append((now, OwnerRequested(**common, due_at=now + timedelta(hours=1))))
        else:
            due_at = now + timedelta(hours=8)
            found.append((now, SpecialistRequested(**common, consult_id=f"consult-{number}", due_at=due_at)))
    return found


def build(people: int, dice: random.Random) -> Engine:
    """An engine with 40 agents in every 540 people."""
    engine = Engine()
    agents = max(1, people * 40 // 540)
    for number in range(people):
        engine.upsert(agent(number, dice) if number < agents else specialist(number, dice))
    return engine


def run(engine: Engine, work: list[tuple[datetime, Request]], explain: bool) -> dict[str, float]:
    """Decide all, holding some at a time. Timed in processor seconds, so that a busy machine does not blur it."""
    open_requests: list[str] = []
    room = max(4, len(engine) * 20 // 540)
    chosen = 0
    began = time.process_time()
    for now, request in work:
        outcome = engine.decide(request, now, explain=explain)
        if isinstance(outcome, Chosen):
            chosen += 1
            engine.assign(request.request_id, outcome.person, at=now)
            open_requests.append(request.request_id)
        if len(open_requests) > room:
            engine.release(open_requests.pop(0))
    seconds = time.process_time() - began
    for request_id in open_requests:
        engine.release(request_id)
    return {"decisions_per_second": round(len(work) / seconds), "chosen_share": round(chosen / len(work), 3)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=540)
    parser.add_argument("--decisions", type=int, default=20_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    dice = random.Random(1)
    began = time.process_time()
    engine = build(options.people, dice)
    engine.decide(requests(1, dice)[0][1], START)
    built = time.process_time() - began
    work = requests(options.decisions, dice)
    result = {
        "people": options.people,
        "build_seconds": round(built, 3),
        "bare": run(engine, work, explain=False),
        "explained": run(engine, work, explain=True),
        "owners_explained": run(engine, [item for item in work if isinstance(item[1], OwnerRequested)], explain=True),
        "specialists_explained": run(
            engine, [item for item in work if isinstance(item[1], SpecialistRequested)], explain=True
        ),
    }
    if options.json:
        print(json.dumps(result))  # noqa: T201
        return
    for name, value in result.items():
        print(f"{name:24}{value}")  # noqa: T201


if __name__ == "__main__":
    main()
