"""A text as a set of numbered features: hashed words, pairs of words, and sequences of 2 to 4 characters."""

import re
import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

BITS: Final = 18
BUCKETS: Final = 1 << BITS
Features = NDArray[np.int64]

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[^\w\s]")
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_STEP = np.uint64(0x100000001B3)
_SHIFT = np.uint64(64 - BITS)
_LENGTHS = (2, 3, 4)


def features(clean: str) -> Features:
    """The features of a text that went through `cleaned`, each once, in ascending order. Empty for an empty text."""
    if not clean:
        return np.empty(0, dtype=np.int64)
    hashes = np.concatenate([*_sequences(f" {clean} "), *_words(clean)])
    return np.unique((hashes * _SPREAD) >> _SHIFT).astype(np.int64)


def _sequences(text: str) -> list[NDArray[np.uint64]]:
    """One array of hashes per length; a sequence of characters hashes the same wherever it stands."""
    points = np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    found, rolling = [], points
    for length in range(2, max(_LENGTHS) + 1):
        if len(points) < length:
            break
        rolling = (rolling[:-1] * _STEP) ^ points[length - 1 :]
        if length in _LENGTHS:
            found.append(rolling * np.uint64(2 * length + 1))
    return found


def _words(clean: str) -> list[NDArray[np.uint64]]:
    tokens = _TOKEN.findall(clean)
    words = np.array([zlib.crc32(token.encode("utf-8", "replace")) for token in tokens], dtype=np.uint64)
    words = words * np.uint64(0xD6E8FEB86659FD93)
    return [words, (words[:-1] * _STEP) ^ (words[1:] >> np.uint64(7))]
