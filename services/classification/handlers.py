"""Each received message goes on with its classification. Nothing is stored: the same message gives the same event again."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from schemas.base import Event
from schemas.events.message import Classification, Message, MessageClassified, MessageReceived
from services.chassis.table import Table
from services.classification.domain import Classifier
from services.classification.own_model import OwnModel

Judge = Callable[[Sequence[Message]], Awaitable[Sequence[Classification]]]
Watch = Callable[[Sequence[Message], Sequence[Classification]], None]


def judge_with(classifier: Classifier, own_model: OwnModel | None = None) -> Judge:
    """Judges as the classifier does, and where there is an own model, as that one says."""

    async def judge(messages: Sequence[Message]) -> Sequence[Classification]:
        texts, brands = [message.text for message in messages], [message.brand for message in messages]
        labels = await asyncio.to_thread(classifier.classify, texts, brands)
        return await own_model.judge(messages, labels) if own_model else labels

    return judge


def table(judge: Judge, watch: Sequence[Watch] = ()) -> Table:
    """The service's map of events to functions. `watch` hears of every batch before it goes on, and must not wait."""
    handlers = Table()

    @handlers.transform(MessageReceived)
    async def message_received(events: Sequence[MessageReceived]) -> Sequence[Sequence[Event]]:
        messages = [event.message for event in events]
        labels = await judge(messages)
        for each in watch:
            each(messages, labels)
        return [
            [MessageClassified(message=event.message, classification=label)]
            for event, label in zip(events, labels, strict=True)
        ]

    return handlers
