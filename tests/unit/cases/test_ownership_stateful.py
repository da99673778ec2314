"""Whatever people do with handovers and covers, in whatever order: one owner, changed by handovers only (O1, O6, rule 1)."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from casekeeper.checker import check
from schemas.events.case import CaseEvent, CaseOwnerChanged
from schemas.events.handover import HandoverAccepted, HandoverForced, HandoverOffered
from schemas.events.routing import CapacityReleased, CapacityTaken
from services.cases.domain import Refused, fold
from tests.unit.cases import test_ownership as people
from tests.unit.cases.life import EXPERT, OTHER, OWNER, Life
from tests.unit.cases.test_rules import owned

TEAM = st.sampled_from([OWNER, OTHER, people.LEAD, people.COACH, people.SHADOW, EXPERT])
MAY_OWN = {OWNER, OTHER, people.LEAD, people.COACH}
NUMBERS = st.integers(0, 9)


class Hands(RuleBasedStateMachine):
    """One case among a team; everybody tries everything."""

    @initialize()
    def begin(self) -> None:
        self.life: Life = owned()
        self.owner = OWNER
        self.messages, self.handovers = 1, 0

    def attempt(self, command: object) -> bool:
        """Whether it was not refused; a refused command changes nothing."""
        assert callable(command)
        before = self.life.states
        try:
            command()
        except Refused:
            assert self.life.states == before
            return False
        return True

    def handover(self, number: int) -> str:
        """The latest handover, or another one."""
        known = [*self.life.case.handovers, "nothing"]
        return known[-2] if number > 3 and len(known) > 1 else known[number % len(known)]

    @rule(by=TEAM, to=TEAM, minutes=st.integers(1, 90))
    def offered(self, by: str, to: str, minutes: int) -> None:
        self.handovers += 1
        self.attempt(lambda: people.offer(self.life, to, by, f"h{self.handovers}", minutes=minutes))

    @rule(by=TEAM, number=NUMBERS)
    def accepted(self, by: str, number: int) -> None:
        if self.attempt(lambda: people.accept(self.life, by, self.handover(number))):
            assert by in MAY_OWN
            self.owner = by

    @rule(by=TEAM, number=NUMBERS)
    def declined(self, by: str, number: int) -> None:
        self.attempt(lambda: people.decline(self.life, by, self.handover(number)))

    @rule(by=TEAM, number=NUMBERS)
    def withdrawn(self, by: str, number: int) -> None:
        self.attempt(lambda: people.withdraw(self.life, by, self.handover(number)))

    @rule(by=st.sampled_from([people.LEAD, people.LEAD, OWNER, OTHER]), to=TEAM)
    def forced(self, by: str, to: str) -> None:
        self.handovers += 1
        if self.attempt(lambda: people.force(self.life, to, by, f"h{self.handovers}")):
            assert by == people.LEAD
            self.owner = to

    @rule(by=TEAM, who=TEAM, begins=st.integers(-30, 60), lasts=st.integers(-5, 120))
    def covered(self, by: str, who: str, begins: int, lasts: int) -> None:
        if self.attempt(lambda: people.cover(self.life, who, by, begins, begins + lasts)):
            assert who in MAY_OWN - {self.owner}

    @rule(by=TEAM)
    def returned(self, by: str) -> None:
        self.attempt(lambda: people.end(self.life, by))

    @rule(by=TEAM)
    def replied(self, by: str) -> None:
        cover = self.life.case.cover_at(self.life.now)
        if self.attempt(lambda: self.life.sent(self.life.replies(actor=by))):
            assert by in (self.owner, cover)

    @rule(by=TEAM)
    def resolved(self, by: str) -> None:
        self.attempt(lambda: self.life.resolves(by))

    @rule(minutes=st.integers(1, 60), noticed=st.booleans())
    def time_passes(self, minutes: int, noticed: bool) -> None:
        if noticed:
            people.passes(self.life, minutes)
        else:
            self.life.now += timedelta(minutes=minutes)

    @rule()
    def customer_writes(self) -> None:
        if not self.life.case.closed:
            self.messages += 1
            self.life.arrives(self.messages, (self.life.now - Life().now).total_seconds() / 60)

    @invariant()
    def the_owner_is_who_was_given_the_case(self) -> None:
        assert self.life.case.owner == self.owner

    @invariant()
    def at_most_one_offer_waits(self) -> None:
        assert sum(each.status == "offered" for each in self.life.case.handovers.values()) <= 1

    @invariant()
    def nobody_covers_for_themselves(self) -> None:
        cover = self.life.case.cover
        assert cover is None or (cover.person != self.owner and cover.starts_at < cover.ends_at)

    @invariant()
    def the_work_is_the_owners_while_the_case_is_open(self) -> None:
        holder = OWNER
        for each in self.life.said:
            if isinstance(each.event, CapacityReleased):
                assert each.event.person == holder
                holder = ""
            elif isinstance(each.event, CapacityTaken):
                assert not holder
                holder = each.event.person
        assert holder == ("" if self.life.case.resolved else self.owner)

    @invariant()
    def every_change_was_accepted_or_forced_and_the_state_is_the_fold_of_what_was_said(self) -> None:
        said = [each.event for each in self.life.said if isinstance(each.event, CaseEvent)]
        assert fold(said) == self.life.case
        given = {each.handover_id for each in said if isinstance(each, HandoverAccepted | HandoverForced)}
        changes = [each.handover_id for each in said if isinstance(each, CaseOwnerChanged)]
        assert sorted(changes) == sorted(given)
        asked = {each.handover_id: each for each in said if isinstance(each, HandoverOffered)}
        for each in said:
            if isinstance(each, HandoverAccepted):
                assert asked[each.handover_id].to == each.by

    def teardown(self) -> None:
        """The independent judge has nothing against it either."""
        if hasattr(self, "life"):
            verdict = check((), [each.envelope for each in self.life.said], (), expect_finished=False)
            assert verdict.owner_violations == 0, verdict.findings


TestHands = Hands.TestCase
TestHands.settings = settings(max_examples=60, stateful_step_count=30)
