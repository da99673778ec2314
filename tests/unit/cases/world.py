"""Several conversations of one service: what cases say on their own topic comes back to them, in any order."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from schemas.base import Event
from schemas.envelope import Envelope, parse
from schemas.events.delivery import DeliverySent
from schemas.events.message import Author
from schemas.ids import derive
from services.cases.domain import Case
from services.cases.domain.addressee import addressee
from services.cases.domain.commands.merging import MergeCase, SplitCase, merge, split
from services.cases.handlers import deciding, table
from services.cases.own_topic import hear_of_cases
from services.cases.store import CASES
from services.chassis.documents import Context, Document
from tests.unit.cases.life import OWNER, START, TERMS, assignment, message, terms_of

E = TypeVar("E", bound=Event)
WEB, MAIL, PHONE = "web-1", "mail-1", "phone-1"
REASON = "the same leak"


class World:
    """Every case of every conversation. `waiting` is what the cases have said and not heard yet."""

    def __init__(self) -> None:
        self.now = START
        self.documents: dict[str, Document[Case]] = {}
        self.envelopes: list[Envelope] = []
        self.waiting: list[Envelope] = []
        self._handlers = table(terms_of)
        hear_of_cases(self._handlers, terms_of)
        self._taken: set[str] = set()
        self._count = 0

    def lane(self, conversation: str) -> list[Document[Case]]:
        mine = [document for document in self.documents.values() if document.lane == conversation]
        return sorted(mine, key=lambda document: document.number)

    def cases(self, conversation: str) -> list[Case]:
        """The conversation's cases, oldest first."""
        return [document.state for document in self.lane(conversation) if document.state]

    def case(self, conversation: str) -> Case:
        """The conversation's latest case."""
        return self.cases(conversation)[-1]

    def state(self, case_id: str) -> Case:
        found = self.documents[case_id].state
        assert found
        return found

    def of(self, kind: type[E]) -> list[E]:
        """All events of one kind, in the order in which they were said."""
        return [each.data for each in self.envelopes if isinstance(each.data, kind)]

    def hear(self, event: Event, cause: str = "") -> None:
        """Handle one event as the service does; the same cause again is a redelivery."""
        (route,) = self._handlers.routes[event.type]
        lane = route.lane(event)
        documents = self.lane(lane)
        cause = cause or self._name("cause")
        if any(cause in document.seen for document in documents):
            return
        siblings = tuple(document.state for document in documents)
        id_ = route.locate(event, siblings)
        document = self.documents.get(id_) or Document(CASES, id_, lane, number=len(documents) + 1)
        context = Context(self.now, cause, siblings)
        if decision := route.handler(document.state, event, context):
            document.apply(decision, context, "casekeeper/cases", {})
            self.documents[id_] = document
            self._take(document)

    def settle(self, *, twice: bool = False, latest_first: bool = False) -> "World":
        """Let the cases hear what they said, until they have nothing more to say to each other."""
        for _ in range(1000):
            if not self.waiting:
                return self
            self.react(self.waiting.pop(-1 if latest_first else 0), twice=twice)
        raise AssertionError("the cases talk to each other for ever")

    def react(self, envelope: Envelope, *, twice: bool = False) -> None:
        """Hear one event that the cases said themselves."""
        if envelope.type in self._handlers.routes:
            for _ in range(2 if twice else 1):
                self.hear(envelope.data, envelope.id)

    def do(self, case_id: str, rule: Callable[[Case], Sequence[Event]]) -> Sequence[Event]:
        """Carry out a command. Raises Refused."""
        document = self.documents[case_id]
        assert document.state
        events = rule(document.state)
        if decision := deciding(terms_of)(document.state, events):
            document.apply(decision, Context(self.now, self._name("command")), "casekeeper/cases", {})
            self._take(document)
        return events

    # What people do, in short.

    def writes(self, conversation: str, number: int, minutes: float = 0, **changes: Any) -> "World":
        """The customer writes; one author on all channels, each channel with an id of its own for them."""
        channel = conversation.partition("-")[0]
        facts = {"conversation": conversation, "channel": channel, "author": Author(id=f"ana-{channel}")}
        self.now = max(self.now, START + timedelta(minutes=minutes))
        self.hear(message(number, minutes, **(facts | changes)))
        return self

    def owned(self, conversation: str, number: int, owner: str = OWNER, minutes: float = 0) -> Case:
        """A case of that conversation with its owner."""
        self.writes(conversation, number, minutes)
        self.hear(assignment(self.case(conversation), owner))
        return self.case(conversation)

    def sent(self, case_id: str, reply_id: str) -> None:
        case = self.state(case_id)
        facts = {"case_id": case.id, "conversation": case.conversation}
        self.hear(DeliverySent(**facts, reply_id=reply_id, receipt="r", sent_at=self.now))

    def merges(
        self, source: Case, target: Case, actor: str = OWNER, *, one_customer: bool = True, terms: Any = TERMS
    ) -> Sequence[Event]:
        """Merge as they are known now."""
        command = MergeCase(into=target.id, reason=REASON)
        return self.do(
            source.id, lambda case: merge(case, self.state(target.id), command, actor, terms, one_customer, self.now)
        )

    def splits(self, case: Case, *messages: str, actor: str = OWNER, terms: Any = TERMS) -> str:
        """Split messages off; returns the id of the new case."""
        new_case = derive("split", case.id, self._name("split"))
        command = SplitCase(messages=messages, reason="another matter")
        self.do(case.id, lambda state: split(state, command, actor, terms, new_case, self.now))
        return new_case

    def answers_at(self, case_id: str) -> tuple[str, str]:
        """Channel and conversation to which a reply of this case goes now; an empty conversation is its own."""
        found = addressee(self.state(case_id))
        return found.channel, found.to_conversation

    def _name(self, kind: str) -> str:
        self._count += 1
        return f"{kind}-{self._count}"

    def _take(self, document: Document[Case]) -> None:
        for entry in document.outbox:
            if entry.id not in self._taken:
                self._taken.add(entry.id)
                headers = [(name, text.encode()) for name, text in entry.headers.items()]
                envelope = parse(entry.key.encode(), entry.value.encode(), headers)
                self.envelopes.append(envelope)
                self.waiting.append(envelope)
