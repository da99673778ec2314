"""The rules of routing once more, slow and obvious: every person is looked at, one condition after the other.

Shares nothing with the engine but the parameters, so that the two can be held against each other.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zlib import crc32
from zoneinfo import ZoneInfo

from babel.languages import get_official_languages
from holidays import HolidayBase, country_holidays

from schemas.events.routing import OwnerRequested, SpecialistRequested
from schemas.organisation import Person
from services.routing.domain import Request, Rules

Check = Callable[[Person], bool]


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

    def assign(self, request_id: str, person_id: str, weight: float) -> None:
        if self.held.get(request_id, ("", 0))[0] != person_id:
            self.turn += 1
            self.turns[person_id] = self.turn
        self.held[request_id] = (person_id, weight)

    def load(self, person_id: str) -> float:
        return sum(weight for holder, weight in self.held.values() if holder == person_id)

    def until(self, person: Person, now: datetime) -> datetime | None:
        return next((end for begin, end in shifts(person, now, 3) if begin <= now < end), None)

    def opens(self, person: Person, now: datetime) -> datetime | None:
        return next((begin for begin, end in shifts(person, now, 60) if begin > now), None)

    def decide(self, request: Request, now: datetime) -> str | None:
        """Who is chosen."""
        owner = isinstance(request, OwnerRequested)
        team = [person for person, available in self.people.values() if available and request.brand in person.brands]
        candidates = self._owners(request, team, now) if owner else self._specialists(request, team, now)
        if isinstance(request, SpecialistRequested) and request.specialist:
            return self._named(request)
        turn = crc32(request.request_id.encode())
        points = self._owner_points if owner else self._specialist_points
        ranked = sorted(
            candidates,
            key=lambda person: (
                points(request, person, now),
                self.load(person.id) / person.capacity,
                self.turns.get(person.id, 0),
                crc32(person.id.encode()) ^ turn,
                person.id,
            ),
        )
        return ranked[0].id if ranked else None

    def _named(self, request: SpecialistRequested) -> str | None:
        meant, _ = self.people.get(request.specialist, (None, False))
        fit = meant and meant.role == "specialist" and request.brand in meant.brands
        return meant.id if meant and fit and meant.id not in request.excluded else None

    def _owners(self, request: OwnerRequested, team: list[Person], now: datetime) -> list[Person]:
        slack = request.due_at - now
        patience, overload = (
            timedelta(minutes=self.rules.language_patience_minutes),
            timedelta(minutes=self.rules.overload_minutes),
        )
        look_ahead = timedelta(minutes=self.rules.look_ahead_minutes)
        team = [person for person in team if person.role != "specialist" and person.stage != "shadow"]
        team = [person for person in team if person.id not in request.excluded]
        on = [(person, until) for person in team if (until := self.until(person, now))]
        staying = [person for person, until in on if until - now > look_ahead]
        with_room = [person for person in staying if self._has_room(person, self.rules.owner_weight)]
        speakers = [person for person in staying if self._speaks(person, request.language)]
        if first := [person for person in speakers if person in with_room]:
            return first
        if with_room and (not speakers or slack <= patience):
            return with_room
        if slack <= overload:
            leaving = [person for person, _ in on]
            leaving_with_room = [person for person in leaving if self._has_room(person, self.rules.owner_weight)]
            return staying or leaving_with_room or leaving
        return []

    def _specialists(self, request: SpecialistRequested, team: list[Person], now: datetime) -> list[Person]:
        latest = request.due_at - timedelta(minutes=self.rules.consult_patience_minutes)
        able = [
            person
            for person in team
            if person.role == "specialist"
            and person.id not in request.excluded
            and request.country in ("", person.country)
            and (not request.skill or request.skill in person.skills)
        ]
        local = [person for person in able if self._speaks(person, request.language)]
        ready = [p for p in able if self.until(p, now) and self._has_room(p, self.rules.consult_weight)]
        if first := [person for person in local if person in ready]:
            return first
        in_time = [p for p in local if self.until(p, now) or ((opens := self.opens(p, now)) and opens <= latest)]
        if now < latest and in_time:
            return []
        return [person for person in ready if self._speaks(person, "en")]

    def _owner_points(self, request: OwnerRequested, person: Person, now: datetime) -> int:
        rules = self.rules
        points = self._load_points(person, rules.owner_weight)
        if request.skill and request.skill not in person.skills:
            points += rules.owner_skill_points
        if not self._speaks(person, request.language):
            points += rules.owner_language_points
        if request.preferred == person.id and self._has_room(person, rules.owner_weight):
            points -= rules.preferred_points
        return points

    def _specialist_points(self, request: SpecialistRequested, person: Person, now: datetime) -> int:
        rules = self.rules
        points = self._load_points(person, rules.consult_weight)
        if request.skill:
            points += (5 - person.skills[request.skill]) * rules.skill_level_points
        until = self.until(person, now)
        assert until is not None
        left = until.timestamp() - now.timestamp() // 1
        points += int(
            rules.closing_points * max(0, rules.long_enough_minutes * 60 - left) // (rules.long_enough_minutes * 60)
        )
        home = get_official_languages(person.country, regional=True, de_facto=True)
        if request.language != "und" and request.language not in {code.split("_")[0] for code in home}:
            points += rules.abroad_points
        return points

    def _load_points(self, person: Person, weight: float) -> int:
        return int(self.rules.load_points * (self.load(person.id) + weight) / person.capacity)

    def _has_room(self, person: Person, weight: float) -> bool:
        return self.load(person.id) + weight <= person.capacity

    def _speaks(self, person: Person, language: str) -> bool:
        return language == "und" or person.languages.get(language, "A1") in ("B2", "C1", "C2")
