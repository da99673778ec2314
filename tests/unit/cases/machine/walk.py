"""What the rules of the whole machine share: who acts on which case, under which key, and how everything comes to rest."""

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from schemas.base import Event
from schemas.events.case import CaseEvent
from schemas.events.message import Author
from schemas.events.routing import RoutingRequest
from schemas.ids import derive
from services.cases.domain import Case
from services.cases.domain.allowance import Allowance
from services.cases.domain.terms import Terms
from tests.unit.cases.life import START, message
from tests.unit.cases.machine.observer import Observer
from tests.unit.cases.machine.others import Delivery, Followup, Routing
from tests.unit.cases.machine.stage import Commit, Lane, Stage
from tests.unit.cases.machine.team import PEOPLE, Staff

ONE = st.sampled_from([0, 0, 0, 0, 0, 1, 1, 2, 3])
"""Which case: mostly the latest that is open."""
PICK = st.sampled_from([0, 0, 0, 1, 1, 2, 3])
"""Which of its parts: mostly the latest."""
ACTING = st.sampled_from([*["owner"] * 24, *["cover"] * 12, *PEOPLE])
ANYBODY = st.sampled_from([*["owner"] * 6, *["cover"] * 2, *PEOPLE])
NOTHING = "nothing"
OPPORTUNITY = 3
"""So much likelier is what can not always be done."""
SCENES = (
    "answered",
    "resolved",
    "reopened",
    "parting",
    "promised",
    "held",
    "scheduled",
    "queued",
    "uncertain",
    "offered",
    "unanswered",
    "covered",
    "refused",
    "overtaken",
    "asked",
    "accepted",
    "declined",
    "granted",
    "above",
    "expected",
    "interpreted",
    "two",
    "merged",
    "split",
)
"""Situations that walks begin in, one after the other, so that they come far."""

PLAINEST = "everybody_hears_everything"
"""What a failing walk is shortened to where the act does not matter."""

Having = Callable[[Case], Any]
Decide = Callable[[Case, Terms, datetime], Sequence[Event]]


@dataclass(frozen=True)
class Act:
    """Something that can happen: how often beside others, in which arguments, and what some case must have for it."""

    name: str
    weight: int
    having: Having | None
    arguments: st.SearchStrategy[dict[str, Any]]


def act(weight: int, having: Having | None = None, **arguments: st.SearchStrategy[Any]) -> Callable[[Any], Any]:
    """Mark a method as an act. One hypothesis rule chooses among them: as rules of their own most would be off in most walks.

    `having` leaves out what would be refused because nothing is there; these refusals are told one by one elsewhere.
    """

    def mark(method: Any) -> Any:
        likely = weight * OPPORTUNITY if having else weight
        method.act = Act(method.__name__, likely, having, st.fixed_dictionaries(arguments))
        return method

    return mark


class Walk(RuleBasedStateMachine):
    """The cases of one customer in two conversations, everybody who works on them, and the services around."""

    accepted: ClassVar[Counter[str]] = Counter()
    """How often each command was carried out, and each event said, over all walks."""
    refused: ClassVar[Counter[str]] = Counter()

    @initialize(
        capacity=st.sampled_from([1, 3, 8]),
        undo=st.sampled_from([0, 0, 0, 30]),
        public=st.sampled_from([False, False, True]),
        prompt=st.booleans(),
        covers=st.sampled_from([False, False, True]),
        waiting=st.sampled_from([1, 1, 0.5]),
        alone=st.sampled_from([None, 5]),
        scenes=st.lists(st.sampled_from(SCENES), max_size=3),
    )
    def begins(
        self,
        capacity: int,
        undo: int,
        public: bool,
        prompt: bool,
        covers: bool,
        waiting: float,
        alone: int | None,
        scenes: list[str],
    ) -> None:
        """With `prompt` everybody hears everything at once, so that walks come far; else lanes move one by one. Where it leaves
        by itself, a prepared reply does so `alone` minutes before it is due."""
        self.prompt, self.settling = prompt, False
        self.staff = Staff(
            capacity,
            undo_seconds=undo,
            approve_public_replies=public,
            cover_automatically=covers,
            waiting_weight=waiting,
            holding_sent_minutes_before=alone,
        )
        self.routing = Routing(self.staff)
        self.delivery = Delivery()
        self.followup = Followup()
        self.written: set[str] = set()
        self.stage = Stage(self.staff, self._said)
        self.observer = Observer(self.staff, self.routing, self.written, lambda: self.stage.now)
        self.allowances: dict[str, Allowance] = {}
        self.pressed: list[tuple[str, str, Decide, str]] = []
        self.writes("web")
        self.settle()
        for scene in scenes:
            self.scene(scene)
            if prompt:
                self.settle()

    @rule(data=st.data())
    def happens(self, data: st.DataObject) -> None:
        """One of the acts that are possible now."""
        cases = self.cases
        able = [each for each in self.acts if each.having is None or any(each.having(case) for case in cases)]
        place = data.draw(st.integers(0, sum(each.weight for each in able) - 1))
        for each in able:
            if (place := place - each.weight) < 0:
                arguments = data.draw(each.arguments)
                note(f"{each.name}({arguments})")
                getattr(self, each.name)(**arguments)
                return

    @cached_property
    def acts(self) -> tuple[Act, ...]:
        """All there are."""
        found = (getattr(getattr(type(self), name), "act", None) for name in dir(type(self)))
        acts = [each for each in found if isinstance(each, Act)]
        return tuple(sorted(acts, key=lambda each: each.name != PLAINEST))

    def scene(self, name: str) -> None:
        """A situation to begin with."""

    def writes(self, lane: str, back: float = 0, twice: bool = False, thanks: bool = False, **changes: Any) -> None:
        """The customer writes, `back` minutes ago; classification may say so twice."""
        number = len(self.written) + 1
        minutes = (self.stage.now - START).total_seconds() / 60
        facts = {"conversation": f"{lane}-1", "channel": lane, "author": Author(id=f"ana-{lane}")}
        said = {"text": "Thank you so much!"} if thanks else {}
        written = message(number, minutes - back, **facts, **said, **changes)
        if thanks:
            kind = written.classification.model_copy(update={"intent": "compliment", "sentiment": "positive"})
            written = written.model_copy(update={"classification": kind})
        self.written.add(written.message.id)
        for _ in range(2 if twice else 1):
            self.stage.say(written, derive("classified", written.message.id))

    # Who and which.

    @property
    def cases(self) -> list[Case]:
        return self.stage.cases

    def case(self, one: int, having: Having | None = None) -> Case | None:
        """One of the cases (that have something), if there is any."""
        found = [case for case in self.cases if having is None or having(case)]
        return found[one % len(found)] if found else None

    def person(self, who: str, case: Case) -> str:
        """`owner` and `cover` of the case by their names; the owner acts where nobody covers."""
        if who == "cover" and case.cover:
            return case.cover.person
        return (case.owner or "mira") if who in ("owner", "cover", "asked") else who

    @staticmethod
    def pick(known: Sequence[str], which: int) -> str:
        """One of these from the end, or something that is not there."""
        return NOTHING if which > 2 or not known else known[-1 - which % len(known)]

    # Doing.

    def key(self, what: str) -> str:
        """A name of its own for a command."""
        return f"{what}-{len(self.pressed) + 1}"

    def press(
        self,
        what: str,
        one: int,
        who: str,
        decide: Callable[[Case, str, Terms, datetime, str], Any],
        having: Having | None = None,
    ) -> bool:
        """Somebody gives a command about a case; whether it was carried out. `decide` is given the key as the last."""
        case = self.case(one, having)
        return bool(case) and self.command(what, case, who, decide)

    def command(
        self, what: str, case: Case | None, who: str, decide: Callable[[Case, str, Terms, datetime, str], Any]
    ) -> bool:
        """The same about a case that is known."""
        assert case
        actor, key = self.person(who, case), self.key(what)

        def rule(state: Case, terms: Terms, now: datetime) -> Sequence[Event]:
            found: Sequence[Event] = decide(state, actor, terms, now, key)
            return found

        self.pressed.append((case.id, actor, rule, key))
        done = self.stage.do(case.id, actor, rule, key)
        (Walk.accepted if done else Walk.refused)[what] += 1
        self.moved()
        return done

    def again(self, back: int) -> None:
        """Somebody presses once more what they pressed before, under the same key."""
        if not self.pressed:
            return
        case_id, actor, rule, key = self.pressed[-1 - back % len(self.pressed)]
        said, known = len(self.stage.log), key in self.stage.documents[case_id].seen
        self.stage.do(case_id, actor, rule, key)
        assert not known or len(self.stage.log) == said, "the same command twice had two effects"
        self.moved()

    # What the others hear, and how everything comes to rest.

    def _said(self, commit: Commit) -> None:
        Walk.accepted.update(event.type for event in commit.events)
        self.observer.commit(commit)
        self.observer.agrees(self.stage.state(commit.case_id))

    def moved(self) -> None:
        """What the cases have said is in the lanes of those who read it."""
        for envelope in self.stage.outgoing:
            if isinstance(envelope.data, RoutingRequest):
                self.routing.lane.log.append((envelope.id, envelope.data))
            elif isinstance(envelope.data, CaseEvent):
                self.delivery.lane.log.append((envelope.id, envelope.data))
                self.followup.hear(envelope.data)
        self.stage.outgoing = []
        if self.prompt and not self.settling:
            self.settle()

    @property
    def busy(self) -> list[tuple[Lane, Callable[[], None]]]:
        """Every lane in which something waits, with what handles its next record."""
        found: list[tuple[Lane, Callable[[], None]]] = [
            (lane, lambda lane=lane: self.stage.hear(lane))  # type: ignore[misc]
            for lane in self.stage.lanes.values()
            if lane.waiting
        ]
        if self.routing.lane.waiting:
            found.append((self.routing.lane, lambda: self.routing.hear(self.stage)))
        if self.delivery.lane.waiting:
            found.append((self.delivery.lane, lambda: self.delivery.hear(self.stage)))
        return found

    def settle(self, *, send: bool = False) -> None:
        """Everybody hears everything; with `send` delivery sends all that it has."""
        self.settling = True
        for _ in range(200):
            if send:
                for reply_id in list(self.delivery.at_hand):
                    self.delivery.act(self.stage, reply_id, "sent")
            if not (busy := self.busy):
                self.settling = False
                return
            for lane, step in busy:
                while lane.waiting:
                    step()
                    self.moved()
        raise AssertionError("the services talk to each other for ever")

    def rest(self) -> None:
        """Nothing is on its way any more: what must hold in the end is looked at."""
        self.followup.speak(self.stage)
        self.settle(send=True)
        self.observer.rests()
        sent = [id_ for case in self.cases for id_, reply in case.replies.items() if reply.status == "sent"]
        assert sorted(sent) == sorted(self.delivery.left), "what left is what the cases know of, once"
        queued = [id_ for case in self.cases for id_, reply in case.replies.items() if reply.status == "queued"]
        assert not queued, f"the cases do not know what became of {queued}"

    def teardown(self) -> None:
        if hasattr(self, "stage") and sys.exc_info()[0] is None:  # what has stumbled comes to no rest
            self.rest()
