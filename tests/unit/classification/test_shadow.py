"""Two models beside each other: in how many messages of each language they differ, and in what."""

from pathlib import Path
from typing import Any

from schemas.events.message import Classification
from services.classification.aside import Aside
from services.classification.domain import Classifier
from services.classification.shadow import Counted, Difference, Shadow
from tests.unit.classification.candidates import rosy
from tests.unit.classification.test_aside import seen

LABEL = Classification(
    language="nl",
    language_confidence=1,
    intent="question",
    intent_confidence=0.6,
    sentiment="neutral",
    sentiment_confidence=0.6,
    urgency="normal",
    urgency_confidence=0.6,
)


def label(**changes: Any) -> Classification:
    return LABEL.model_copy(update=changes)


def found(counted: Counted, language: str, judgement: str) -> Difference:
    (one,) = (each for each in counted.differences() if (each.language, each.judgement) == (language, judgement))
    return one


def test_what_differs_is_counted_by_language_and_judgement() -> None:
    counted = Counted()
    assert counted.count(label(), label()) == ()
    assert counted.count(label(), label(sentiment="negative", sentiment_confidence=0.9)) == ("sentiment",)
    assert counted.count(label(), label(sentiment="positive", sentiment_confidence=0.5)) == ("sentiment",)
    assert counted.count(label(language="de"), label(intent="request", urgency="high")) == ("intent", "urgency")
    dutch = found(counted, "nl", "sentiment")
    assert (dutch.messages, dutch.differ, dutch.surer, dutch.share) == (3, 2, 1, 66.7)
    assert dutch.most == ("neutral -> negative 1", "neutral -> positive 1")
    assert found(counted, "all", "sentiment").share == 50.0
    assert found(counted, "de", "sentiment").differ == 0
    assert found(counted, "de", "urgency").share == 100.0


def test_all_come_first_then_languages_by_number() -> None:
    counted = Counted()
    for language in ("nl", "de", "de", "ar"):
        counted.count(label(language=language), label())
    assert list(dict.fromkeys(each.language for each in counted.differences())) == ["all", "de", "ar", "nl"]


def test_nothing_judged_is_nothing_said() -> None:
    assert list(Counted().differences()) == []


async def test_the_worker_judges_what_waits_and_counts(classifier: Classifier, tmp_path: Path) -> None:
    aside = Aside("shadow", 1_000)
    worker = Shadow(Classifier.load((), rosy(tmp_path)), aside)
    aside.offer(*seen(classifier, *range(300)))
    await aside.release()
    await worker.work()
    assert found(worker.counted, "en", "sentiment").share == 100.0
    assert found(worker.counted, "en", "intent").differ == 0
    assert worker.counted.messages == {"all": 300, "en": 300}
    assert aside.take(1) == []
