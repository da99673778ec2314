"""One conversation, lived through the service's own table of handlers and its commands; nothing is stored or sent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from schemas.base import Event
from schemas.envelope import Envelope, parse
from schemas.events.case import CaseEvent
from schemas.events.delivery import DeliverySent
from schemas.events.followup import ClockBreached
from schemas.events.message import Author, Classification, Message, MessageClassified
from schemas.events.routing import Explanation, OwnerAssigned, SpecialistOffered
from schemas.ids import derive
from schemas.organisation import Brand, NotInOrganisation, Person
from services.cases.domain import Case, commands
from services.cases.domain.commands import AskSpecialist, NewPromise, WriteReply
from services.cases.domain.terms import Terms
from services.cases.handlers import deciding, table
from services.cases.store import CASES
from services.chassis.documents import Context, Document, Outgoing

START = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)
CONVERSATION = "conversation-1"
QUIET = timedelta(hours=48)
LIMIT = 280
OWNER, OTHER, EXPERT = "mira", "jonas", "diego"

E = TypeVar("E", bound=Event)


def person(id_: str) -> Person:
    return Person.model_validate(
        {
            "id": id_,
            "name": id_.title(),
            "initials": id_[:2].upper(),
            "role": "agent",
            "email": f"{id_}@example.org",
            "country": "NL",
            "time_zone": "Europe/Amsterdam",
            "languages": {"en": "C1"},
            "brands": ["homely"],
            "hours": "24/7",
        }
    )


BRAND = Brand.model_validate(
    {"id": "homely", "name": "Homely", "purpose": "service", "voice": "Kind.", "pool": "care", "calendar": "always"}
)
TERMS = Terms(BRAND, lambda moment: moment + timedelta(minutes=60), lambda _: LIMIT, person)


def terms_of(brand: str) -> Terms:
    """The terms of the one brand there is."""
    if brand != BRAND.id:
        raise NotInOrganisation("brand", brand, [BRAND.id])
    return TERMS


def message(number: int = 1, minutes: float = 0, **changes: Any) -> MessageClassified:
    """A customer's message, `minutes` after the start, in English about coffee."""
    sent_at = START + timedelta(minutes=minutes)
    label = {"language": "en", "topic": "coffee-machine", "skill": "coffee"} | {
        name: changes.pop(name) for name in ("language", "topic", "skill") if name in changes
    }
    facts: dict[str, Any] = {
        "id": f"message-{number}",
        "brand": "homely",
        "channel": "web",
        "conversation": CONVERSATION,
        "external_id": f"external-{number}",
        "author": Author(id="ana", address="ana@example.org"),
        "text": "It leaks",
        "sent_at": sent_at,
        "received_at": sent_at,
    }
    judged = {"intent": "question", "sentiment": "neutral", "urgency": "normal"}
    sure = {f"{name}_confidence": 0.9 for name in ("language", *judged)}
    return MessageClassified(
        message=Message.model_validate(facts | changes),
        classification=Classification.model_validate({**judged, **sure, **label}),
    )


@dataclass(frozen=True)
class Said:
    """Something that was decided: the event with its envelope, of the case with this number."""

    case: int
    topic: str
    envelope: Envelope

    @property
    def event(self) -> Event:
        return self.envelope.data


class Life:
    """A conversation's cases and everything that they said."""

    def __init__(self) -> None:
        self.now = START
        self.documents: list[Document[Case]] = []
        self.heard: list[tuple[str, Event]] = []
        self._routes, self._decided = table(terms_of).routes, deciding(terms_of)
        self._said: dict[str, Said] = {}
        self._names = (f"cause-{number}" for number in count(1))

    @property
    def states(self) -> tuple[Case, ...]:
        return tuple(document.state for document in self.documents if document.state)

    @property
    def case(self) -> Case:
        """The latest case."""
        return self.states[-1]

    @property
    def status(self) -> str:
        """That of the latest case."""
        return self.case.status

    @property
    def said(self) -> list[Said]:
        """Everything that was said, case by case in order, as it would come out of Kafka."""
        for number, document in enumerate(self.documents):
            for entry in document.outbox:
                if entry.id not in self._said:
                    self._said[entry.id] = Said(number, entry.topic, _parsed(entry))
        return sorted(self._said.values(), key=lambda each: each.case)

    def of(self, kind: type[E]) -> list[E]:
        """The events of one kind."""
        return [each.event for each in self.said if isinstance(each.event, kind)]

    def hear(self, event: Event, cause: str | None = None) -> None:
        """Handle an event as the service does; with the cause of an earlier one it is a redelivery. Raises Rejected."""
        cause = cause or next(self._names)
        self.heard.append((cause, event))
        if any(cause in document.seen for document in self.documents):
            return
        (route,) = self._routes[event.type]
        id_ = route.locate(event, self.states)
        document = next((each for each in self.documents if each.id == id_), None)
        new = document or Document(CASES, id_, CONVERSATION, number=len(self.documents) + 1)
        context = Context(self.now, cause, self.states)
        if decision := route.handler(new.state, event, context):
            new.apply(decision, context, "casekeeper/cases", {})
            if document is None:
                self.documents.append(new)

    def do(self, rule: Callable[[Case], Sequence[Event]], case: int = -1) -> Sequence[Event]:
        """Carry a command out on one case. Raises Refused; then nothing has changed."""
        document = self.documents[case]
        assert document.state
        events = rule(document.state)
        if decision := self._decided(document.state, events):
            document.apply(decision, Context(self.now, next(self._names)), "casekeeper/cases", {})
        return events

    # What people do, in short.

    def arrives(self, number: int = 1, minutes: float = 0, **changes: Any) -> "Life":
        self.hear(message(number, minutes, **changes))
        return self

    def assigned(self, owner: str = OWNER) -> "Life":
        self.hear(assignment(self.case, owner))
        return self

    def replies(self, kind: str = "answer", actor: str = OWNER, text: str = "Done", **more: Any) -> str:
        """Queue a reply; returns its id."""
        reply_id = f"reply-{len(self.case.replies) + 1}-of-{len(self.documents)}"
        command = WriteReply.model_validate({"kind": kind, "text": text} | more)
        self.do(lambda case: commands.reply(case, command, actor, TERMS, reply_id, self.now))
        return reply_id

    def sent(self, reply_id: str) -> "Life":
        self.hear(DeliverySent(**facts(self.case), reply_id=reply_id, receipt="r", sent_at=self.now))
        return self

    def answered(self) -> "Life":
        """An answer is written and sent."""
        return self.sent(self.replies())

    def promises(self, minutes: float = 60, actor: str = OWNER) -> str:
        """Record a promise; returns its id."""
        promise_id = f"promise-{len(self.case.promises) + 1}-of-{len(self.documents)}"
        command = NewPromise(what="a part", due_at=self.now + timedelta(minutes=minutes))
        self.do(lambda case: commands.promise(case, command, actor, promise_id, self.now))
        return promise_id

    def asks(self, actor: str = OWNER, **changes: Any) -> str:
        """Ask a specialist; returns the consult's id."""
        consult_id = f"consult-{len(self.case.consults) + 1}-of-{len(self.documents)}"
        command = AskSpecialist.model_validate({"question": "Why does it leak?"} | changes)
        self.do(lambda case: commands.ask_specialist(case, command, actor, TERMS, consult_id, self.now))
        return consult_id

    def offered(self, consult_id: str, specialist: str = EXPERT) -> "Life":
        self.hear(offer(self.case, consult_id, specialist))
        return self

    def resolves(self, actor: str = OWNER) -> "Life":
        self.do(lambda case: commands.resolve(case, actor, TERMS, self.now))
        return self

    def quiet_passes(self) -> "Life":
        """Nobody says a word until the case closes."""
        assert self.case.closes_at
        self.now = self.case.closes_at
        self.hear(breach(self.case, self.now))
        return self


def facts(case: Case) -> dict[str, str]:
    return {"case_id": case.id, "conversation": case.conversation}


def assignment(case: Case, owner: str) -> OwnerAssigned:
    """What routing says when it has found an owner."""
    return OwnerAssigned(
        **facts(case), request_id=derive("owner", case.id), person=owner, explanation=Explanation(), decided_at=START
    )


def offer(case: Case, consult_id: str, specialist: str) -> SpecialistOffered:
    """What routing says when it has found a specialist."""
    return SpecialistOffered(
        **facts(case),
        request_id=derive("specialist", consult_id),
        consult_id=consult_id,
        person=specialist,
        country="AR",
        explanation=Explanation(),
        decided_at=START,
    )


def breach(case: Case, due_at: datetime, kind: Any = "closing") -> ClockBreached:
    """What follow-up says when the quiet period has passed."""
    names = {"clock_id": f"closing-{case.id}", "subject_id": case.id, "brand": case.brand}
    return ClockBreached(**facts(case), **names, kind=kind, due_at=due_at)


def case_events(life: Life, case: int) -> list[CaseEvent]:
    """What one case said on its own topic, in order."""
    return [
        each.event
        for each in life.said
        if each.case == case and each.topic == "cases.events" and isinstance(each.event, CaseEvent)
    ]


def _parsed(entry: Outgoing) -> Envelope:
    headers = [(name, text.encode()) for name, text in entry.headers.items()]
    return parse(entry.key.encode(), entry.value.encode(), headers)
