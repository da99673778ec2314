"""A text as a set of numbered features: hashed words, pairs of words, and sequences of 2 to 4 characters."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from zlib import crc32

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
_CLOSING = " .!…"
"""Left out at the end: whether somebody ends with a full stop or with three exclamation marks says too little."""
_NO_KEY = np.uint64(2**64 - 1)
Hashes = tuple[NDArray[np.uint64], NDArray[np.uint64]]


@dataclass(frozen=True, slots=True)
class Found:
    """The features of several texts, one text after the other; those of text `i` end before `ends[i]`."""

    buckets: Features
    ends: NDArray[np.intp]


def features(clean: str) -> Features:
    """The features of a text that went through `cleaned`, each once, in ascending order. Empty for an empty text."""
    return features_of([clean]).buckets


def features_of(cleans: Sequence[str]) -> Found:
    """The features of several texts at once, each as `features` gives them: many short arrays would cost more time."""
    cleans = [clean.rstrip(_CLOSING) for clean in cleans]
    hashes, owners = zip(*_sequences(cleans), *_words(cleans), strict=True)
    buckets = (np.concatenate(hashes) * _SPREAD) >> _SHIFT
    keys = np.sort((np.concatenate(owners) << np.uint64(BITS)) | buckets)
    keys = keys[np.diff(keys, prepend=_NO_KEY) != 0]
    ends = np.searchsorted(keys, np.arange(1, len(cleans) + 1, dtype=np.uint64) << np.uint64(BITS))
    return Found((keys & np.uint64(BUCKETS - 1)).astype(np.int64), ends)


def _sequences(cleans: Sequence[str]) -> Iterator[Hashes]:
    """The hashes of each length, with whose they are; a sequence of characters hashes the same wherever it stands."""
    padded = [f" {clean} " if clean else "" for clean in cleans]
    owners = _owners(map(len, padded))
    points = np.frombuffer("".join(padded).encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    rolling = points
    for length in range(2, max(_LENGTHS) + 1):
        rolling = (rolling[:-1] * _STEP) ^ points[length - 1 :]
        if length in _LENGTHS:
            whole = owners[: len(rolling)] == owners[length - 1 :]
            yield rolling[whole] * np.uint64(2 * length + 1), owners[: len(rolling)][whole]


def _words(cleans: Sequence[str]) -> Iterator[Hashes]:
    tokens = [_TOKEN.findall(clean) for clean in cleans]
    owners = _owners(map(len, tokens))
    words = np.fromiter((crc32(token.encode("utf-8", "replace")) for each in tokens for token in each), dtype=np.uint64)
    words = words * np.uint64(0xD6E8FEB86659FD93)
    yield words, owners
    neighbours = owners[:-1] == owners[1:]
    yield ((words[:-1] * _STEP) ^ (words[1:] >> np.uint64(7)))[neighbours], owners[:-1][neighbours]


def _owners(lengths: Iterable[int]) -> NDArray[np.uint64]:
    repeats = np.fromiter(lengths, dtype=np.intp)
    return np.repeat(np.arange(len(repeats), dtype=np.uint64), repeats)
