"""Each received message goes on with its classification. Nothing is stored: the same message gives the same event again."""

import asyncio
from collections.abc import Sequence

from schemas.base import Event
from schemas.events.message import MessageClassified, MessageReceived
from services.chassis.table import Table
from services.classification.domain import Classifier


def table(classifier: Classifier) -> Table:
    """The service's map of events to functions."""
    handlers = Table()

    @handlers.transform(MessageReceived)
    async def message_received(events: Sequence[MessageReceived]) -> Sequence[Sequence[Event]]:
        texts = [event.message.text for event in events]
        brands = [event.message.brand for event in events]
        labels = await asyncio.to_thread(classifier.classify, texts, brands)
        return [
            [MessageClassified(message=event.message, classification=label)]
            for event, label in zip(events, labels, strict=True)
        ]

    return handlers
