"""From texts to classifications: language, topic, and the linear judgements, put together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self, cast

from schemas.events.message import Classification, Intent, Sentiment, Signal, Urgency
from schemas.organisation import Organisation
from schemas.organisation_topics import Topic
from services.classification.domain.heads import Judgement, LinearModel, ModelUnusable
from services.classification.domain.language import LanguageDetector, Vote
from services.classification.domain.learned import Learned
from services.classification.domain.personal_data import PersonalDataFinder
from services.classification.domain.signals import find_signals, with_learned
from services.classification.domain.taxonomy import TopicFinder
from services.classification.domain.text import cleaned

DEFAULT_MODEL_FOLDER = Path(__file__).parent.parent / "model"
_SIDE_BY_SIDE = 128
"""As many texts are judged at once: more save no more time, and long ones would take much memory."""
URGENT = frozenset({"danger", "self-harm", "account-takeover"})
"""Signals that make a message urgent, whatever its tone: waiting does harm."""


class Classifier:
    """Judges messages. Load it once; `classify` keeps no state and may be called from several threads."""

    def __init__(
        self,
        languages: LanguageDetector,
        topics: TopicFinder,
        model: LinearModel,
        personal_data: PersonalDataFinder | None = None,
        learned: Learned | None = None,
    ) -> None:
        self._languages = languages
        self._topics = topics
        self._model = model
        self._personal_data = personal_data or PersonalDataFinder()
        self._priors = learned.languages if learned else {}

    @classmethod
    def load(cls, topics: Iterable[Topic], model_folder: Path = DEFAULT_MODEL_FOLDER) -> Self:
        """A classifier for the topics of an organisation (`Organisation.topics`). Raises ModelUnusable."""
        learned = learned_of(model_folder)
        model = LinearModel.load(model_folder)
        return cls(LanguageDetector(), TopicFinder(topics, learned.topics), model, learned=learned)

    @classmethod
    def of(cls, organisation: Organisation, model_folder: Path = DEFAULT_MODEL_FOLDER) -> Self:
        """A classifier that knows an organisation's topics, and its brands' order numbers. Raises ModelUnusable."""
        learned = learned_of(model_folder)
        topics = TopicFinder(organisation.topics, learned.topics)
        personal_data = PersonalDataFinder(organisation.brands)
        return cls(LanguageDetector(), topics, LinearModel.load(model_folder), personal_data, learned)

    @property
    def skills(self) -> Mapping[str, str]:
        """Every topic of the organisation, with the skill that it asks for; empty: none."""
        return self._topics.skills

    @property
    def model(self) -> LinearModel:
        """What judges intent, sentiment and urgency."""
        return self._model

    def classify(self, texts: Sequence[str], brands: Sequence[str] = ()) -> list[Classification]:
        """One classification per text, in their order. Any text will do: empty, emoji only, 100 kB, NUL.

        `brands` names the brand that each text was written to, where that is known.
        """
        of_brands = brands or [""] * len(texts)
        if len(of_brands) != len(texts):
            raise ValueError(f"{len(texts)} texts, but {len(of_brands)} brands")
        found: list[Classification] = []
        for start in range(0, len(texts), _SIDE_BY_SIDE):
            some = slice(start, start + _SIDE_BY_SIDE)
            cleans = [cleaned(text) for text in texts[some]]
            priors = [self._priors.get(brand, {}) for brand in of_brands[some]] if self._priors else ()
            votes = self._languages.detect_all(cleans, priors)
            judged = self._model.judge_all(cleans, of_brands[some])
            found += map(self._put_together, texts[some], of_brands[some], cleans, votes, judged)
        return found

    def _put_together(
        self, text: str, brand: str, clean: str, vote: Vote, judged: Mapping[str, Judgement]
    ) -> Classification:
        guess = self._topics.find(clean, vote.language)
        signals = with_learned(find_signals(text, vote.language), judged)
        urgency = max([judged["urgency"], *_urgent(signals)], key=lambda each: each.label == "high")
        return Classification(
            language=vote.language,
            language_confidence=vote.confidence,
            intent=cast("Intent", judged["intent"].label),
            intent_confidence=judged["intent"].confidence,
            sentiment=cast("Sentiment", judged["sentiment"].label),
            sentiment_confidence=judged["sentiment"].confidence,
            urgency=cast("Urgency", urgency.label),
            urgency_confidence=urgency.confidence,
            topic=guess.topic,
            topic_confidence=guess.confidence,
            skill=guess.skill,
            model=self._model.name,
            signals=signals,
            personal_data=tuple(self._personal_data.find(text, vote.language, brand)),
            entities=guess.named,
        )


def learned_of(model_folder: Path) -> Learned:
    """What corrections say beside a model. Raises ModelUnusable."""
    try:
        return Learned.load(model_folder)
    except (OSError, ValueError) as error:
        raise ModelUnusable(f"{model_folder}: not a usable model: {error}") from error


def _urgent(signals: Iterable[Signal]) -> Iterator[Judgement]:
    yield from (Judgement("high", signal.confidence) for signal in signals if signal.kind in URGENT)
