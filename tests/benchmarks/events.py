"""Real events for each hop: the sample's messages, understood by the real classifier, decided on by the real rules.

Every message is somebody else's, so each leads to a case of its own: the most that a message can cost.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from casekeeper.demo.source import Said, Thread, renamed, threads
from schemas.base import Event
from schemas.events.case import CaseAssigned, CaseOpened
from schemas.events.message import Classification, Message, MessageClassified, MessageReceived
from schemas.events.reply import ReplyQueued
from schemas.events.routing import OwnerRequested
from schemas.ids import conversation_id, derive, message_id
from schemas.organisation import Organisation
from schemas.organisation_file import load
from services.cases.domain.arrival import message_arrived
from services.cases.domain.terms import terms_of
from services.classification.domain import Classifier

ANSWER = (
    "Thank you for telling us, and sorry that it troubles you. A colleague who knows this appliance best has looked at"
    " what you wrote: please unplug it for ten minutes, then hold both buttons until the light is green."
)


@dataclass(frozen=True)
class Samples:
    """Messages without end, from the organisation's sample."""

    folder: Path
    now: datetime

    @cached_property
    def organisation(self) -> Organisation:
        return load(self.folder)

    @cached_property
    def _threads(self) -> list[Thread]:
        """One thread a message."""
        found = threads(self.organisation, self.folder / "samples")
        return [
            Thread((replace(said, conversation=f"{said.conversation}-{index}"),))
            for thread in found
            for index, said in enumerate(thread.messages)
        ]

    @cached_property
    def _classifier(self) -> Classifier:
        return Classifier.load(self.organisation.topics)

    @cached_property
    def _labels(self) -> dict[str, Classification]:
        texts = list({thread.messages[0].text for thread in self._threads})
        return dict(zip(texts, self._classifier.classify(texts), strict=True))

    def judge(self, events: Sequence[Event]) -> list[Classification]:
        """What the classifier alone has to do with these messages."""
        return self._classifier.classify([each.message.text for each in events if isinstance(each, MessageReceived)])

    def said(self, count: int, run: str) -> list[Said]:
        """So many messages as a channel would send them; `run` tells those of one run from all others."""
        endless = (renamed(thread, f"{run}-{turn}") for turn in itertools.count() for thread in self._threads)
        return [thread.messages[0] for thread in itertools.islice(endless, count)]

    def received(self, count: int, run: str) -> list[Event]:
        """What ingestion publishes."""
        return [MessageReceived(message=self._message(said)) for said in self.said(count, run)]

    def classified(self, count: int, run: str) -> list[Event]:
        """What classification publishes."""
        return list(self._classified(count, run))

    def owners_wanted(self, count: int, run: str) -> list[Event]:
        """What cases asks of routing."""
        return [each for each in self._opening(count, run) if isinstance(each, OwnerRequested)]

    def opened(self, count: int, run: str) -> list[Event]:
        """What cases publishes that sets a clock."""
        return [each for each in self._opening(count, run) if isinstance(each, CaseOpened)]

    def case_events(self, count: int, run: str) -> list[Event]:
        """What cases publishes until a case has its owner: three events a case."""
        return list(itertools.islice(self._with_owner(count // 3 + 1, run), count))

    def replies(self, count: int, run: str) -> list[Event]:
        """An answer for each message, on the brand's web page."""
        return [self._reply(each) for each in self._classified(count, run)]

    def _message(self, said: Said) -> Message:
        return Message(
            id=message_id(said.brand, said.channel, said.external_id),
            brand=said.brand,
            channel=said.channel,
            conversation=conversation_id(said.brand, said.channel, said.conversation),
            external_id=said.external_id,
            author=said.author,
            text=said.text,
            sent_at=self.now,
            received_at=self.now,
            visibility="public",
        )

    def _classified(self, count: int, run: str) -> Iterator[MessageClassified]:
        for said in self.said(count, run):
            yield MessageClassified(message=self._message(said), classification=self._labels[said.text])

    def _opening(self, count: int, run: str) -> Iterator[Event]:
        terms = {brand.id: terms_of(self.organisation, brand.id) for brand in self.organisation.brands}
        for event in self._classified(count, run):
            yield from message_arrived(None, event, (), terms[event.message.brand], self.now)

    def _with_owner(self, count: int, run: str) -> Iterator[Event]:
        agents = itertools.cycle([person.id for person in self.organisation.people if person.role == "agent"])
        for event in self._opening(count, run):
            if not isinstance(event, OwnerRequested):
                yield event
                continue
            facts = {"case_id": event.case_id, "conversation": event.conversation, "brand": event.brand}
            yield CaseAssigned(**facts, owner=next(agents), request_id=event.request_id, assigned_at=self.now)

    def _reply(self, event: MessageClassified) -> ReplyQueued:
        message = event.message
        page = next(each for each in self.organisation.channels if each.kind == "web" and each.brand == message.brand)
        return ReplyQueued(
            case_id=derive("case", message.conversation, "1"),
            conversation=message.conversation,
            brand=message.brand,
            reply_id=derive("reply", message.id),
            kind="answer",
            author=self.organisation.people[0].id,
            signature=self.organisation.people[0].initials,
            text=ANSWER,
            language=event.classification.language,
            channel=page.id,
            recipient_id=message.author.id,
            in_reply_to=message.external_id,
            queued_at=self.now,
        )
