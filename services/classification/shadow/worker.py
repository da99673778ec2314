"""The candidate judges beside the service, on messages that have gone on; what it says is counted and goes nowhere else."""

import asyncio
from typing import Final

from opentelemetry import metrics

from services.chassis.logs import logger
from services.classification.aside import Aside, kind_thread
from services.classification.domain import Classifier
from services.classification.shadow.counting import ALL, Counted

TOGETHER: Final = 128
_meter = metrics.get_meter("casekeeper")
messages = _meter.create_counter(
    "care_shadow_messages", "{message}", "Messages that the candidate judged too, by language"
)
differences = _meter.create_counter(
    "care_shadow_differences", "{message}", "Messages that it judged otherwise than the current model, by judgement"
)


class Shadow:
    """The worker. `counted` holds what was found since the start of the process."""

    def __init__(self, candidate: Classifier, aside: Aside) -> None:
        self._candidate = candidate
        self._aside = aside
        self._thread = kind_thread("shadow")
        self.counted = Counted()
        self._log = logger("classification")

    async def work(self) -> None:
        """Judge what waits."""
        judged = 0
        while seen := self._aside.take(TOGETHER):
            texts, brands = [each.message.text for each in seen], [each.message.brand for each in seen]
            loop = asyncio.get_running_loop()
            labels = await loop.run_in_executor(self._thread, self._candidate.classify, texts, brands)
            for each, label in zip(seen, labels, strict=True):
                differ = self.counted.count(each.label, label)
                messages.add(1, {"language": each.label.language})
                for name in differ:
                    differences.add(1, {"language": each.label.language, "judgement": name})
            judged += len(seen)
        if judged:
            differ_now = {each.judgement: each.share for each in self.counted.differences() if each.language == ALL}
            self._log.info("shadow", model=self._candidate.model.name, judged=judged, differ_percent=differ_now)
