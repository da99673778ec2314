"""Sets of people as the bits of one integer: who speaks, knows, is on shift, is free. And-ing them is the search."""

import re
from collections import defaultdict
from collections.abc import Hashable, ItemsView, Iterable, Iterator
from typing import Generic, TypeVar

Name = TypeVar("Name", bound=Hashable)

SHORT = 2048
"""Bits up to which walking from bit to bit is faster than walking over the bytes."""
FEW = 16
"""So few members are found one by one in a set of any length."""
_FILLED = re.compile(rb"[^\0]", re.DOTALL)
_BITS_OF_BYTE = tuple(tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256))


def members(bits: int) -> Iterator[int]:
    """The positions of the bits that are set, lowest first."""
    if (length := bits.bit_length()) > SHORT:
        data = bits.to_bytes((length + 7) // 8, "little")
        for found in _FILLED.finditer(data):
            start = found.start()
            for bit in _BITS_OF_BYTE[data[start]]:
                yield start * 8 + bit
        return
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def united(slots: Iterable[int]) -> int:
    """The set of these positions."""
    data = bytearray()
    for slot in slots:
        if (place := slot >> 3) >= len(data):
            data.extend(bytes(place + 1 - len(data)))
        data[place] |= 1 << (slot & 7)
    return int.from_bytes(data, "little")


class BitSets(Generic[Name]):
    """Named sets; a name that nobody has is the empty set."""

    __slots__ = ("_sets",)

    def __init__(self) -> None:
        self._sets: dict[Name, int] = {}

    def __getitem__(self, name: Name) -> int:
        return self._sets.get(name, 0)

    def items(self) -> ItemsView[Name, int]:
        """Each name that anybody has, and who."""
        return self._sets.items()

    def add(self, names: Iterable[Name], bits: int) -> None:
        """Put members into each of the named sets."""
        for name in names:
            self._sets[name] = self._sets.get(name, 0) | bits

    def discard(self, names: Iterable[Name], bits: int) -> None:
        """Take members out of each of the named sets."""
        for name in names:
            rest = self._sets.get(name, 0) & ~bits
            if rest:
                self._sets[name] = rest
            else:
                self._sets.pop(name, None)


class Planes:
    """A number for everybody, kept as one set for each binary digit: who has a 1 there. The least of any set of people
    is found digit by digit, without looking at anybody. Changes are taken over when somebody asks for the digits."""

    __slots__ = ("_changed", "_digits")

    def __init__(self) -> None:
        self._digits: list[int] = []
        self._changed: dict[int, tuple[int, int]] = {}

    def change(self, slot: int, before: int, after: int) -> None:
        """Let one person's number be another one; both are at least 0."""
        if earlier := self._changed.get(slot):
            before = earlier[0]
        self._changed[slot] = before, after

    def digits(self) -> list[int]:
        """Who has which digit, that of ones first."""
        if self._changed:
            flipped: defaultdict[int, list[int]] = defaultdict(list)
            for slot, (before, after) in self._changed.items():
                for digit in members(before ^ after):
                    flipped[digit].append(slot)
            self._changed.clear()
            for digit, slots in flipped.items():
                self._flip(digit, united(slots) if len(slots) > FEW else sum(1 << slot for slot in slots))
        return self._digits

    def _flip(self, digit: int, bits: int) -> None:
        missing = digit + 1 - len(self._digits)
        self._digits.extend([0] * missing)
        self._digits[digit] ^= bits


def fewest(bits: int, keys: Iterable[int], count: int, enough: int) -> int:
    """A small part of a set in which the first `count` by some order are. Halved until there are at most `enough`.

    `keys` are those who come later by each criterion, the most important first.
    """
    taken = 0
    for later in keys:
        last = bits & later
        if not last:
            continue
        first = bits ^ last
        size = first.bit_count()
        if size >= count:
            bits = first
            if size <= enough:
                break
        elif size:
            taken |= first
            bits = last
            count -= size
    return taken | bits
