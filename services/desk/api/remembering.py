"""Pieces of pages that are made once for everybody who sees the same, not once for each who looks."""

from collections import OrderedDict
from collections.abc import Callable, Hashable

MOST = 20_000
"""Some 20 MB of lines."""


class Remembered:
    """Texts by all that they are made of; what nobody asked for longest is forgotten first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._texts: OrderedDict[Hashable, str] = OrderedDict()

    def __len__(self) -> int:
        return len(self._texts)

    def get(self, made_of: Hashable, make: Callable[[], str]) -> str:
        """The text, made now if it is not known. What is made of the same must read the same."""
        known = self._texts.get(made_of)
        if known is None:
            known = self._texts[made_of] = make()
            if len(self._texts) > self._most:
                self._texts.popitem(last=False)
        else:
            self._texts.move_to_end(made_of)
        return known
