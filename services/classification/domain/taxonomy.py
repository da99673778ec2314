"""What a message is about (U1): the words that the organisation's taxonomy gives its topics, found in the text.

Works from day one, without training data. The confidence comes from the margin over the next topic and is not
calibrated: there is nothing to calibrate it on.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from schemas.events.message import Entity, EntityKind
from schemas.organisation_topics import Topic
from services.classification.domain.text import cleaned

_SAME_LANGUAGE = {"nb": "no", "nn": "no"}
_FALLBACK = "en"
_COMPOUNDING = frozenset({"ar", "da", "de", "fi", "he", "hu", "nl", "no", "sv"})
_UNSPACED = frozenset({"ja", "th", "zh"})
_SHORT_WORD = 4
DOUBT = 0.4
"""Evidence that is always against the best topic: one short word alone gives a confidence of about 0.7."""
_MAX_WORD_WEIGHT = 2.0
_EXAMPLE_WORD_WEIGHT = 0.4
_EXAMPLE_WORDS_NEEDED = 2
"""One word of an example may be chance."""
_WORD = re.compile(r"\w{4,}")
LEARNED_WORD = re.compile(r"[^\W\d_]{3,}")
"""What counts as a word when corrections are learned from."""


@dataclass(frozen=True, slots=True)
class TopicGuess:
    """The topic a text is most likely about; an empty id when no word of any topic occurs."""

    topic: str
    skill: str
    confidence: float
    named: tuple[Entity, ...] = ()
    """Everything of the taxonomy that the text names, in the taxonomy's order."""


NOTHING = TopicGuess("", "", 0.0)


class TopicFinder:
    """Word match per language; English words count in every language, all words when the language is not known."""

    def __init__(self, topics: Iterable[Topic], learned: Mapping[str, Mapping[str, float]] | None = None) -> None:
        """`learned`: what corrections say of words, see `Learned.topics`."""
        self._learned = learned or {}
        self._topics = {topic.id: topic for topic in topics}
        self._skills = {topic: self._skill(topic) for topic in self._topics}
        self._kinds = {topic: self._kind(topic) for topic in self._topics}
        self._examples = _example_words(self._topics.values())
        by_language: dict[str, dict[str, set[str]]] = {}
        for topic in self._topics.values():
            for language, words in topic.words.items():
                meaning = by_language.setdefault(_SAME_LANGUAGE.get(language, language), {})
                for word in filter(None, map(cleaned, words)):
                    meaning.setdefault(word, set()).add(topic.id)
        self._by_language = by_language
        self._patterns = {language: _pattern(language, words) for language, words in by_language.items()}

    @property
    def skills(self) -> Mapping[str, str]:
        """Every topic, with the skill that it asks for; empty: none."""
        return self._skills

    def find(self, clean: str, language: str) -> TopicGuess:
        """The topic with most evidence in a text that went through `cleaned`; equal ones in the taxonomy's order."""
        evidence, named = self.evidence(clean, language)
        if not evidence:
            return TopicGuess("", "", 0.0, named) if named else NOTHING
        scores = {topic: self._with_parents(topic, evidence) for topic in self._topics if topic in evidence}
        best = max(scores, key=scores.__getitem__)
        against = max((scores[topic] for topic in scores if not self._related(topic, best)), default=0.0)
        return TopicGuess(best, self._skills[best], scores[best] / (scores[best] + against + DOUBT), named)

    def evidence(self, clean: str, language: str) -> tuple[dict[str, float], tuple[Entity, ...]]:
        """How much speaks for each topic, without its parents and children; and everything that the text names."""
        evidence: dict[str, float] = {}
        for word, topics in self._matches(clean, language).items():
            for topic in topics:
                evidence[topic] = evidence.get(topic, 0.0) + min(0.5 + len(word) / 10, _MAX_WORD_WEIGHT)
        named = tuple(Entity(kind=kind, key=topic) for topic, kind in self._kinds.items() if topic in evidence)
        for topic, weight in (*self._likened(clean, language), *self._taught(clean)):
            evidence[topic] = evidence.get(topic, 0.0) + weight
        evidence = {topic: weight for topic, weight in evidence.items() if weight > DOUBT}
        for topic, kind in self._kinds.items():
            if kind == "place":
                evidence.pop(topic, None)
        return evidence, named

    def _matches(self, clean: str, language: str) -> Mapping[str, set[str]]:
        known = language in self._patterns
        languages = dict.fromkeys((language, _FALLBACK)) if known or language != "und" else self._patterns
        found: dict[str, set[str]] = {}
        for each in languages:
            if each in self._patterns:
                meaning = self._by_language[each]
                for match in self._patterns[each].finditer(clean):
                    found.setdefault(match[1], set()).update(meaning[match[1]])
        return found

    def _likened(self, clean: str, language: str) -> Iterator[tuple[str, float]]:
        """Topics of which the text has several words that are in their examples alone."""
        meaning = self._examples.get(language)
        if meaning:
            counted = Counter(meaning[word] for word in set(_WORD.findall(clean)) if word in meaning)
            yield from (
                (topic, _EXAMPLE_WORD_WEIGHT * number)
                for topic, number in counted.items()
                if number >= _EXAMPLE_WORDS_NEEDED
            )

    def _taught(self, clean: str) -> Iterator[tuple[str, float]]:
        """What corrections say of the text's words; about topics that the taxonomy no longer has, nothing."""
        if self._learned:
            for word in dict.fromkeys(LEARNED_WORD.findall(clean)):
                said = self._learned.get(word, {}).items()
                yield from ((topic, weight) for topic, weight in said if topic in self._topics)

    def _with_parents(self, topic: str, evidence: Mapping[str, float]) -> float:
        """A child that is named itself gains from its parents being named: the more specific topic wins."""
        ancestors = self._ancestors(topic)
        return evidence[topic] + sum(evidence.get(ancestor, 0.0) for ancestor in ancestors)

    def _related(self, one: str, other: str) -> bool:
        return one == other or one in self._ancestors(other) or other in self._ancestors(one)

    def _ancestors(self, topic: str) -> list[str]:
        found: list[str] = []
        parent = self._topics[topic].parent
        while parent and parent in self._topics and parent not in found:
            found.append(parent)
            parent = self._topics[parent].parent
        return found

    def _kind(self, topic: str) -> EntityKind:
        kinds = (self._topics[each].kind for each in (topic, *self._ancestors(topic)))
        return next(filter(None, kinds), "topic")

    def _skill(self, topic: str) -> str:
        skills = (self._topics[each].skill for each in (topic, *self._ancestors(topic)))
        return next(filter(None, skills), "")


def _example_words(topics: Iterable[Topic]) -> dict[str, dict[str, str]]:
    """By language: word -> the one topic in whose examples it is. In other topics' examples, it says nothing."""
    seen: dict[str, dict[str, set[str]]] = {}
    for topic in topics:
        for language, examples in topic.examples.items():
            words = seen.setdefault(_SAME_LANGUAGE.get(language, language), {})
            for word in {word for example in examples for word in _WORD.findall(cleaned(example))}:
                words.setdefault(word, set()).add(topic.id)
    return {
        language: {word: min(meant) for word, meant in words.items() if len(meant) == 1}
        for language, words in seen.items()
    }


def _pattern(language: str, words: Iterable[str]) -> re.Pattern[str]:
    """Matches, without consuming, where a word of the taxonomy stands; the longest first, overlapping ones too.

    Grouped by first letter: the engine then tries a few words at each place instead of all (0.08 ms a message, not 0.54).
    """
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    groups: dict[str, list[str]] = {}
    for word in longest_first:
        groups.setdefault(word[0], []).append(_part(language, word))
    choices = (f"(?={re.escape(letter)})(?:{'|'.join(parts)})" for letter, parts in groups.items())
    return re.compile(f"(?=({'|'.join(choices)}))")


def _part(language: str, word: str) -> str:
    """How one word may stand in a text: short words alone, longer ones also inflected or inside a compound."""
    if language in _UNSPACED:
        return re.escape(word)
    inside = language in _COMPOUNDING and len(word) > _SHORT_WORD
    start = "" if inside or not word[0].isalnum() else r"(?<!\w)"
    if len(word) > _SHORT_WORD or not word[-1].isalnum():
        return start + re.escape(word)
    return start + re.escape(word) + (r"(?!\w{4})" if len(word) == _SHORT_WORD else r"(?!\w)")
