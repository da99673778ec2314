"""What people's corrections say about topics and languages, as numbers beside a model: readable, and small."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

LEARNED_FILE: Final = "learned.json"


@dataclass(frozen=True, slots=True)
class Learned:
    """Weights that are added to what the taxonomy's words and the language detectors say."""

    topics: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """By word: how much it speaks for a topic, or against it."""
    languages: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """By brand: how much likelier than elsewhere a language is, as a logarithm."""

    @classmethod
    def load(cls, folder: Path) -> Self:
        """That of a model's folder; nothing without the file. Raises OSError, and ValueError for what is none."""
        path = folder / LEARNED_FILE
        if not path.is_file():
            return cls()
        stored = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(stored, dict) or stored.keys() != {"topics", "languages"}:
            raise ValueError(f"{LEARNED_FILE}: expected topics and languages")
        return cls(_weights(stored["topics"]), _weights(stored["languages"]))

    def save(self, folder: Path) -> None:
        """The same content is the same file, byte by byte."""
        stored = {"topics": self.topics, "languages": self.languages}
        text = json.dumps(stored, ensure_ascii=False, indent=1, sort_keys=True)
        (folder / LEARNED_FILE).write_text(text + "\n", encoding="utf-8")


def _weights(stored: Any) -> dict[str, dict[str, float]]:
    try:
        return {
            str(key): {str(name): float(value) for name, value in weights.items()} for key, weights in stored.items()
        }
    except (AttributeError, TypeError) as error:
        raise ValueError(f"{LEARNED_FILE}: expected weights: {error}") from error
