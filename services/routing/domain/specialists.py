"""Who is asked (O2): the conditions for local specialists, and when English stands in for the customer's language.

A specialist has the skill and the language, works now by their own hours, has room and was not asked before. Only the
language gives way, to English, which the owner reads too: when no specialist with the language will be at work in time
for the deadline, or when those at work are full and patience is over. Nobody is asked beyond their capacity. Where a
country is asked for, nobody elsewhere will do.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from schemas.events.routing import SpecialistRequested
from services.routing.domain.choosing import EVERYBODY, UNKNOWN_LANGUAGE, Condition, Costs, Part
from services.routing.domain.people import Kind, People, Row, reweighed
from services.routing.domain.rules import Rules

COMMON_LANGUAGE = "en"
TOP_LEVEL = 5


def closing(rules: Rules, second: int, until: int) -> int:
    """Points for who goes home soon, at this second."""
    enough = rules.long_enough_minutes * 60
    return rules.closing_points * max(0, second + enough - until) // enough


class SpecialistSearch:
    """The search for the specialist of one consult."""

    def __init__(self, people: People, rules: Rules, request: SpecialistRequested, second: int) -> None:
        self.request = request
        self._people, self._rules, self._second = people, rules, second
        self._english_from = int(request.due_at.timestamp()) - rules.consult_patience_minutes * 60
        language = request.language
        self._speakers = EVERYBODY if language == UNKNOWN_LANGUAGE else people.speaking[language]
        self._skilled = people.skilled[request.skill] if request.skill else EVERYBODY
        self._located = people.located[request.country] if request.country else EVERYBODY
        self._weight = rules.consult_weight * request.weight
        self._free = people.free(self._weight)
        self.kind: Kind | None = (request.brand, language, request.country, request.skill)
        self._able, self._on, self._ready = people.known.get(self.kind) or self._look(self.kind)
        self._not_excluded = EVERYBODY
        if request.excluded and (excluded := people.set_of(request.excluded)):
            self._not_excluded, self.kind = ~excluded, None
            self._able, self._on, self._ready = (each & ~excluded for each in (self._able, self._on, self._ready))
        self.considered = people.specialists
        self.eligible, self._understood = self._search()
        if self._understood != self._speakers:
            self.kind = None

    def _look(self, key: Kind) -> tuple[int, ...]:
        """Who is able, who of these is on shift, and who of these speaks the language; until a shift changes."""
        people = self._people
        able = people.specialists & people.branded[self.request.brand] & self._located & self._skilled & people.present
        on = able & people.shifts.on
        found = people.known[key] = (able, on, on & self._speakers)
        return found

    def _search(self) -> tuple[int, int]:
        """Who is eligible, and the set that met the language condition for that."""
        if found := self._ready & self._free:
            return found, self._speakers
        if self._english_will_do():
            understood = self._speakers | self._people.speaking[COMMON_LANGUAGE]
            return self._on & self._free & understood, understood
        return 0, self._speakers

    def _english_will_do(self) -> bool:
        if self._second >= self._english_from:
            return True
        if self._ready:
            return False  # room may come free in time
        opening = self._people.shifts.first_opening(self._able & self._speakers)
        return opening is None or opening > self._english_from

    @property
    def conditions(self) -> tuple[Condition, ...]:
        people = self._people
        return (
            ("excluded", self._not_excluded),
            ("brand", people.branded[self.request.brand]),
            ("country", self._located),
            ("skill", self._skilled),
            ("language", self._understood),
            ("absent", people.present),
            ("off-shift", people.shifts.on),
            ("full", self._free),
        )

    def points(self, rows: Sequence[Row]) -> list[int]:
        rules, skill, language = self._rules, self.request.skill, self.request.language
        abroad = 0 if language == UNKNOWN_LANGUAGE else rules.abroad_points
        enough, closing = rules.long_enough_minutes * 60, rules.closing_points
        enough_until = self._second + enough
        points = [
            row.usual
            + (0 if language in row.home_languages else abroad)
            + (0 if (until := row.shift.until or 0) >= enough_until else closing * (enough_until - until) // enough)
            for row in rows
        ]
        if skill:
            by_level = [(TOP_LEVEL - level) * rules.skill_level_points for level in range(TOP_LEVEL + 1)]
            points = [total + by_level[row.skills[skill]] for total, row in zip(points, rows, strict=True)]
        return (
            points
            if self.request.weight == 1
            else reweighed(points, rows, rules.load_points, rules.consult_weight, self._weight)
        )

    def costs(self) -> Costs:
        parts: list[Callable[[], Iterable[Part]]] = []
        if self.request.skill:
            parts.append(self._by_level)
        if self.request.language != UNKNOWN_LANGUAGE:
            parts.append(self._by_country)
        parts.append(self._by_end)
        return Costs(self._people.ranks(self._weight, specialists=True), parts)

    def _by_level(self) -> Iterator[Part]:
        levels, skill, worth = self._people.levels, self.request.skill, self._rules.skill_level_points
        for below in range(TOP_LEVEL):
            yield below * worth, levels[skill, TOP_LEVEL - below]

    def _by_country(self) -> Iterator[Part]:
        yield 0, self._people.at_home[self.request.language]
        yield self._rules.abroad_points, EVERYBODY

    def _by_end(self) -> Iterator[Part]:
        later, ends = self._people.shifts.ending_before(self._second + self._rules.long_enough_minutes * 60)
        yield 0, later
        for end, who in reversed(ends):
            yield self._closing(end), who

    def _closing(self, until: int) -> int:
        return closing(self._rules, self._second, until)

    def terms(self, row: Row) -> dict[str, int]:
        rules, request = self._rules, self.request
        terms = {"load": int(rules.load_points * (row.load + self._weight) / row.capacity)}
        if row.fairness:
            terms["fairness"] = row.fairness
        if row.answers:
            terms["answers"] = row.answers
        if closing := self._closing(row.shift.until or 0):
            terms["closing"] = closing
        if request.skill:
            terms["skill"] = (TOP_LEVEL - row.skills[request.skill]) * rules.skill_level_points
        if request.language not in row.home_languages and request.language != UNKNOWN_LANGUAGE:
            terms["abroad"] = rules.abroad_points
        return terms

    def unmet(self, row: Row) -> tuple[str, ...]:
        return () if self._speakers >> row.slot & 1 else ("language",)

    def next_possible(self) -> int | None:
        shifts, able = self._people.shifts, self._able
        english = able & self._people.speaking[COMMON_LANGUAGE]
        local = able & self._speakers
        first = shifts.first_opening(english & ~shifts.on)
        if not self._english_will_do():
            english_from = self._english_from
            if there := local & shifts.on:  # all full; once they have left, English may do
                english_from = min(english_from, shifts.last_end(there))
            if english & shifts.on:
                first = english_from
            elif first is not None:
                first = max(first, english_from)
        moments = (shifts.first_opening(local & ~shifts.on), first)
        return min((moment for moment in moments if moment is not None), default=None)
