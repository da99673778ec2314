"""Whether all that is in the store came from this instance of the desk."""

LOOKS = 3
"""So many looks in a row nobody else had partitions: by then whoever had some has stored what was in hand."""


class Alone:
    """Remembers for how many looks in a row this instance was alone in handling events."""

    def __init__(self) -> None:
        self._looks = 0

    def surely(self, *, alone: bool) -> bool:
        """Whether nothing of others can have come since the look before; `alone`: whether nobody else has partitions now."""
        self._looks = self._looks + 1 if alone else 0
        return self._looks > LOOKS
