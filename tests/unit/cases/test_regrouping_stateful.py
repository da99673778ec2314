"""Whatever is merged and split, by whom and when, with events doubled and late: no message is lost, no open case is without its
owner, and the cases come to rest."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from casekeeper.checker import check
from schemas.events.case import CaseMessageAdded, CaseOpened
from schemas.events.routing import OwnerRequested
from services.cases.domain import Case, Refused, commands
from services.cases.domain.commands import WriteReply
from services.cases.domain.commands.merging import MergeCase, merge
from tests.unit.casekeeper.test_checker_regrouping import log
from tests.unit.cases.life import OWNER, TERMS, assignment, breach
from tests.unit.cases.world import MAIL, PHONE, REASON, WEB, World

LANES = st.sampled_from([WEB, MAIL, PHONE])
PICK = st.integers(min_value=0, max_value=20)


class Regrouping(RuleBasedStateMachine):
    """One customer on three channels, one owner, and a person who merges with what they saw some time ago."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.written: list[str] = []
        self.glances: list[Case] = []
        self.minutes = 0

    def _open(self) -> list[Case]:
        return [each.state for each in self.world.documents.values() if each.state and not each.state.closed]

    @rule(lane=LANES)
    def writes(self, lane: str) -> None:
        self.minutes += 1
        number = len(self.written) + 1
        self.written.append(f"message-{number}")
        self.world.writes(lane, number, self.minutes)

    @rule(latest=st.booleans(), twice=st.booleans())
    def hears_one(self, latest: bool, twice: bool) -> None:
        """One event comes back from the topic; lanes overtake each other, a lane keeps its order."""
        if self.world.waiting:
            keys = list(dict.fromkeys(each.key for each in self.world.waiting))
            key = keys[-1 if latest else 0]
            envelope = next(each for each in self.world.waiting if each.key == key)
            self.world.waiting.remove(envelope)
            self.world.react(envelope, twice=twice)

    @initialize()
    def begins(self) -> None:
        """Somebody who wrote on every channel, and has an owner for each."""
        for lane in (WEB, MAIL, PHONE):
            self.writes(lane)
        self.routing_finds_owners()
        self.looks()

    @rule()
    def looks(self) -> None:
        self.glances = self._open()

    @precondition(lambda self: len(self.glances) > 1)
    @rule(one=PICK, other=PICK)
    def merges(self, one: int, other: int) -> None:
        """What is known of the target may be old by now."""
        source, target = self.glances[one % len(self.glances)], self.glances[other % len(self.glances)]
        command = MergeCase(into=target.id, reason=REASON)
        self._try(source.id, lambda case: merge(case, target, command, OWNER, TERMS, True, self.world.now))

    @rule(one=PICK, which=PICK)
    def splits(self, one: int, which: int) -> None:
        if found := self._open():
            case = found[one % len(found)]
            heard = [each.message.id for each in case.heard]
            try:
                self.world.splits(case, heard[which % len(heard)])
            except Refused:
                return

    @rule(one=PICK)
    def answers_and_resolves(self, one: int) -> None:
        if found := [case for case in self._open() if case.owner]:
            case_id = found[one % len(found)].id
            reply_id = f"reply-{len(self.world.envelopes)}"
            command = WriteReply(text="Done")
            self._try(case_id, lambda case: commands.reply(case, command, OWNER, TERMS, reply_id, self.world.now))
            self.world.sent(case_id, reply_id)
            self._try(case_id, lambda case: commands.resolve(case, OWNER, TERMS, self.world.now))

    @rule(one=PICK)
    def goes_quiet(self, one: int) -> None:
        if found := [case for case in self._open() if case.closes_at]:
            case = found[one % len(found)]
            assert case.closes_at
            self.world.hear(breach(case, case.closes_at))

    def _try(self, case_id: str, rule_: Any) -> None:
        try:
            self.world.do(case_id, rule_)
        except Refused:
            return

    @rule()
    def routing_finds_owners(self) -> None:
        wanted = {each.case_id for each in self.world.of(OwnerRequested)}
        for case in self._open():
            if not case.owner:
                assert case.id in wanted, f"nobody asked for an owner of {case.id}"
                self.world.hear(assignment(case, OWNER))

    @invariant()
    def every_case_was_opened_once(self) -> None:
        opened = [each.case_id for each in self.world.of(CaseOpened)]
        assert len(opened) == len({*opened})

    def teardown(self) -> None:
        """At rest every message is in a case, and what was merged goes on somewhere."""
        self.world.settle(twice=True)
        self.routing_finds_owners()
        told = check([], log(self.world), [], expect_finished=False).findings
        assert [each for each in told if "reply" not in each] == []  # nobody delivers here
        heard = [each.message.id for each in self.world.of(CaseMessageAdded)]
        assert {*heard} == {*self.written}
        states = {case.id: case for case in (each.state for each in self.world.documents.values()) if case}
        parted = [id_ for case in states.values() for id_ in case.split_off]
        assert len(heard) == len({*heard}) + len(parted), "a message was added twice"
        for case in states.values():
            assert case.closed or case.owner == OWNER
            if case.merged_into:
                assert case.id in states[case.merged_into].absorbed, "merged into a case that knows nothing of it"


Regrouping.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestRegrouping = Regrouping.TestCase
