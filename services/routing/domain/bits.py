"""Sets of people as the bits of one integer: who speaks, knows, is on shift, is free. And-ing them is the search."""

from collections.abc import Iterable, Iterator


def members(bits: int) -> Iterator[int]:
    """The positions of the bits that are set, lowest first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


class BitSets:
    """Named sets; a name that nobody has is the empty set."""

    __slots__ = ("_sets",)

    def __init__(self) -> None:
        self._sets: dict[str, int] = {}

    def __getitem__(self, name: str) -> int:
        return self._sets.get(name, 0)

    def add(self, names: Iterable[str], bit: int) -> None:
        """Put one member into each of the named sets."""
        for name in names:
            self._sets[name] = self._sets.get(name, 0) | bit

    def discard(self, names: Iterable[str], bit: int) -> None:
        """Take one member out of each of the named sets."""
        for name in names:
            rest = self._sets.get(name, 0) & ~bit
            if rest:
                self._sets[name] = rest
            else:
                self._sets.pop(name, None)
