"""The people of one pool, indexed: each has a slot, and each fact about them is a bit in a set."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from zlib import crc32

from babel.languages import get_official_languages

from schemas.organisation import Person
from schemas.working_time import working_time
from services.routing.domain.bits import BitSets, members
from services.routing.domain.loads import Loads
from services.routing.domain.shifts import Shifts

_ROUNDING = 1e-9
OWNER_ROLES = frozenset({"agent", "coach", "lead"})


@dataclass(slots=True)
class Row:
    """One person as the scoring reads them; often read facts are copied here, since reading them of a model is slow."""

    person: Person
    slot: int
    capacity: int
    skills: Mapping[str, int]
    tie: int
    load: float = 0.0
    turn: int = 0
    home_languages: frozenset[str] = field(default=frozenset())


@lru_cache(maxsize=512)
def languages_of(country: str) -> frozenset[str]:
    """Codes of the languages that are official in a country or a part of it."""
    return frozenset(code.partition("_")[0] for code in get_official_languages(country, regional=True, de_facto=True))


class People:
    """Everybody who may be asked, with the sets to search them by."""

    def __init__(self, look_ahead_seconds: int) -> None:
        self.rows: list[Row | None] = []
        self.slots: dict[str, int] = {}
        self.shifts = Shifts(look_ahead_seconds)
        self.owners = self.specialists = self.present = 0
        self.speaking, self.skilled, self.branded, self.located = BitSets(), BitSets(), BitSets(), BitSets()
        self._vacant: list[int] = []
        self._free: dict[float, int] = {}

    def put(self, person: Person, available: bool, loads: Loads) -> None:
        """Record a person, replacing what was known of them.

        Raises ValueError, and changes nothing, for an unknown region of public holidays.
        """
        time = working_time(person)
        self.remove(person.id)
        slot = self._vacant.pop() if self._vacant else len(self.rows)
        if slot == len(self.rows):
            self.rows.append(None)
        self.slots[person.id] = slot
        self.rows[slot] = Row(
            person,
            slot,
            person.capacity,
            person.skills,
            crc32(person.id.encode()),
            home_languages=languages_of(person.country),
        )
        bit = 1 << slot
        self.speaking.add(_spoken(person), bit)
        self.skilled.add(person.skills, bit)
        self.branded.add(person.brands, bit)
        self.located.add((person.country,), bit)
        self.present |= bit if available else 0
        self.owners |= bit if person.role in OWNER_ROLES and person.stage != "shadow" else 0
        self.specialists |= bit if person.role == "specialist" else 0
        self.shifts.put(slot, time)
        self.weigh(person.id, loads)

    def remove(self, person_id: str) -> None:
        """Forget a person; nothing happens for an unknown one."""
        slot = self.slots.pop(person_id, None)
        if slot is None:
            return
        row, bit = self.row(slot), 1 << slot
        self.speaking.discard(_spoken(row.person), bit)
        self.skilled.discard(row.person.skills, bit)
        self.branded.discard(row.person.brands, bit)
        self.located.discard((row.person.country,), bit)
        self.present, self.owners, self.specialists = self.present & ~bit, self.owners & ~bit, self.specialists & ~bit
        self._free = {weight: free & ~bit for weight, free in self._free.items()}
        self.shifts.drop(slot)
        self.rows[slot] = None
        self._vacant.append(slot)

    def weigh(self, person_id: str, loads: Loads) -> None:
        """Take over a person's load and turn after an assignment or a release."""
        slot = self.slots.get(person_id)
        if slot is None:
            return  # assignments of somebody not yet recorded count as soon as they are
        row = self.row(slot)
        row.load, row.turn = loads.load(person_id), loads.last_turn(person_id)
        for weight, free in self._free.items():
            bit = 1 << slot
            self._free[weight] = free | bit if _has_room(row, weight) else free & ~bit

    def free(self, weight: float) -> int:
        """The set of those who have room for this weight; kept up to date from the first time it is asked for."""
        found = self._free.get(weight)
        if found is None:
            found = sum(1 << row.slot for row in self.rows if row and _has_room(row, weight))
            self._free[weight] = found
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
        """The people of a set."""
        rows = self.rows
        return [row for slot in members(bits) if (row := rows[slot])]

    def set_of(self, person_ids: tuple[str, ...]) -> int:
        """The set of those of the named people who are known."""
        bits = 0
        for person_id in person_ids:
            slot = self.slots.get(person_id)
            bits |= 0 if slot is None else 1 << slot
        return bits


def _spoken(person: Person) -> list[str]:
    return [language for language in person.languages if person.speaks(language, "B2")]


def _has_room(row: Row, weight: float) -> bool:
    return row.load + weight <= row.capacity + _ROUNDING
