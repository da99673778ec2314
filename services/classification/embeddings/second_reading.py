"""Reads messages again after they went on, and says where the first reading was surely wrong."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from opentelemetry import metrics
from pydantic import BaseModel, ConfigDict

from schemas.events.message import Classification
from schemas.events.second_reading import MessageReclassified
from schemas.ids import derive
from services.chassis.documents import Collection, Context, Decision
from services.chassis.logs import logger
from services.chassis.repository import Repository
from services.classification.aside import Aside, Seen, kind_thread
from services.classification.embeddings.reader import Reader, only, surely_changed

TOGETHER: Final = 8
"""Some hundred milliseconds of work, so that stopping does not wait for long."""
read_again = metrics.get_meter("casekeeper").create_counter(
    "care_second_reading", "{message}", "Messages that were read a second time, by outcome: same or changed"
)


class Readings(BaseModel):
    """What a conversation's messages were found to be instead, as far as events about it were said."""

    model_config = ConfigDict(frozen=True)

    changed: int = 0


def _no_fields(_: Readings) -> Mapping[str, Any]:
    return {}


READINGS = Collection("second_readings", Readings, _no_fields)


class SecondReading:
    """The worker. What waits for it is lost when the process ends: the first reading stands then."""

    def __init__(self, reader: Reader, aside: Aside, repository: Repository, sure: float) -> None:
        self._reader = reader
        self._aside = aside
        self._repository = repository
        self._sure = sure
        self._thread = kind_thread("second-reading")
        self._log = logger("classification")

    async def work(self) -> None:
        """Read what waits. Raises Unavailable when the store does not answer: those messages are then not read again."""
        while taken := self._aside.take(TOGETHER):
            # What an organisation's own model judged is not ours to doubt.
            seen = [each for each in taken if each.label.model == self._reader.classifier.model.name]
            for each, label in zip(seen, await self._again(seen), strict=True):
                changed = surely_changed(each.label, label, self._sure)
                read_again.add(1, {"outcome": "changed" if changed else "same"})
                if changed:
                    better = only(each.label, label, changed)
                    await self._say(MessageReclassified(message=each.message, classification=better, changed=changed))

    async def _again(self, seen: Sequence[Seen]) -> list[Classification]:
        texts, labels = [each.message.text for each in seen], [each.label for each in seen]
        brands = [each.message.brand for each in seen]
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._reader.again, texts, labels, brands)

    async def _say(self, event: MessageReclassified) -> None:
        """Once per message and model, however often it was read."""
        message = event.message

        def decide(state: Readings | None, _: Context) -> Decision[Readings]:
            return Decision(Readings(changed=(state.changed if state else 0) + 1), [event])

        cause = derive("second-reading", message.id, event.classification.model)
        await self._repository.execute(READINGS, derive("second-reading", message.conversation), cause, decide)
        self._log.info("read otherwise the second time", message_id=message.id, changed=list(event.changed))
