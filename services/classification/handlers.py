"""Each received message goes on with its classification, and so do the words on a survey's page. Nothing is stored: the same
message gives the same event again."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from schemas.base import Event
from schemas.events.message import Classification, Message, MessageClassified, MessageReceived
from schemas.events.survey import SurveyAnswered, SurveyClassified
from services.chassis.table import Table
from services.classification.domain import Classifier
from services.classification.own_model import OwnModel

Judge = Callable[[Sequence[str], Sequence[str]], Awaitable[Sequence[Classification]]]
"""Texts, and the brand that each was written to."""
Watch = Callable[[Sequence[Message], Sequence[Classification]], None]


def judge_with(classifier: Classifier, own_model: OwnModel | None = None) -> Judge:
    """Judges as the classifier does, and where there is an own model, as that one says."""

    async def judge(texts: Sequence[str], brands: Sequence[str]) -> Sequence[Classification]:
        labels = await asyncio.to_thread(classifier.classify, texts, brands)
        return await own_model.judge(texts, brands, labels) if own_model else labels

    return judge


def table(judge: Judge, watch: Sequence[Watch] = ()) -> Table:
    """The service's map of events to functions. `watch` hears of every batch before it goes on, and must not wait."""
    handlers = Table()

    @handlers.transform(MessageReceived)
    async def message_received(events: Sequence[MessageReceived]) -> Sequence[Sequence[Event]]:
        messages = [event.message for event in events]
        labels = await judge([message.text for message in messages], [message.brand for message in messages])
        for each in watch:
            each(messages, labels)
        return [
            [MessageClassified(message=event.message, classification=label)]
            for event, label in zip(events, labels, strict=True)
        ]

    @handlers.transform(SurveyAnswered)
    async def survey_answered(events: Sequence[SurveyAnswered]) -> Sequence[Sequence[Event]]:
        said = [event for event in events if _unread(event)]
        labels = iter(await judge([event.comment for event in said], [event.brand for event in said]))
        return [[_read(event, next(labels))] if _unread(event) else [] for event in events]

    return handlers


def _unread(event: SurveyAnswered) -> bool:
    """Whether there are words that came by the page: those of a conversation came as a message."""
    return event.way == "link" and bool(event.comment.strip())


def _read(event: SurveyAnswered, label: Classification) -> SurveyClassified:
    facts = {"survey_id": event.survey_id, "case_id": event.case_id}
    return SurveyClassified(**facts, conversation=event.conversation, brand=event.brand, classification=label)
