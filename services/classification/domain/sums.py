"""Rows added up per text."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def sums(rows: NDArray[Any], ends: NDArray[np.intp]) -> NDArray[np.float32]:
    """The sum of each text's rows, which end before `ends[i]` and begin where those of the text before end; else 0."""
    starts = np.concatenate(([0], ends[:-1]))
    filled = starts < ends
    found = np.zeros((len(ends), *rows.shape[1:]), dtype=np.float32)
    if filled.any():
        found[filled] = np.add.reduceat(rows, starts[filled], axis=0, dtype=np.float32)
    return found
