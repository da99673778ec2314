"""The rules of routing once more, slow and obvious: every person is looked at, one condition after the other.

Shares nothing with the engine but the parameters, so that the two can be held against each other.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from math import log2
from zlib import crc32
from zoneinfo import ZoneInfo

from babel.languages import get_official_languages
from holidays import HolidayBase, country_holidays

from schemas.events.routing import Candidate, Explanation, OwnerRequested, SpecialistRequested
from schemas.organisation import Person
from services.routing.domain import Request, Rules

Condition = tuple[str, Callable[[Person], bool]]
"""A name, and whether somebody meets it."""


def works_on(person: Person, day: date) -> bool:
    """Neither leave nor a public holiday."""
    if any(leave.first_day <= day <= leave.last_day for leave in person.leave):
        return False
    return not (person.public_holidays and day in holidays_of(person.public_holidays))


@cache
def holidays_of(region: str) -> HolidayBase:
    """The public holidays of a region such as NL or AU-NSW."""
    return country_holidays(*region.split("-"))


def shifts(person: Person, around: datetime, days: int) -> list[tuple[datetime, datetime]]:
    """The person's stretches of work from two days before a moment to a number of days after it, joined where they touch."""
    zone = ZoneInfo(person.time_zone)
    found = []
    for offset in range(-3, days):
        day = around.date() + timedelta(days=offset)
        if works_on(person, day):
            for slot in person.hours.slots_on(day):
                midnight = datetime.combine(day, time())
                begin, end = (
                    (midnight + timedelta(minutes=minute)).replace(tzinfo=zone).astimezone(UTC)
                    for minute in (slot.start_minute, slot.end_minute)
                )
                found.append((begin, end))
    joined: list[tuple[datetime, datetime]] = []
    for begin, end in sorted(pair for pair in found if pair[0] < pair[1]):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined


@dataclass
class Reference:
    """People and assignments as plain records."""

    rules: Rules
    people: dict[str, tuple[Person, bool]] = field(default_factory=dict)
    held: dict[str, tuple[str, float]] = field(default_factory=dict)
    turns: dict[str, int] = field(default_factory=dict)
    turn: int = 0
    given: list[tuple[str, date, float]] = field(default_factory=list)
    shares: dict[str, float] = field(default_factory=dict)
    known_shifts: dict[tuple[int, date, int], tuple[Person, list[tuple[datetime, datetime]]]] = field(
        default_factory=dict
    )

    def assign(self, request_id: str, person_id: str, weight: float, at: datetime | None = None) -> None:
        if self.held.get(request_id, ("", 0))[0] != person_id:
            self.turn += 1
            self.turns[person_id] = self.turn
            if at is not None:
                self.given.append((person_id, at.date(), weight))
        self.held[request_id] = (person_id, weight)

    def load(self, person_id: str) -> float:
        return sum(weight for holder, weight in self.held.values() if holder == person_id)

    def shifts(self, person: Person, around: datetime, days: int) -> list[tuple[datetime, datetime]]:
        key = (id(person), around.date(), days)
        if key not in self.known_shifts:
            self.known_shifts[key] = (person, shifts(person, around, days))
        return self.known_shifts[key][1]

    def until(self, person: Person, now: datetime) -> datetime | None:
        return next((end for begin, end in self.shifts(person, now, 3) if begin <= now < end), None)

    def opens(self, person: Person, now: datetime) -> datetime | None:
        return next((begin for begin, end in self.shifts(person, now, 60) if begin > now), None)

    def decide(self, request: Request, now: datetime) -> str | None:
        """Who is chosen."""
        return self.outcome(request, now)[0]

    def outcome(self, request: Request, now: datetime) -> tuple[str | None, Explanation]:
        """Who is chosen, and why."""
        candidates, conditions = self._search(request, now)
        ranked = self._ranked(request, candidates, now)
        shown = tuple(self._candidate(request, person, now) for person in ranked[:3])
        excluded: Counter[str] = Counter()
        for person in self._considered(request):
            failed = (name for name, check in conditions if not check(person))
            excluded[next(failed, "outscored")] += 1
        excluded["outscored"] -= len(shown)
        return (
            ranked[0].id if ranked else None,
            Explanation(
                candidates=shown,
                excluded=dict(+excluded),
                relaxed=self._unmet(request, ranked[0], now) if ranked else (),
            ),
        )

    def _ranked(self, request: Request, candidates: list[Person], now: datetime) -> list[Person]:
        turn = crc32(request.request_id.encode())
        return sorted(
            candidates,
            key=lambda person: (
                sum(self._terms(request, person, now).values()),
                self.load(person.id) / person.capacity,
                self.turns.get(person.id, 0),
                crc32(person.id.encode()) ^ turn,
                person.id,
            ),
        )

    def _considered(self, request: Request) -> list[Person]:
        everybody = [person for person, _ in self.people.values()]
        if isinstance(request, OwnerRequested):
            return [person for person in everybody if person.role != "specialist" and person.stage != "shadow"]
        return [person for person in everybody if person.role == "specialist"]

    def _candidate(self, request: Request, person: Person, now: datetime) -> Candidate:
        terms = {name: points for name, points in self._terms(request, person, now).items() if points}
        return Candidate(
            person=person.id,
            score=sum(terms.values()) / 1000,
            terms={name: points / 1000 for name, points in terms.items()},
        )

    def _search(self, request: Request, now: datetime) -> tuple[list[Person], list[Condition]]:
        """Who may be chosen, and the conditions that held for that, in the order of counting."""
        if isinstance(request, OwnerRequested):
            return self._owners(request, now)
        if request.specialist:
            named: list[Condition] = [
                ("named", lambda person: person.id == request.specialist),
                ("excluded", lambda person: person.id not in request.excluded),
                ("brand", lambda person: request.brand in person.brands),
            ]
            return self._meeting(request, named), named
        return self._specialists(request, now)

    def _meeting(self, request: Request, conditions: list[Condition]) -> list[Person]:
        return [person for person in self._considered(request) if all(check(person) for _, check in conditions)]

    def _owners(self, request: OwnerRequested, now: datetime) -> tuple[list[Person], list[Condition]]:
        rules, slack = self.rules, request.due_at - now
        look_ahead = timedelta(minutes=rules.look_ahead_minutes)
        conditions: list[Condition] = [
            ("excluded", lambda person: person.id not in request.excluded),
            ("brand", lambda person: request.brand in person.brands),
            ("absent", lambda person: self.people[person.id][1]),
            ("off-shift", lambda person: self.until(person, now) is not None),
            ("ending-soon", lambda person: (self.until(person, now) or now) - now > look_ahead),
            ("language", lambda person: self._speaks(person, request.language)),
            ("full", lambda person: self._has_room(person, self.weight(request))),
        ]

        def without(*names: str) -> list[Condition]:
            return [condition for condition in conditions if condition[0] not in names]

        steps = [()]
        speakers = self._meeting(request, without("full"))
        if not speakers or slack <= timedelta(minutes=rules.language_patience_minutes):
            steps.append(("language",))
        if slack <= timedelta(minutes=rules.overload_minutes):
            steps += [("language", "full"), ("language", "ending-soon"), ("language", "ending-soon", "full")]
        for names in steps:
            if found := self._meeting(request, without(*names)):
                return found, without(*names)
        last = slack <= timedelta(minutes=rules.overload_minutes)
        return [], without(*steps[-1]) if last else conditions

    def _specialists(self, request: SpecialistRequested, now: datetime) -> tuple[list[Person], list[Condition]]:
        latest = request.due_at - timedelta(minutes=self.rules.consult_patience_minutes)

        def speaks(person: Person) -> bool:
            return self._speaks(person, request.language)

        def speaks_english_at_least(person: Person) -> bool:
            return speaks(person) or self._speaks(person, "en")

        able: list[Condition] = [
            ("excluded", lambda person: person.id not in request.excluded),
            ("brand", lambda person: request.brand in person.brands),
            ("country", lambda person: request.country in ("", person.country)),
            ("skill", lambda person: not request.skill or request.skill in person.skills),
        ]
        absent: Condition = ("absent", lambda person: self.people[person.id][1])
        ready: list[Condition] = [
            absent,
            ("off-shift", lambda person: self.until(person, now) is not None),
            ("full", lambda person: self._has_room(person, self.weight(request))),
        ]
        local: list[Condition] = [*able, ("language", speaks), *ready]
        if found := self._meeting(request, local):
            return found, local
        in_time = [
            person
            for person in self._meeting(request, [*able, ("language", speaks), absent])
            if self.until(person, now) or ((opens := self.opens(person, now)) and opens <= latest)
        ]
        if now < latest and in_time:
            return [], local
        english: list[Condition] = [*able, ("language", speaks_english_at_least), *ready]
        return self._meeting(request, english), english

    def _terms(self, request: Request, person: Person, now: datetime) -> dict[str, int]:
        if isinstance(request, SpecialistRequested) and request.specialist:
            return {}
        load = int(self.rules.load_points * (self.load(person.id) + self.weight(request)) / person.capacity)
        terms = {"load": load, "fairness": self._fairness(person, now)}
        if isinstance(request, OwnerRequested):
            return terms | self._owner_terms(request, person)
        return terms | self._specialist_terms(request, person, now)

    def _owner_terms(self, request: OwnerRequested, person: Person) -> dict[str, int]:
        rules = self.rules
        known = request.preferred == person.id and self._has_room(person, self.weight(request))
        return {
            "skill": rules.owner_skill_points if request.skill and request.skill not in person.skills else 0,
            "language": 0 if self._speaks(person, request.language) else rules.owner_language_points,
            "preferred": -rules.preferred_points if known else 0,
        }

    def _specialist_terms(self, request: SpecialistRequested, person: Person, now: datetime) -> dict[str, int]:
        rules = self.rules
        until = self.until(person, now)
        assert until is not None
        left = until.timestamp() - now.timestamp() // 1
        enough = rules.long_enough_minutes * 60
        home = get_official_languages(person.country, regional=True, de_facto=True)
        abroad = request.language != "und" and request.language not in {code.split("_")[0] for code in home}
        return {
            "skill": (5 - person.skills[request.skill]) * rules.skill_level_points if request.skill else 0,
            "closing": int(rules.closing_points * max(0, enough - left) // enough),
            "abroad": rules.abroad_points if abroad else 0,
            "answers": int(rules.answers_points * (0.8 - self.shares[person.id])) if person.id in self.shares else 0,
        }

    def _fairness(self, person: Person, now: datetime) -> int:
        days = [day for id_, day, _ in self.given if id_ == person.id]
        today = now.date()
        given = sum(
            weight
            for id_, day, weight in self.given
            if id_ == person.id
            and day > max(days) - timedelta(days=7)
            and timedelta(0) <= today - day < timedelta(days=7)
        )
        first = datetime.combine(today - timedelta(days=6), time(), UTC)
        last = datetime.combine(today + timedelta(days=1), time(), UTC)
        hours = sum(
            max(timedelta(0), min(end, last) - max(begin, first)).total_seconds() / 3600
            for begin, end in self.shifts(person, now - timedelta(days=7), 10)
        )
        return int(self.rules.fairness_points * log2(1 + given * 8 / max(hours, 1))) if given else 0

    def _unmet(self, request: Request, person: Person, now: datetime) -> tuple[str, ...]:
        speaks = self._speaks(person, request.language)
        if isinstance(request, SpecialistRequested):
            return () if speaks or request.specialist else ("language",)
        until = self.until(person, now)
        assert until is not None
        wishes = {
            "language": speaks,
            "capacity": self._has_room(person, self.weight(request)),
            "ending-soon": until - now > timedelta(minutes=self.rules.look_ahead_minutes),
            "skill": not request.skill or request.skill in person.skills,
            "preferred": request.preferred in ("", person.id),
        }
        return tuple(name for name, met in wishes.items() if not met)

    def weight(self, request: Request) -> float:
        usual = self.rules.owner_weight if isinstance(request, OwnerRequested) else self.rules.consult_weight
        return usual * request.weight

    def _has_room(self, person: Person, weight: float) -> bool:
        return self.load(person.id) == 0 or self.load(person.id) + weight <= person.capacity

    def _speaks(self, person: Person, language: str) -> bool:
        return language == "und" or person.languages.get(language, "A1") in ("B2", "C1", "C2")
