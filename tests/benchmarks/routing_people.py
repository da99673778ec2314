"""An organisation of any size for the benchmark of the routing engine: agents in one place, specialists all over the world."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from schemas.events.routing import OwnerRequested, SpecialistRequested
from schemas.organisation import Person

Asked = OwnerRequested | SpecialistRequested
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
OFFICE_HOURS = (
    {"mon-fri": "09:00-17:30"},
    {"mon-fri": "08:00-16:30"},
    {"mon-fri": ["10:00-13:00", "14:00-18:30"]},
    {"mon-wed": "09:00-17:30"},
    {"tue-fri": "07:30-16:30"},
)
ON_LEAVE = 0.1
"""The share of specialists who have a week of leave planned in the weeks around the day."""
READ = 10_000
"""So many specialists are read as records; more are made after these, which takes less time and no less memory."""
TIMES_OF_DAY, REQUESTS_A_DAY = 12, 10
"""The requests of a person's day, counted over everybody."""
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
    first_day = START.date() + timedelta(days=dice.randrange(-10, 60))
    leave = [{"first_day": first_day, "last_day": first_day + timedelta(days=6)}] if dice.random() < ON_LEAVE else []
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
            "hours": dice.choice(OFFICE_HOURS),
            "leave": leave,
            "public_holidays": region,
        }
    )


def requests(count: int, among: int, dice: random.Random) -> list[list[tuple[datetime, Asked]]]:
    """Requests at each of twelve times of one day, at the pace of an organisation of so many people; two thirds for owners."""
    each = max(1, count // TIMES_OF_DAY)
    pace = timedelta(days=1) / (among * REQUESTS_A_DAY)
    return [
        [
            _request(part * each + number, START + timedelta(days=part / TIMES_OF_DAY) + number * pace, dice)
            for number in range(each)
        ]
        for part in range(TIMES_OF_DAY)
    ]


def _request(number: int, now: datetime, dice: random.Random) -> tuple[datetime, Asked]:
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
        return now, OwnerRequested(**common, due_at=now + timedelta(hours=1))
    return now, SpecialistRequested(**common, consult_id=f"consult-{number}", due_at=now + timedelta(hours=8))


def people(count: int, dice: random.Random) -> Iterator[Person]:
    """40 agents in every 540 people."""
    agents = max(1, count * 40 // 540)
    read: list[Person] = []
    for number in range(count):
        if number < agents:
            yield agent(number, dice)
        elif number < agents + READ:
            found = specialist(number, dice)
            read.append(found)
            yield found
        else:
            yield _another(read[number % READ], number)


def _another(person: Person, number: int) -> Person:
    id = f"specialist-{number}"
    own = {"languages": dict(person.languages), "skills": dict(person.skills)}
    return person.model_copy(update={"id": id, "name": f"Specialist {number}", "email": f"{id}@example.org", **own})
