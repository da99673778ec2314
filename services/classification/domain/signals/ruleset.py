"""The rules of safety signals as data: what a rules file says, and reading one with file and line in every error."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from schemas.events.message import SignalKind
from schemas.phrases.patterns import Matcher, compile_pattern
from schemas.phrases.rules_file import CATALOGUE, RuleId, Strict, Words, packaged, parsed, readable, require_whole


class Named(Strict):
    """A rule in the catalogue."""

    id: RuleId
    kind: SignalKind
    means: Words


class Examples(Strict):
    """Messages in which the rule must see something, and such in which it must not; they are its tests."""

    signals: tuple[Words, ...] = Field(min_length=1)
    harmless: tuple[Words, ...] = Field(min_length=1)


class Worded(Strict):
    """A rule in one language."""

    id: RuleId
    patterns: tuple[Words, ...] = Field(min_length=1)
    unless: tuple[Words, ...] = ()
    """Nothing is seen where one of these is in the same sentence."""
    examples: Examples

    _patterns = field_validator("patterns", "unless")(readable)


class RulesFile(Strict):
    """One language."""

    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
    rules: tuple[Worded, ...] = Field(min_length=1)


class CatalogueFile(Strict):
    """Every rule there is."""

    rules: tuple[Named, ...] = Field(min_length=1)


@dataclass(frozen=True, eq=False)
class Rule:
    """A rule in one language, ready to be applied."""

    id: str
    kind: SignalKind
    unless: Matcher[None]


@dataclass(frozen=True)
class Ruleset:
    """All rules of one language."""

    language: str
    matcher: Matcher[Rule]
    file: RulesFile


def read(name: str, text: str, catalogue: CatalogueFile) -> Ruleset:
    """One language's rules. Raises RulesInvalid."""
    file, node = parsed(name, text, RulesFile)
    require_whole(name, node, file.language, [rule.id for rule in file.rules], {rule.id for rule in catalogue.rules})
    kinds = {rule.id: rule.kind for rule in catalogue.rules}
    owned = [
        (rule, worded)
        for worded in file.rules
        for rule in [
            Rule(worded.id, kinds[worded.id], Matcher((None, compile_pattern(each)) for each in worded.unless))
        ]
    ]
    patterns = ((rule, compile_pattern(pattern)) for rule, worded in owned for pattern in worded.patterns)
    return Ruleset(file.language, Matcher(patterns), file)


def read_catalogue(name: str, text: str) -> CatalogueFile:
    """The catalogue. Raises RulesInvalid."""
    return parsed(name, text, CatalogueFile)[0]


@lru_cache(maxsize=1)
def rulesets() -> Mapping[str, Ruleset]:
    """The packaged rules by language, read once. Raises RulesInvalid."""
    texts = packaged(__package__)
    catalogue = read_catalogue(CATALOGUE, texts.pop(CATALOGUE))
    return {found.language: found for found in (read(name, text, catalogue) for name, text in texts.items())}
