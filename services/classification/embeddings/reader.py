"""Reads messages a second time: the first reading's classification, with the judgements of both in it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from schemas.events.message import Classification
from schemas.events.understanding import Judgement as Name
from services.classification.domain import Classifier
from services.classification.domain.classifier import URGENT
from services.classification.domain.heads import Judgement
from services.classification.domain.text import cleaned
from services.classification.embeddings.encoder import Encoder
from services.classification.embeddings.heads import EmbeddingHeads

HEADS_FOLDER: Final = Path(__file__).parent / "model"
JUDGED: Final[tuple[Name, ...]] = ("intent", "sentiment", "urgency")


class Reader:
    """Reads with a classifier and embeddings. May be called from several threads."""

    def __init__(self, classifier: Classifier, encoder: Encoder, heads: EmbeddingHeads) -> None:
        self.classifier = classifier
        self._encoder = encoder
        self._heads = heads

    @classmethod
    def load(cls, classifier: Classifier, folder: Path = HEADS_FOLDER) -> "Reader":
        """Raises EncoderMissing and ModelUnusable."""
        return cls(classifier, Encoder(), EmbeddingHeads.load(folder))

    def classify(self, texts: Sequence[str], brands: Sequence[str] = ()) -> list[Classification]:
        """As `Classifier.classify`, with both readings averaged."""
        return self.again(texts, self.classifier.classify(texts, brands), brands)

    def again(
        self, texts: Sequence[str], labels: Sequence[Classification], brands: Sequence[str] = ()
    ) -> list[Classification]:
        """The labels of the first reading, with what both say together. Safety signals stay, and keep a message urgent."""
        cleans = [cleaned(text) for text in texts]
        first = self.classifier.model.chances_all(cleans, brands)
        judged = self._heads.judge_all(self._encoder.encode(cleans), first)
        return [
            _with(label, judgements, self._heads.name) if clean else label
            for label, judgements, clean in zip(labels, judged, cleans, strict=True)
        ]


def _with(label: Classification, judged: Mapping[str, Judgement], name: str) -> Classification:
    changes: dict[str, Any] = {"model": f"{name} over {label.model}"}
    for head in judged:
        if head == "urgency" and any(signal.kind in URGENT for signal in label.signals):
            continue
        changes |= {head: judged[head].label, f"{head}_confidence": round(judged[head].confidence, 4)}
    return label.model_copy(update=changes)


def surely_changed(before: Classification, after: Classification, sure: float) -> tuple[Name, ...]:
    """The judgements in which the second reading differs and is sure of it."""
    return tuple(
        name
        for name in JUDGED
        if getattr(before, name) != getattr(after, name) and getattr(after, f"{name}_confidence") >= sure
    )


def only(before: Classification, after: Classification, changed: Sequence[Name]) -> Classification:
    """The first reading with these judgements of the second."""
    taken = {each: getattr(after, each) for name in changed for each in (name, f"{name}_confidence")}
    return before.model_copy(update={**taken, "model": after.model})
