"""Whatever owner, specialists and time do to consults, in whatever order: rule 3 holds, and no room is lost or freed twice."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.cases.domain import Refused, fold
from tests.unit.cases.consulting import AISHA, ARGENTINA, DIEGO, MEI, NOAH, Consulting, specialist
from tests.unit.cases.life import OTHER, OWNER, case_events

SOFIA = specialist("sofia", **ARGENTINA)
TEAM = (DIEGO, MEI, AISHA, NOAH, SOFIA)
PEOPLE = st.sampled_from([*(each.id for each in TEAM), OWNER, OTHER])
ASKED = st.integers(0, 5)


class Consults(RuleBasedStateMachine):
    """One case; routing's own engine finds the specialists."""

    @initialize(few=st.booleans())
    def begins(self, few: bool) -> None:
        self.life = Consulting(*TEAM[: 2 if few else 5])
        self.failed: dict[str, set[str]] = {}

    @rule(
        places=st.integers(1, 3), named=st.sampled_from(["", "", "", *(each.id for each in TEAM)]), wait=st.booleans()
    )
    def asks(self, places: int, named: str, wait: bool) -> None:
        changes = {"specialist": named} if named else {"places": places}
        try:
            self.life.asks(**changes)
        except (Refused, LookupError):
            return
        if not wait:
            self.life.routed()

    @rule(
        act=st.sampled_from(["accepts", "declines", "answers", "asks_back"]),
        who=PEOPLE,
        asked=ASKED,
        words=st.sampled_from(["Yes", "No"]),
    )
    def a_specialist_acts(self, act: str, who: str, asked: int, words: str) -> None:
        if not self.life.case.consults:
            return
        everybody = [name for name, _ in self.life.offers]
        actor = everybody[asked % len(everybody)] if asked and everybody else who
        more = {} if act == "accepts" else {{"declines": "reason", "answers": "answer"}.get(act, "text"): words}
        self.attempt(lambda: getattr(self.life, act)(actor, **more))

    @rule(act=st.sampled_from(["clarifies", "withdraws", "rates"]), actor=st.sampled_from([OWNER, OWNER, OTHER]))
    def the_owner_acts(self, act: str, actor: str) -> None:
        if self.life.case.consults:
            more = {"stars": 4} if act == "rates" else {}
            self.attempt(lambda: getattr(self.life, act)(actor=actor, **more))

    @rule(minutes=st.sampled_from([1, 29, 31, 700, 4000]))
    def time_passes(self, minutes: int) -> None:
        self.life.passes(minutes)

    @rule()
    def the_case_is_resolved(self) -> None:
        if not self.life.case.resolved:
            self.life.answered().resolves()
            self.life.routed()
            self.life.arrives(len(self.life.heard) + 1)

    def attempt(self, command: object) -> None:
        """A command that may be refused; then nothing has changed."""
        before, said = self.life.states, len(self.life.said)
        assert callable(command)
        try:
            command()
        except Refused:
            assert (self.life.states, len(self.life.said)) == (before, said)

    @invariant()
    def all_room_is_accounted_for(self) -> None:
        self.life.routed()
        self.life.released_once()

    @invariant()
    def nobody_is_asked_again_who_declined_or_let_it_expire(self) -> None:
        for consult in self.life.case.consults.values():
            names = [offer.specialist for offer in consult.offers.values() if offer.status != "ended"]
            assert len(names) == len(set(names))

    @invariant()
    def it_is_with_as_many_as_wanted_until_one_has_it(self) -> None:
        for consult in self.life.case.consults.values():
            live = [offer.status for offer in consult.offers.values() if offer.status in ("offered", "accepted")]
            if not consult.open:
                assert live in ([], ["accepted"])
                assert consult.waiting == ()
            elif consult.wanted_specialist:
                assert len(live) + len(consult.waiting) <= 1
            else:
                taken = "accepted" in live
                assert len(live) + len(consult.waiting) == (1 if taken else consult.places)

    @invariant()
    def ownership_never_moved(self) -> None:
        assert self.life.case.owner == OWNER

    @invariant()
    def the_events_fold_into_the_state(self) -> None:
        assert fold(case_events(self.life, 0)) == self.life.case


TestConsults = Consults.TestCase
TestConsults.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
