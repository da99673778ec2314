"""The rules as data: what a rules file says, and reading one with file and line in every error.

`rules/catalogue.yaml` names the rules and says why, once; `rules/<language>.yaml` has their words, one file a language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Annotated, Final

from pydantic import Field, StringConstraints, field_validator

from schemas.phrases.patterns import Matcher, Pattern, PatternInvalid, compile_pattern
from schemas.phrases.rules_file import (
    CATALOGUE,
    RuleId,
    RulesInvalid,
    Strict,
    Words,
    packaged,
    parsed,
    readable,
    require_whole,
)
from services.cases.domain.replycheck.advice import Kind
from services.cases.domain.replycheck.grammar import Promising

DESK_LANGUAGES: Final = frozenset({"en", "nl"})
FALLBACK: Final = "en"
"""Its phrases go with the rules that need no language, where the reply's own language has no file."""


class Named(Strict):
    """A rule in the catalogue."""

    id: RuleId
    kind: Kind
    why: dict[str, Words]
    """By language of the agent's desk."""

    @field_validator("why")
    @classmethod
    def _in_the_languages_of_the_desk(cls, why: dict[str, str]) -> dict[str, str]:
        if why.keys() != DESK_LANGUAGES:
            raise ValueError(f"says why in {', '.join(sorted(why)) or 'no language'}: it must be en and nl")
        return why


class Examples(Strict):
    """Replies that the rule must flag, and such that it must not; they are its tests."""

    bad: tuple[Words, ...] = Field(min_length=1)
    good: tuple[Words, ...] = Field(min_length=1)


class Worded(Strict):
    """A rule in one language."""

    id: RuleId
    patterns: tuple[Words, ...] = ()
    """What it flags; for `no-acknowledgement` what acknowledges a feeling, for `faceless` who does not count as a person."""
    unless: tuple[Words, ...] = ()
    """Not flagged where one of these is in the same sentence."""
    better: Words
    examples: Examples

    _patterns = field_validator("patterns", "unless")(readable)


class RulesFile(Strict):
    """One language."""

    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
    rules: tuple[Worded, ...] = Field(min_length=1)
    promises: Promising


class CatalogueFile(Strict):
    """Every rule there is."""

    rules: tuple[Named, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Rule:
    """A rule in one language, ready to be applied."""

    id: str
    kind: Kind
    why: dict[str, str]
    better: str
    patterns: tuple[Pattern, ...]
    unless: Matcher[None]


@dataclass(frozen=True)
class Ruleset:
    """All rules of one language."""

    language: str
    rules: Mapping[str, Rule]
    file: RulesFile

    @cached_property
    def flagging(self) -> Matcher[Rule]:
        """The patterns that flag; those of the rules about what a reply lacks are not among them."""
        flag = [rule for rule in self.rules.values() if rule.kind not in ("no-acknowledgement", "faceless")]
        return Matcher((rule, pattern) for rule in flag for pattern in rule.patterns)

    @cached_property
    def lacking(self) -> Mapping[str, Matcher[None]]:
        """The patterns of the rules about what a reply lacks."""
        lacks = [rule for rule in self.rules.values() if rule.kind in ("no-acknowledgement", "faceless")]
        return {rule.id: Matcher((None, pattern) for pattern in rule.patterns) for rule in lacks}


def read(name: str, text: str, catalogue: CatalogueFile) -> Ruleset:
    """One language's rules. Raises RulesInvalid."""
    file, node = parsed(name, text, RulesFile)
    require_whole(name, node, file.language, [rule.id for rule in file.rules], {rule.id for rule in catalogue.rules})
    named = {rule.id: rule for rule in catalogue.rules}
    rules = {
        worded.id: Rule(
            worded.id,
            named[worded.id].kind,
            named[worded.id].why,
            worded.better,
            tuple(compile_pattern(pattern) for pattern in worded.patterns),
            Matcher((None, compile_pattern(pattern)) for pattern in worded.unless),
        )
        for worded in file.rules
    }
    return Ruleset(file.language, rules, file)


def read_catalogue(name: str, text: str) -> CatalogueFile:
    """The catalogue. Raises RulesInvalid."""
    return parsed(name, text, CatalogueFile)[0]


@lru_cache(maxsize=1)
def rulesets() -> Mapping[str, Ruleset]:
    """The packaged rules by language, read once. Raises RulesInvalid."""
    texts = packaged(__package__)
    catalogue = read_catalogue(CATALOGUE, texts.pop(CATALOGUE))
    return {found.language: found for found in (read(name, text, catalogue) for name, text in texts.items())}


__all__ = ["FALLBACK", "PatternInvalid", "Rule", "RulesInvalid", "Ruleset", "read", "read_catalogue", "rulesets"]
