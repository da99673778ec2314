"""The people of one pool, indexed: each has a slot, and each fact about them is a bit in a set."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from zlib import crc32

from babel.languages import get_official_languages

from schemas.organisation import Person
from schemas.working_time import working_time
from services.routing.domain.answering import USUAL_SHARE
from services.routing.domain.bits import FEW, SHORT, BitSets, Planes, members, united
from services.routing.domain.loads import Loads
from services.routing.domain.ranks import Ranks
from services.routing.domain.rules import Rules
from services.routing.domain.shifts import Shift, Shifts
from services.routing.domain.week import day_of, fairness

_ROUNDING = 1e-9
MOST_KNOWN = 1_000
Kind = tuple[str, ...]
"""What requests have in common that look for the same people."""
OWNER_ROLES = frozenset({"agent", "coach", "lead"})
APPROVER_ROLES = frozenset({"coach", "lead"})


@dataclass(slots=True, eq=False)
class Row:
    """One person as the scoring reads them; often read facts are copied here, since reading them of a model is slow."""

    person: Person
    id: str
    slot: int
    capacity: int
    skills: Mapping[str, int]
    tie: int
    is_specialist: bool
    load: float = 0.0
    share: float = 0.0
    """The load as a share of the capacity."""
    turn: int = 0
    silence: float = 0.0
    """By how much less than usual a specialist answers offers: a share; below 0 for who answers more."""
    home_languages: frozenset[str] = field(default=frozenset())
    shift: Shift = field(kw_only=True)
    fairness: int = 0
    """Points for the work of the last week, in proportion to the working time."""
    answers: int = 0
    """A specialist's points for `silence`."""
    standing: int = 0
    """Both together."""
    usual: int = 0
    """Points for the load with one more usual piece of work, and for the standing."""


@lru_cache(maxsize=512)
def languages_of(country: str) -> frozenset[str]:
    """Codes of the languages that are official in a country or a part of it."""
    return frozenset(code.partition("_")[0] for code in get_official_languages(country, regional=True, de_facto=True))


class People:
    """Everybody who may be asked, with the sets to search them by."""

    def __init__(self, rules: Rules) -> None:
        self.rows: list[Row | None] = []
        self.slots: dict[str, int] = {}
        self.shifts = Shifts(rules.look_ahead_minutes * 60)
        self.owners = self.specialists = self.approvers = self.present = 0
        self.speaking: BitSets[str] = BitSets()
        self.skilled: BitSets[str] = BitSets()
        self.branded: BitSets[str] = BitSets()
        self.located: BitSets[str] = BitSets()
        self.at_home: BitSets[str] = BitSets()
        """Language to those in whose country it is official."""
        self.levels: BitSets[tuple[str, int]] = BitSets()
        self.turns, self.ties = Planes(), Planes()
        self._rules = rules
        self._day = 0
        self.known: dict[Kind, tuple[int, ...]] = {}
        """What searches want to remember until somebody's shift begins or ends, or a person is recorded anew."""
        self.ruled_out: dict[Kind, tuple[dict[str, int], int]] = {}
        """How many failed which condition, and how many did not; remembered as long."""
        self._known_at = 0
        self._vacant: list[int] = []
        self._free: dict[float, int] = {}
        self._ranks: dict[bool, dict[float, Ranks]] = {True: {}, False: {}}
        """Those of specialists (True) and of all others, by weight."""
        self._silence: dict[str, float] = {}

    def put(self, person: Person, available: bool, loads: Loads) -> None:
        """Record a person, replacing what was known of them.

        Raises ValueError, and changes nothing, for an unknown region of public holidays.
        """
        time = working_time(person)
        # One person's hours are most of what their record takes of memory; many have the same.
        person = person.model_copy(update={"hours": time.hours, "breaks": time.breaks})
        self.remove(person.id)
        self._forget()
        slot = self._vacant.pop() if self._vacant else len(self.rows)
        if slot == len(self.rows):
            self.rows.append(None)
        self.slots[person.id] = slot
        row = self.rows[slot] = Row(
            person,
            person.id,
            slot,
            person.capacity,
            person.skills,
            crc32(person.id.encode()),
            person.role == "specialist",
            silence=self._silence.get(person.id, 0.0),
            home_languages=languages_of(person.country),
            shift=self.shifts.put(slot, time),
        )
        bit = 1 << slot
        for sets, names in self._sets(row):
            sets.add(names, bit)
        self.ties.change(slot, 0, row.tie)
        self.present |= bit if available else 0
        self.owners |= bit if person.role in OWNER_ROLES and person.stage != "shadow" else 0
        self.specialists |= bit if person.role == "specialist" else 0
        self.approvers |= bit if person.role in APPROVER_ROLES or person.stage == "coach" else 0
        self._free = {weight: free | bit for weight, free in self._free.items()}
        for ranks in self._ranks[row.is_specialist].values():
            ranks.put(row, bit)
        self.weigh(person.id, loads)

    def remove(self, person_id: str) -> None:
        """Forget a person; nothing happens for an unknown one."""
        slot = self.slots.pop(person_id, None)
        if slot is None:
            return
        self._forget()
        row, bit = self.row(slot), 1 << slot
        for sets, names in self._sets(row):
            sets.discard(names, bit)
        self.ties.change(slot, row.tie, 0)
        self.turns.change(slot, row.turn, 0)
        for ranks in self._ranks[row.is_specialist].values():
            ranks.take(row, bit)
        self.present, self.owners, self.specialists = self.present & ~bit, self.owners & ~bit, self.specialists & ~bit
        self.approvers &= ~bit
        self._free = {weight: free & ~bit for weight, free in self._free.items()}
        self.shifts.drop(slot)
        self.rows[slot] = None
        self._vacant.append(slot)

    def advance(self, second: int, loads: Loads) -> None:
        """Bring everything that goes by time to a moment."""
        self.shifts.advance(second)
        if self.shifts.changes != self._known_at or len(self.known) > MOST_KNOWN:
            self._known_at = self.shifts.changes
            self._forget()
        if (day := day_of(second)) != self._day:
            self._day = day
            for person_id in loads.week.people():
                if (slot := self.slots.get(person_id)) is not None:
                    row = self.row(slot)
                    self._move(row, 1 << slot, row.load, loads)

    def weigh(self, person_id: str, loads: Loads, *, given: bool = True) -> None:
        """Take over a person's load and turn after an assignment or a release; `given`: and the work of their week."""
        slot = self.slots.get(person_id)
        if slot is None:
            return  # assignments of somebody not yet recorded count as soon as they are
        row, bit = self.row(slot), 1 << slot
        load, turn = loads.load(person_id), loads.last_turn(person_id)
        for weight in self._free:
            if _has_room(row, row.load, weight) != _has_room(row, load, weight):
                self._free[weight] ^= bit
        self._move(row, bit, load, loads if given else None)
        self.turns.change(slot, row.turn, turn)
        row.turn = turn

    def answers(self, person_id: str, share: float, loads: Loads) -> None:
        """Note which share of their offers a specialist answers. Raises ValueError, and changes nothing, for no share."""
        if not 0 <= share <= 1:
            raise ValueError(f"{share} is no share of offers: it lies between 0 and 1")
        self._silence[person_id] = USUAL_SHARE - share
        if (slot := self.slots.get(person_id)) is not None:
            row = self.row(slot)
            row.silence = USUAL_SHARE - share
            self._move(row, 1 << slot, row.load, loads)

    def _forget(self) -> None:
        self.known.clear()
        self.ruled_out.clear()

    def _move(self, row: Row, bit: int, load: float, loads: Loads | None) -> None:
        """Let a person stand where a load puts them, and what they were given in the week, unless that is as before."""
        standing = row.standing if loads is None else self._standing(row, loads)
        for ranks in self._ranks[row.is_specialist].values():
            ranks.move(row, load, standing, bit)
        rules = self._rules
        weight = rules.consult_weight if row.is_specialist else rules.owner_weight
        row.load, row.share, row.standing = load, load / row.capacity, standing
        row.usual = int(rules.load_points * (load + weight) / row.capacity) + standing

    def _standing(self, row: Row, loads: Loads) -> int:
        """Work out the points that go by the person alone."""
        given = loads.week.total(row.id, self._day)
        row.fairness = fairness(given, row.shift.hours_of_week(self._day), self._rules.fairness_points) if given else 0
        row.answers = int(self._rules.answers_points * row.silence) if row.is_specialist else 0
        return row.answers + row.fairness

    def _sets(self, row: Row) -> tuple[tuple[BitSets[Any], Iterable[Any]], ...]:
        """Where the person is found by what."""
        person = row.person
        return (
            (self.speaking, _spoken(person)),
            (self.skilled, person.skills),
            (self.levels, person.skills.items()),
            (self.branded, person.brands),
            (self.located, (person.country,)),
            (self.at_home, row.home_languages),
        )

    def free(self, weight: float) -> int:
        """The set of those who have room for this weight; kept up to date from the first time it is asked for."""
        found = self._free.get(weight)
        if found is None:
            found = united([row.slot for row in self.rows if row and _has_room(row, row.load, weight)])
            self._free[weight] = found
        return found

    def ranks(self, weight: float, *, specialists: bool) -> Ranks:
        """The order for work of this weight; kept up to date from the first time it is asked for."""
        found = self._ranks[specialists].get(weight)
        if found is None:
            rows = (row for row in self.rows if row and row.is_specialist == specialists)
            found = self._ranks[specialists][weight] = Ranks(self._rules.load_points, weight, rows)
        return found

    def person(self, person_id: str) -> Person | None:
        """The person of that id, None for nobody we know."""
        slot = self.slots.get(person_id)
        return None if slot is None else self.row(slot).person

    def row(self, slot: int) -> Row:
        """The person in a slot that is taken."""
        row = self.rows[slot]
        if row is None:
            raise LookupError(f"nobody has slot {slot}")
        return row

    def rows_of(self, bits: int) -> list[Row]:
        """The people of a set, in no order that means anything."""
        rows, found = self.rows, []
        if bits.bit_length() > SHORT and bits.bit_count() > FEW:
            return [row for slot in members(bits) if (row := rows[slot])]
        while bits:  # from the last one down, which leaves less and less to look at
            slot = bits.bit_length() - 1
            bits ^= 1 << slot
            if row := rows[slot]:
                found.append(row)
        return found

    def set_of(self, person_ids: tuple[str, ...]) -> int:
        """The set of those of the named people who are known."""
        bits = 0
        for person_id in person_ids:
            slot = self.slots.get(person_id)
            bits |= 0 if slot is None else 1 << slot
        return bits


def _spoken(person: Person) -> list[str]:
    return [language for language in person.languages if person.speaks(language, "B2")]


def reweighed(points: Sequence[int], rows: Sequence[Row], full: int, usual: float, weight: float) -> list[int]:
    """Points that count one more usual piece of work (`Row.usual`), for one of another weight."""
    return [
        total - int(full * (row.load + usual) / row.capacity) + int(full * (row.load + weight) / row.capacity)
        for total, row in zip(points, rows, strict=True)
    ]


def _has_room(row: Row, load: float, weight: float) -> bool:
    """Whoever holds nothing has room for anything: else what weighs more than anybody can hold would wait for ever."""
    return load == 0 or load + weight <= row.capacity + _ROUNDING
