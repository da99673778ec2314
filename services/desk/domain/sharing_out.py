"""Many cases go to several people: each to who speaks the customer's language, and evenly. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could take cases. `languages` are those that they speak well; `spared`: not while somebody else can."""

    id: str
    brands: frozenset[str]
    languages: frozenset[str]
    cases: int = 0
    """How many they own already."""
    spared: bool = False


@dataclass(frozen=True, slots=True)
class Load:
    """A case that is to go to somebody else than its owner."""

    id: str
    owner: str
    brand: str
    language: str


def shared_out(loads: Sequence[Load], candidates: Sequence[Candidate]) -> Mapping[str, str]:
    """Case to person, in the order of the cases. A case that nobody else of its brand could take is left out."""
    given: Counter[str] = Counter()
    found: dict[str, str] = {}
    for load in loads:
        able = [each for each in candidates if each.id != load.owner and load.brand in each.brands]
        if not able:
            continue
        chosen = min(able, key=lambda each: _rank(each, load.language, given[each.id]))
        given[chosen.id] += 1
        found[load.id] = chosen.id
    return found


def _rank(candidate: Candidate, language: str, given: int) -> tuple[bool, bool, int, str]:
    """The language counts more than whom one would spare, that more than how many cases somebody has."""
    return language not in candidate.languages, candidate.spared, candidate.cases + given, candidate.id
