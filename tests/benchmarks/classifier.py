"""How long the classifier takes for a message: one by one, and in batches as the service reads them (U1)."""

import statistics
import time
from itertools import pairwise
from typing import Any

from services.classification.domain import Classifier
from services.classification.training.corpus import written_examples

BATCH = 500


def measure(rounds: int) -> dict[str, Any]:
    """Processor milliseconds a message. The messages are those the model learned from, two and two put together."""
    texts = [row.text for row in written_examples()]
    messages = [f"{one} {other}" for one, other in pairwise(texts)][:BATCH]
    classifier = Classifier.load(())
    classifier.classify(messages)
    single = [_spent(classifier, [message]) for message in messages]
    batches = [_spent(classifier, messages) / BATCH for _ in range(rounds)]
    return {
        "single_p50_milliseconds": statistics.median(single),
        "single_p99_milliseconds": statistics.quantiles(single, n=100)[-1],
        "batch_milliseconds": statistics.median(batches),
        "batch_messages_per_second": 1000 / statistics.median(batches),
    }


def _spent(classifier: Classifier, texts: list[str]) -> float:
    start = time.process_time()
    classifier.classify(texts)
    return 1000 * (time.process_time() - start)
