"""Writes the files in people/ of the example: always the same people, from one seed.

Run it again after a change here or in people_names.py or people_places.py:  python deploy/example-org/generate_people.py
"""

import random
import unicodedata
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from people_names import NAMES
from people_places import PLACES, SATURDAY_WEEK, SUNDAY_WEEK, WEEKDAYS, Place

SEED = 20260302
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EARLY, LATE, NIGHT = "07:00-15:00", "15:00-23:00", "23:00-07:00"
# Two early weeks, two late ones, one of nights: 40, 40 and 20 % of the agents at any time.
ROTATION = (EARLY, EARLY, LATE, LATE, NIGHT)
FIRST_WEEK = "2026-01-05"
# How often each skill is asked for, in twentieths; specialists take their two in this order, so that every language
# with a handful of people has all of them.
SKILL_ROUND = (
    *("shaving", "oral-care", "kitchen", "coffee", "lighting", "health", "shaving", "oral-care", "kitchen", "coffee"),
    *("general", "kitchen", "shaving", "oral-care", "coffee", "kitchen", "health", "shaving", "oral-care", "lighting"),
)
BRAND_OF_SKILL = {
    "coffee": "moccarel",
    "kitchen": "moccarel",
    "shaving": "pluvane",
    "oral-care": "pluvane",
    "lighting": "pluvane",
    "health": "pluvane",
}
BRANDS = ("moccarel", "pluvane")
AGENT_LANGUAGES = {
    "nl": (28, "C2"),
    "de": (12, "B2"),
    "fr": (8, "B2"),
    "es": (6, "B2"),
    "it": (3, "B2"),
    "pt": (2, "B2"),
}
AGENT_SKILLS = {"shaving": 20, "oral-care": 20, "kitchen": 16, "coffee": 12, "lighting": 12, "health": 8}
AGENTS, COACHES = 40, 4
_LETTERS = str.maketrans({"ł": "l", "Ł": "L", "ı": "i", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae"})
_HEADER = "# Written by deploy/example-org/generate_people.py; do not edit. Nobody here exists.\npeople:\n"

Fields = dict[str, str]


class Names:
    """Draws a name nobody has yet, and what follows from it: id, initials and address."""

    def __init__(self, rng: random.Random) -> None:
        self._rng, self._taken = rng, set[str]()

    def draw(self, group: str) -> Fields:
        given, family = NAMES[group]
        free = [(first, last) for first in given for last in family if _slug(f"{first} {last}") not in self._taken]
        first, last = self._rng.choice(free)
        name = f"{first} {last}"
        id_ = _slug(name)
        self._taken.add(id_)
        initials = first[0] + last[0]
        return {"id": id_, "name": name, "initials": initials, "email": f"{id_}@hesselwijk.example"}


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.translate(_LETTERS)).encode("ascii", "ignore").decode()
    first, *rest = plain.lower().split()
    return f"{first}.{''.join(rest)}"


def _mapping(values: dict[str, object]) -> str:
    return "{" + ", ".join(f"{_key(key)}: {value}" for key, value in values.items()) + "}"


def _key(key: str) -> str:
    # Other YAML readers than ours take a bare no for a boolean.
    return f'"{key}"' if key == "no" else key


def _list(values: list[str]) -> str:
    return "[" + ", ".join(values) + "]"


def _text(fields: Fields) -> str:
    lines = [f"{key}:{value}" if value.startswith("\n") else f"{key}: {value}" for key, value in fields.items()]
    return "  - " + "\n    ".join(lines) + "\n"


def _shift_week(shift: str, off: tuple[int, int]) -> str:
    return _mapping({day: shift for number, day in enumerate(DAYS) if number not in off})


def shift_hours(number: int) -> str:
    """Five weeks of eight-hour shifts, two days off in each, starting at another week for every agent in turn.

    After a week of nights that ends on Monday morning, Monday and Tuesday are free."""
    weeks = []
    for week, shift in enumerate(ROTATION):
        first_off = (number // len(ROTATION) + week * 3 + number) % 7
        off = (first_off, (first_off + 1) % 7)
        if shift == NIGHT:
            night_off = off
        weeks.append((shift, off))
    if 6 not in night_off:
        weeks[0] = (EARLY, (0, 1))
    start = number % len(ROTATION)
    turned = weeks[start:] + weeks[:start]
    lines = "".join(f"\n        - {_shift_week(shift, off)}" for shift, off in turned)
    return f"\n      first_week: {FIRST_WEEK}\n      weeks:{lines}"


def _members(rng: random.Random, how_many: int) -> set[int]:
    return set(rng.sample(range(AGENTS), how_many))


def agents(rng: random.Random, names: Names) -> Iterator[Fields]:
    speakers = {language: _members(rng, share) for language, (share, _) in AGENT_LANGUAGES.items()}
    skilled = {skill: _members(rng, share) for skill, share in AGENT_SKILLS.items()}
    for number in range(AGENTS):
        languages: dict[str, object] = {"en": "C1"}
        languages |= {key: AGENT_LANGUAGES[key][1] for key, who in speakers.items() if number in who}
        skills: dict[str, object] = {"general": rng.choice((3, 4))}
        skills |= {skill: rng.choice((2, 2, 3)) for skill, who in skilled.items() if number in who}
        # The last four are new: they learn the work beside the others (P1).
        stage = "independent" if number < 36 else "supervised" if number < 39 else "shadow"
        yield (
            names.draw("dutch" if "nl" in languages else rng.choice(("german", "english", "spanish", "polish")))
            | {
                "role": "agent",
                "country": "NL",
                "time_zone": "Europe/Amsterdam",
                "languages": _mapping(languages),
                "skills": _mapping(skills),
                "brands": _list(list(BRANDS)),
                "stage": stage,
                "mandate": "senior" if number % 4 == 0 and stage == "independent" else "agent",
                "capacity": "4",
                "hours": shift_hours(number),
            }
            | _leave(rng, number)
        )


def _leave(rng: random.Random, number: int) -> Fields:
    if number % 5:
        return {}
    first = rng.randint(1, 14)
    month = rng.choice((4, 5, 7, 8, 10))
    return {"leave": f"[{{first_day: 2026-{month:02}-{first:02}, last_day: 2026-{month:02}-{first + 13:02}}}]"}


def coaches(names: Names) -> Iterator[Fields]:
    """Three coaches, one for each part of the day, and the lead."""
    shifts = ("07:00-15:00", "15:00-23:00", "11:00-19:00", "09:00-17:30")
    for number, shift in zip(range(COACHES), shifts, strict=True):
        lead = number == COACHES - 1
        yield names.draw("dutch") | {
            "role": "lead" if lead else "coach",
            "country": "NL",
            "time_zone": "Europe/Amsterdam",
            "languages": _mapping({"nl": "C2", "en": "C2", "de": "C1"}),
            "skills": _mapping({"general": 5, "coffee": 3, "shaving": 3}),
            "brands": _list(list(BRANDS)),
            "stage": "coach",
            "mandate": "coach",
            "capacity": "2",
            "hours": _mapping({"mon-fri" if number != 2 else "wed-sun": shift}),
        }


def operators(names: Names) -> Iterator[Fields]:
    """Two who keep the system running, by turns; they see no customer's words."""
    for shift in ("07:00-19:00", "19:00-07:00"):
        yield names.draw("dutch") | {
            "role": "operator",
            "country": "NL",
            "time_zone": "Europe/Amsterdam",
            "languages": _mapping({"nl": "C2", "en": "C1"}),
            "brands": _list(list(BRANDS)),
            "hours": _mapping({"mon-sun": shift}),
        }


def specialists(rng: random.Random, names: Names) -> Iterator[Fields]:
    turns = {place.language: count() for place in PLACES}
    for place in PLACES:
        for _ in range(place.people):
            yield _specialist(place, next(turns[place.language]), rng, names)


def _specialist(place: Place, turn: int, rng: random.Random, names: Names) -> Fields:
    first = SKILL_ROUND[2 * turn % len(SKILL_ROUND)]
    second = SKILL_ROUND[(2 * turn + 1) % len(SKILL_ROUND)]
    languages: dict[str, object] = {place.language: "C2"}
    if place.also:
        languages[place.also] = "C1"
    if place.language != "en":
        languages["en"] = "C1" if place.language == "hi" else rng.choice(("B2", "B2", "C1"))
    named = {BRAND_OF_SKILL.get(skill) for skill in (first, second)}
    brands = [brand for brand in BRANDS if brand in named or None in named]
    region = f"{place.country}-{place.region}" if place.region else place.country
    return names.draw(place.names) | {
        "role": "specialist",
        "country": place.country,
        "time_zone": place.time_zone,
        "languages": _mapping(languages),
        "skills": _mapping({first: rng.choice((3, 4, 4, 5)), second: rng.choice((3, 3, 4))}),
        "brands": _list(brands),
        "capacity": "1",
        "hours": _mapping({_days(place, turn): "09:00-17:30"}),
        "public_holidays": region,
    }


def _days(place: Place, turn: int) -> str:
    """Two in five take a day of the weekend, so that Saturday and Sunday are not left to the agents alone."""
    days = place.days
    if days == WEEKDAYS:
        days = {3: SATURDAY_WEEK, 4: SUNDAY_WEEK}.get(turn % 5, WEEKDAYS)
    return f'"{days}"' if "," in days else days


def files() -> dict[str, str]:
    """File name -> content, the same at every call."""
    rng = random.Random(SEED)
    names = Names(rng)
    staff = [*agents(rng, names), *coaches(names)]
    experts = list(specialists(rng, names))
    # After all others, so that these keep the names they have.
    keepers = list(operators(names))
    return {
        "agents.yaml": _HEADER + "\n".join(map(_text, staff)),
        "specialists.yaml": _HEADER + "".join(map(_text, experts)),
        "operators.yaml": _HEADER + "\n".join(map(_text, keepers)),
    }


def main() -> None:
    folder = Path(__file__).parent / "people"
    folder.mkdir(exist_ok=True)
    for name, content in files().items():
        (folder / name).write_text(content, encoding="utf-8")
        print(f"{folder / name}: {content.count('  - id:')} people")


if __name__ == "__main__":
    main()
