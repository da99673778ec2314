"""From texts to classifications: language, topic, and the linear judgements, put together."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self, cast

from schemas.events.message import Classification, Intent, Sentiment, Urgency
from schemas.organisation import Organisation
from schemas.organisation_topics import Topic
from services.classification.domain.heads import LinearModel
from services.classification.domain.language import LanguageDetector
from services.classification.domain.personal_data import PersonalDataFinder
from services.classification.domain.signals import find_signals, with_learned
from services.classification.domain.taxonomy import TopicFinder
from services.classification.domain.text import cleaned

DEFAULT_MODEL_FOLDER = Path(__file__).parent.parent / "model"


class Classifier:
    """Judges messages. Load it once; `classify` keeps no state and may be called from several threads."""

    def __init__(
        self,
        languages: LanguageDetector,
        topics: TopicFinder,
        model: LinearModel,
        personal_data: PersonalDataFinder | None = None,
    ) -> None:
        self._languages = languages
        self._topics = topics
        self._model = model
        self._personal_data = personal_data or PersonalDataFinder()

    @classmethod
    def load(cls, topics: Iterable[Topic], model_folder: Path = DEFAULT_MODEL_FOLDER) -> Self:
        """A classifier for the topics of an organisation (`Organisation.topics`). Raises ModelUnusable."""
        return cls(LanguageDetector(), TopicFinder(topics), LinearModel.load(model_folder))

    @classmethod
    def of(cls, organisation: Organisation, model_folder: Path = DEFAULT_MODEL_FOLDER) -> Self:
        """A classifier that knows an organisation's topics, and its brands' order numbers. Raises ModelUnusable."""
        model = LinearModel.load(model_folder)
        return cls(LanguageDetector(), TopicFinder(organisation.topics), model, PersonalDataFinder(organisation.brands))

    def classify(self, texts: Sequence[str], brands: Sequence[str] = ()) -> list[Classification]:
        """One classification per text, in their order. Any text will do: empty, emoji only, 100 kB, NUL.

        `brands` names the brand that each text was written to, where that is known.
        """
        of_brands = brands or [""] * len(texts)
        return [self._classify(text, brand) for text, brand in zip(texts, of_brands, strict=True)]

    def _classify(self, text: str, brand: str) -> Classification:
        clean = cleaned(text)
        vote = self._languages.detect(clean)
        guess = self._topics.find(clean, vote.language)
        judged = self._model.judge(clean)
        return Classification(
            language=vote.language,
            language_confidence=vote.confidence,
            intent=cast("Intent", judged["intent"].label),
            intent_confidence=judged["intent"].confidence,
            sentiment=cast("Sentiment", judged["sentiment"].label),
            sentiment_confidence=judged["sentiment"].confidence,
            urgency=cast("Urgency", judged["urgency"].label),
            urgency_confidence=judged["urgency"].confidence,
            topic=guess.topic,
            topic_confidence=guess.confidence,
            skill=guess.skill,
            model=self._model.name,
            signals=with_learned(find_signals(text, vote.language), judged),
            personal_data=tuple(self._personal_data.find(text, vote.language, brand)),
            entities=guess.named,
        )
