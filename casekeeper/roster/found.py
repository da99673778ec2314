"""What a file of a roster has in it, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from services.routing.domain.rostering import Entry


@dataclass(slots=True)
class Found:
    """The entries of a file. With any problem, none of them counts."""

    entries: list[Entry] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, facts: Mapping[str, str]) -> None:
        """One more entry, or why it is none."""
        try:
            self.entries.append(Entry.model_validate(facts))
        except ValidationError as error:
            self.problems += [f"{facts['source']}: {_sentence(each)}" for each in error.errors()]


def _sentence(error: object) -> str:
    found = dict(error)  # type: ignore[call-overload]
    words = str(found["msg"]).removeprefix("Value error, ")
    place, value = found["loc"][0], found["input"]
    if place in ("start", "end"):
        return f"{place}: {value!r} is no date as 2026-11-24 and no time as 2026-11-24 09:00"
    return f"{place}: {value!r}: {words}"
