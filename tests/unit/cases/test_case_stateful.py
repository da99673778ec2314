"""Whatever happens to a conversation, in whatever order and however often: the rules of design 4 hold after every step."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from schemas.events.case import CaseAssigned, CaseClosed, CaseEvent, CaseOpened, CaseReopened, CaseResolved
from schemas.events.delivery import DeliveryFailed, DeliverySent, DeliveryUncertain
from schemas.events.promise import PromiseKept, PromiseMade, PromiseWithdrawn
from schemas.events.reply import ReplyFailed, ReplyQueued, ReplySent, ReplyUncertain
from schemas.events.routing import CapacityReleased, CapacityTaken, OwnerRequested, RoutingRequest, SpecialistRequested
from services.cases.domain import Case, Refused, commands, fold
from services.cases.domain.commands import AnswerConsult
from tests.unit.cases.life import CONVERSATION, EXPERT, OTHER, OWNER, Life, assignment, breach, case_events, offer

ACTORS = st.sampled_from([OWNER, OWNER, OWNER, OTHER])
NUMBERS = st.integers(0, 50)


class Conversations(RuleBasedStateMachine):
    """One conversation with a customer; routing, delivery and follow-up report what they like, people do what they like."""

    def __init__(self) -> None:
        super().__init__()
        self.life = Life()
        self.messages = 0
        self.owners: dict[str, str] = {}

    def case(self, number: int) -> Case:
        """One of the cases, mostly the latest."""
        return self.life.states[-1 if number > 10 else number % len(self.life.states)]

    @rule(back=st.integers(0, 300))
    def message_arrives(self, back: int) -> None:
        self.messages += 1
        minutes = (self.life.now - Life().now).total_seconds() / 60 - back
        self.life.arrives(self.messages, minutes, language=("en", "nl", "und")[back % 3])

    @rule(data=st.data())
    def something_is_redelivered(self, data: st.DataObject) -> None:
        if self.life.heard:
            cause, event = data.draw(st.sampled_from(self.life.heard))
            before = self.life.states
            known = any(cause in document.seen for document in self.life.documents)
            self.life.hear(event, cause)
            assert not known or self.life.states == before

    @rule(minutes=st.integers(1, 3000))
    def time_passes(self, minutes: int) -> None:
        self.life.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.life.documents)
    @rule(number=NUMBERS, owner=st.sampled_from([OWNER, OTHER]))
    def owner_is_assigned(self, number: int, owner: str) -> None:
        self.life.hear(assignment(self.case(number), owner))

    @precondition(lambda self: self.life.documents)
    @rule(number=NUMBERS, specialist=st.sampled_from([EXPERT, "mei"]))
    def specialist_is_offered(self, number: int, specialist: str) -> None:
        case = self.case(number)
        for consult in list(case.consults)[-2:] or ["nothing"]:
            self.life.hear(offer(case, consult, specialist))

    @precondition(lambda self: self.life.documents)
    @rule(number=NUMBERS, which=NUMBERS, report=st.sampled_from(["sent", "sent", "sent", "failed", "uncertain"]))
    def delivery_reports(self, number: int, which: int, report: str) -> None:
        case = self.case(number)
        replies = [*case.replies, "nothing"]
        names = {"case_id": case.id, "conversation": CONVERSATION, "reply_id": replies[-1 - which % len(replies)]}
        if report == "sent":
            self.life.hear(DeliverySent(**names, receipt="r", sent_at=self.life.now))
        else:
            self.life.hear({"failed": DeliveryFailed, "uncertain": DeliveryUncertain}[report](**names, reason="x"))

    @precondition(lambda self: self.life.documents)
    @rule(number=NUMBERS, right=st.booleans())
    def quiet_period_passes(self, number: int, right: bool) -> None:
        case = self.case(number)
        if case.closes_at:
            self.life.hear(breach(case, case.closes_at - timedelta(minutes=0 if right else 1)))

    @precondition(lambda self: self.life.documents)
    @rule(
        actor=ACTORS,
        kind=st.sampled_from(["answer", "holding"]),
        promised=st.sampled_from([None, None, 30, -30]),
        keeps=st.booleans(),
        text=st.sampled_from(["Done", "Done", " ", "x" * 300]),
    )
    def reply_is_written(self, actor: str, kind: str, promised: int | None, keeps: bool, text: str) -> None:
        more: dict[str, object] = {}
        if promised is not None:
            more["promise"] = {"what": "a part", "due_at": self.life.now + timedelta(minutes=promised)}
        if keeps and self.life.case.promises:
            more["keeps_promise"] = list(self.life.case.promises)[-1]
        self.attempt(lambda: self.life.replies(kind, actor, text, **more))

    @precondition(lambda self: self.life.documents)
    @rule(actor=ACTORS, minutes=st.integers(-10, 500))
    def promise_is_made(self, actor: str, minutes: int) -> None:
        self.attempt(lambda: self.life.promises(minutes, actor))

    @precondition(lambda self: self.life.documents)
    @rule(actor=ACTORS)
    def specialist_is_asked(self, actor: str) -> None:
        self.attempt(lambda: self.life.asks(actor))

    @precondition(lambda self: self.life.documents)
    @rule(actor=st.sampled_from([EXPERT, EXPERT, "mei", OWNER]), which=NUMBERS, withdrawn=st.booleans())
    def consult_ends(self, actor: str, which: int, withdrawn: bool) -> None:
        consult = [*self.life.case.consults, "nothing"][which % (len(self.life.case.consults) + 1)]
        answer = AnswerConsult(answer="A new seal")
        if withdrawn:
            self.attempt(
                lambda: self.life.do(lambda case: commands.withdraw_consult(case, consult, actor, self.life.now))
            )
        else:
            self.attempt(
                lambda: self.life.do(lambda case: commands.answer_consult(case, consult, answer, actor, self.life.now))
            )

    @precondition(lambda self: self.life.documents)
    @rule(actor=ACTORS)
    def case_is_resolved(self, actor: str) -> None:
        self.attempt(lambda: self.life.resolves(actor))

    @precondition(lambda self: self.life.documents)
    @rule(actor=st.sampled_from([OWNER, OTHER]), silence=st.booleans())
    def everything_is_brought_to_its_end(self, actor: str, silence: bool) -> None:
        """So that long walks reach resolved and closed cases, and new ones after them."""
        self.life.hear(assignment(self.life.case, actor))
        owner = self.life.case.owner
        while not self.life.case.resolved:
            promise = next((each.id for each in self.life.case.open_promises), "")
            self.life.sent(self.life.replies(actor=owner, keeps_promise=promise))
            for reply in self.life.case.replies.values():
                self.life.sent(reply.id)
            self.attempt(lambda: self.life.resolves(owner))
        if silence:
            self.life.quiet_passes()

    def attempt(self, command: object) -> None:
        """A command that may be refused; then nothing has changed."""
        before, said = self.life.states, len(self.life.said)
        assert callable(command)
        try:
            command()
        except Refused:
            assert (self.life.states, len(self.life.said)) == (before, said)

    @invariant()
    def exactly_one_owner_from_assignment_on_who_never_changes(self) -> None:
        for number, case in enumerate(self.life.states):
            assigned = [event for event in case_events(self.life, number) if isinstance(event, CaseAssigned)]
            assert [event.owner for event in assigned] == ([case.owner] if case.owner else [])
            assert case.owner == self.owners.setdefault(case.id, case.owner) or not self.owners[case.id]
            self.owners[case.id] = case.owner
            assert case.owner or case.status == "new"

    @invariant()
    def a_resolved_case_has_nothing_open(self) -> None:
        for case in self.life.states:
            if case.resolved or case.closed:
                assert not case.open_promises
                assert not case.open_consults

    @invariant()
    def at_most_one_open_case_the_latest(self) -> None:
        assert all(case.closed for case in self.life.states[:-1])
        assert all(later.previous_case == earlier.id for earlier, later in pairwise(self.life.states))

    @invariant()
    def a_promise_is_kept_once_by_a_reply_that_was_sent(self) -> None:
        for number, case in enumerate(self.life.states):
            open_: set[str] = set()
            sent: set[str] = set()
            for event in case_events(self.life, number):
                if isinstance(event, PromiseMade):
                    open_.add(event.promise_id)
                elif isinstance(event, ReplySent):
                    sent.add(event.reply_id)
                elif isinstance(event, PromiseKept):
                    assert event.reply_id in sent
                    assert case.replies[event.reply_id].keeps_promise == event.promise_id
                    open_.remove(event.promise_id)
                elif isinstance(event, PromiseWithdrawn):  # the reply that made it never left
                    open_.remove(event.promise_id)
            assert open_ == {promise.id for promise in case.open_promises}

    @invariant()
    def every_reply_is_queued_once_and_sent_at_most_once_and_then_final(self) -> None:
        for number in range(len(self.life.states)):
            told: dict[str, list[type]] = {}
            for event in case_events(self.life, number):
                if isinstance(event, ReplyQueued | ReplySent | ReplyFailed | ReplyUncertain):
                    told.setdefault(event.reply_id, []).append(type(event))
            for kinds in told.values():
                assert kinds[0] is ReplyQueued
                assert max(Counter(kinds).values()) == 1
                assert ReplySent not in kinds[:-1]

    @invariant()
    def resolving_reopening_and_closing_alternate(self) -> None:
        for number in range(len(self.life.states)):
            turns = [
                type(event)
                for event in case_events(self.life, number)
                if isinstance(event, CaseOpened | CaseReopened | CaseResolved | CaseClosed)
            ]
            follows = {CaseOpened: CaseResolved, CaseReopened: CaseResolved}
            for earlier, later in pairwise(turns):
                assert later is follows.get(earlier, later)
                assert earlier is not CaseClosed
                assert later in (CaseReopened, CaseClosed) or earlier is not CaseResolved

    @invariant()
    def the_events_fold_into_the_state(self) -> None:
        for number, case in enumerate(self.life.states):
            assert fold(case_events(self.life, number)) == case

    @invariant()
    def every_event_names_its_case_and_numbers_have_no_gap(self) -> None:
        next_number: Counter[tuple[int, str]] = Counter()
        for each in self.life.said:
            case, event = self.life.states[each.case], each.event
            assert isinstance(event, CaseEvent | RoutingRequest)
            assert (event.case_id, event.conversation) == (case.id, CONVERSATION)
            assert getattr(event, "brand", case.brand) == case.brand
            assert each.envelope.subject == case.id
            assert each.envelope.key == (CONVERSATION if each.topic == "cases.events" else "care")
            next_number[each.case, each.topic] += 1
            assert each.envelope.sequence == next_number[each.case, each.topic]
        ids = [each.envelope.id for each in self.life.said]
        assert len(set(ids)) == len(ids)

    @invariant()
    def what_is_asked_of_routing_is_held_exactly_while_there_is_work(self) -> None:
        held: Counter[str] = Counter()
        for each in self.life.said:
            event = each.event
            if isinstance(event, OwnerRequested | SpecialistRequested | CapacityTaken):
                held[event.request_id] += 1
            elif isinstance(event, CapacityReleased):
                held[event.request_id] -= 1
            assert not isinstance(event, RoutingRequest) or held[event.request_id] in (0, 1)
        working = sum(1 + len(case.open_consults) for case in self.life.states if not case.resolved)
        assert held.total() == working


TestConversations = Conversations.TestCase
TestConversations.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
