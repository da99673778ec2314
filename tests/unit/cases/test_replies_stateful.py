"""Whatever people, coaches, delivery and time do to replies, in whatever order: rule 4 and P1 hold after every step."""

from collections.abc import Callable
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from schemas.events.approval import ApprovalGiven, ApprovalRequested
from schemas.events.delivery import DeliveryFailed, DeliverySent, DeliveryUncertain
from schemas.events.reply import ReplyDrafted, ReplyQueued, ReplySent
from services.cases.domain import Refused, fold
from services.cases.domain.commands.sending import unsent
from services.cases.domain.records import Reply
from tests.unit.cases.life import OTHER, OWNER, case_events, facts
from tests.unit.cases.replying import COACH, SECOND, SHADOW, Waits, owned

WRITERS = st.sampled_from([OWNER, OWNER, OWNER, OWNER, OWNER, OTHER, SHADOW])
COACHES = st.sampled_from([COACH, COACH, SECOND, OWNER])
WHICH = st.integers(0, 3)
BEHIND = st.sampled_from([0, 0, 0, 0, 1])
"""How many versions behind the latest somebody is."""
LATER = st.sampled_from([None, None, 30, 90])


class Replies(RuleBasedStateMachine):
    """One case under a policy that is drawn once; the owner's stage changes on the way."""

    @initialize(
        undo=st.sampled_from([0, 0, 30]), public=st.booleans(), stage=st.sampled_from(["supervised", "independent"])
    )
    def begins(self, undo: int, public: bool, stage: str) -> None:
        self.life: Waits = owned("public", undo_seconds=undo, approve_public_replies=public)
        self.life.stages[OWNER] = stage
        self.needs: dict[str, bool] = {}
        """Whether the reply that leaves had to be seen, by its id: as its author's stage and the policy were then."""

    def must(self) -> bool:
        policy = self.life.policy["approve_public_replies"]
        return bool(policy) or self.life.stages.get(OWNER) == "supervised"

    def drafts(self) -> list[Reply]:
        return [each for each in self.life.case.replies.values() if each.status == "draft"]

    def new(self) -> str:
        """The id of another reply."""
        return f"r{len(self.life.case.replies) + 1}"

    @rule(actor=WRITERS, text=st.sampled_from(["Hello", "Sorry", " "]))
    def drafted(self, actor: str, text: str) -> None:
        self.attempt(lambda: self.life.drafts(actor, self.new(), text=text))

    @precondition(drafts)
    @rule(actor=WRITERS, which=WHICH, behind=BEHIND, text=st.sampled_from(["Better", "Best"]))
    def changed(self, actor: str, which: int, behind: int, text: str) -> None:
        one = self.drafts()[-1 - which % len(self.drafts())]
        self.attempt(lambda: self.life.changes(max(1, one.version - behind), actor, one.id, text=text))

    @precondition(drafts)
    @rule(actor=WRITERS, which=WHICH)
    def discarded(self, actor: str, which: int) -> None:
        one = self.drafts()[-1 - which % len(self.drafts())]
        self.attempt(lambda: self.life.discards(actor, one.id))

    @precondition(drafts)
    @rule(actor=WRITERS, which=WHICH, behind=BEHIND, minutes=LATER)
    def sent_off(self, actor: str, which: int, behind: int, minutes: int | None) -> None:
        one = self.drafts()[-1 - which % len(self.drafts())]
        at = {"send_at": self.life.now + timedelta(minutes=minutes)} if minutes else {}
        if self.attempt(lambda: self.life.sends(max(1, one.version - behind), actor, one.id, **at)):
            self.needs[one.id] = self.must()

    @rule(actor=WRITERS, minutes=LATER, promised=st.sampled_from([None, 60]))
    def written(self, actor: str, minutes: int | None, promised: int | None) -> None:
        id_ = self.new()
        fields: dict[str, object] = {"send_at": self.life.now + timedelta(minutes=minutes)} if minutes else {}
        if promised:
            fields["promise"] = {"what": "a part", "due_at": self.life.now + timedelta(minutes=promised)}
        if self.attempt(lambda: self.life.writes(actor, id_, **fields)):
            self.needs[id_] = self.must()

    @precondition(lambda self: self.life.case.replies)
    @rule(actor=WRITERS, which=WHICH)
    def cancelled(self, actor: str, which: int) -> None:
        ids = list(self.life.case.replies)
        self.attempt(lambda: self.life.cancels(actor, ids[-1 - which % len(ids)]))

    @precondition(lambda self: self.life.case.approvals)
    @rule(actor=COACHES, what=st.sampled_from(["approve", "approve", "edit", "refuse", "withdraw"]))
    def four_eyes(self, actor: str, what: str) -> None:
        for approval in list(self.life.case.approvals)[-2:]:
            tried: dict[str, Callable[[], object]] = {
                "approve": lambda id_=approval: self.life.approves(actor, id_),
                "edit": lambda id_=approval: self.life.approves(actor, id_, text="Kinder"),
                "refuse": lambda id_=approval: self.life.refuses(actor, id_),
                "withdraw": lambda id_=approval: self.life.withdraws(actor, id_),
            }
            self.attempt(tried[what])

    @rule(minutes=st.sampled_from([1, 20, 100]))
    def time_passes(self, minutes: int) -> None:
        self.life.waits(minutes=minutes)

    @rule(stage=st.sampled_from(["supervised", "supervised", "independent", "independent", "shadow"]))
    def the_owner_grows(self, stage: str) -> None:
        self.life.stages[OWNER] = stage

    @rule(which=st.integers(0, 5), report=st.sampled_from(["sent", "sent", "failed", "uncertain", "cancelled"]))
    def delivery_reports(self, which: int, report: str) -> None:
        queued = [event.reply_id for event in self.life.of(ReplyQueued)]
        for id_ in queued[which : which + 1]:
            names = {**facts(self.life.case), "reply_id": id_}
            if report == "cancelled":
                self.life.kept_back(id_)
            elif report == "sent":
                self.life.hear(DeliverySent(**names, receipt="r", sent_at=self.life.now))
            else:
                kind = DeliveryFailed if report == "failed" else DeliveryUncertain
                self.life.hear(kind(**names, reason="x"))

    @rule()
    def message_arrives(self) -> None:
        self.life.arrives(self.life.case.messages + 1, visibility="public")

    def attempt(self, command: Callable[[], object]) -> bool:
        """A command that may be refused; then nothing has changed."""
        before, said = self.life.case, len(self.life.said)
        try:
            command()
        except Refused:
            assert (self.life.case, len(self.life.said)) == (before, said)
            return False
        return True

    @invariant()
    def the_events_fold_into_the_state(self) -> None:
        assert fold(case_events(self.life, 0)) == self.life.case

    @invariant()
    def a_reply_is_held_exactly_while_one_approval_waits(self) -> None:
        waiting = [each.subject_id for each in self.life.case.approvals.values() if each.status == "waiting"]
        held = [each.id for each in self.life.case.replies.values() if each.status == "held"]
        assert sorted(waiting) == sorted(held)

    @invariant()
    def nothing_leaves_twice_or_unseen_or_in_anothers_name(self) -> None:
        given, queued = set[str](), set[str]()
        for event in case_events(self.life, 0):
            if isinstance(event, ApprovalRequested):
                given.discard(event.subject_id)  # each sending is seen anew
            elif isinstance(event, ApprovalGiven):
                assert event.by != OWNER
                given.add(event.subject_id)
            elif isinstance(event, ReplyQueued):
                assert event.reply_id not in queued
                assert event.author == OWNER
                assert event.signature == "^MI"
                assert event.reply_id in given or not self.needs[event.reply_id]
                queued.add(event.reply_id)
            elif isinstance(event, ReplySent):
                assert event.reply_id in queued

    @invariant()
    def versions_count_without_a_gap(self) -> None:
        seen: dict[str, int] = {}
        for event in case_events(self.life, 0):
            if isinstance(event, ReplyDrafted):
                assert event.version == seen.get(event.reply_id, 0) + 1
                seen[event.reply_id] = event.version

    @invariant()
    def when_the_case_ends_nothing_waits_any_more(self) -> None:
        ended = fold(unsent(self.life.case, "the end", self.life.now), self.life.case)
        assert ended
        assert not [each for each in ended.replies.values() if each.status in ("held", "scheduled")]


TestReplies = Replies.TestCase
TestReplies.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
