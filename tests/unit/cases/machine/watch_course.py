"""Rules 5, 6 and 7: promises, and the course of a case from opened to closed, with nothing left behind."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from schemas.base import Event
from schemas.events.case import (
    CaseAssigned,
    CaseClosed,
    CaseMerged,
    CaseMergeRefused,
    CaseMessageAdded,
    CaseOpened,
    CaseReopened,
    CaseResolved,
    CaseUnmerged,
)
from schemas.events.consult import ConsultAnswered, ConsultRequested, ConsultWithdrawn
from schemas.events.grant import GrantMade, GrantProposed, GrantRefused
from schemas.events.promise import PromiseBroken, PromiseKept, PromiseMade, PromiseWithdrawn
from schemas.events.reply import ReplyQueued, ReplySent
from schemas.events.routing import OwnerRequested
from services.cases.domain import Case
from tests.unit.cases.machine.stage import Commit
from tests.unit.cases.machine.watch import Silent, hold
from tests.unit.cases.machine.watch_replies import Replies

QUIET = timedelta(hours=48)


@dataclass
class Course:
    """How far one case has come."""

    lane: str
    number: int
    owned: bool = False
    resolved: bool = False
    closed: bool = False
    closes_at: datetime | None = None
    answered: bool = False
    promises: dict[str, PromiseMade] = field(default_factory=dict)
    """Those that are open."""
    kept: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    consults: set[str] = field(default_factory=set)
    grants: set[str] = field(default_factory=set)
    owner: str = ""


class Courses(Silent):
    """The course of every case. `replies` tell what is on its way."""

    def __init__(self, replies: Replies, now: Callable[[], datetime]) -> None:
        self.cases: dict[str, Course] = {}
        self._replies = replies
        self._now = now
        self._promised: set[str] = set()

    def begins(self, commit: Commit) -> None:
        first = commit.envelopes[0].data
        known = commit.case_id in self.cases
        hold(known != isinstance(first, CaseOpened), "a case is opened once, first", first)

    def hears(self, event: Event, commit: Commit) -> None:
        if isinstance(event, CaseOpened):
            self._opened(event, commit)
        course = self.cases[commit.case_id]
        if isinstance(event, CaseAssigned):
            course.owned = True
        elif isinstance(event, CaseResolved | CaseReopened | CaseClosed | CaseUnmerged):
            self._turned(course, event, commit)
        elif isinstance(event, CaseMessageAdded):
            hold(not course.closed, "rule 6: what comes after the end is a new case", event)
            again = any(isinstance(each, CaseReopened | CaseClosed) for each in commit.events)
            hold(
                again == course.resolved,
                "rule 6: a message to a resolved case reopens it, thanks closes it",
                commit.events,
            )
        elif isinstance(event, PromiseMade | PromiseKept | PromiseBroken | PromiseWithdrawn):
            self._promise(course, event, commit)
        else:
            self._work(course, event)

    def ends(self, commit: Commit) -> None:
        course = self.cases[commit.case_id]
        if any(isinstance(each, CaseResolved) for each in commit.events):
            on_its_way = self._replies.cases[commit.case_id].on_its_way
            hold(not course.promises, "rule 5: no resolved with an open promise", course.promises)
            hold(not on_its_way, "nothing is on its way to the customer", on_its_way)
            hold(not course.consults and not course.grants, "no consult or grant is open", course)
            hold(course.answered, "resolved by an answer that was sent", course)

    def agrees(self, case: Case) -> None:
        course = self.cases[case.id]
        shown = (bool(case.owner), case.resolved, case.closed)
        told = (course.owned, course.resolved, course.closed)
        hold(shown == told, "the state is what was said", shown, told)
        hold({each.id for each in case.open_promises} == set(course.promises), "promises are as said", case.promises)
        ways = self._replies.cases[case.id].ways
        unsaid = {id_ for id_, way in ways.items() if way.state in ("cancelled", "failed")}
        untold = [each for each in course.promises.values() if each.reply_id in unsaid]
        hold(not untold, "F1: nobody keeps what the customer was never told", untold)
        hold({each.id for each in case.open_consults} == course.consults, "consults are as said", case.consults)

    def rests(self) -> None:
        for id_, course in self.cases.items():
            over = course.resolved and not course.closed and course.closes_at and course.closes_at <= self._now()
            hold(not over, "rule 6: resolved and quiet, so it is closed", id_, course)

    def _opened(self, event: CaseOpened, commit: Commit) -> None:
        lane = sorted((id_ for id_ in self.cases if self.cases[id_].lane == event.conversation), key=self._number)
        alone = all(self.cases[id_].closed for id_ in lane)
        if not event.split_from:
            hold(alone, "rule 7: one open case, unless somebody has split it", event, lane)
            hold(event.previous_case == (lane[-1] if lane else ""), "rule 6: linked to the one before", event, lane)
        wanted = [each for each in commit.events if isinstance(each, OwnerRequested)]
        hold(len(wanted) == 1, "a new case asks for its owner", commit.events)
        self.cases[commit.case_id] = Course(event.conversation, len(lane))

    def _number(self, id_: str) -> int:
        return self.cases[id_].number

    def _turned(
        self, course: Course, event: CaseResolved | CaseReopened | CaseClosed | CaseUnmerged, commit: Commit
    ) -> None:
        if isinstance(event, CaseUnmerged):
            hold(isinstance(commit.heard, CaseMergeRefused) and course.closed, "only a refused merge", event, course)
            course.closed = False
            return
        hold(not course.closed, "nothing comes after the end", event, course)
        if isinstance(event, CaseResolved):
            hold(course.owned and not course.resolved, "an owned case is resolved, once", event, course)
            hold(event.closes_at == commit.now + QUIET, "rule 6: it closes after the quiet period", event)
            course.resolved, course.closes_at = True, event.closes_at
        elif isinstance(event, CaseReopened):
            hold(course.resolved, "what is resolved is reopened", event, course)
            course.resolved, course.closes_at = False, None
        else:
            merged = any(isinstance(each, CaseMerged) for each in commit.events)
            quiet = course.resolved and course.closes_at and commit.now >= course.closes_at
            heard = [each.classification for each in commit.events if isinstance(each, CaseMessageAdded)]
            thanks = course.resolved and [each.intent for each in heard] == ["compliment"]
            why = {"merged": merged, "thanks": thanks, "quiet": quiet}[event.cause]
            hold(why, "rule 6: only quiet closes, thanks, or a merge", event, course)
            hold(
                not (merged and (course.promises or course.consults or course.grants)),
                "nothing open is merged away",
                event,
            )
            course.closed = True

    def _promise(
        self, course: Course, event: PromiseMade | PromiseKept | PromiseBroken | PromiseWithdrawn, commit: Commit
    ) -> None:
        if isinstance(event, PromiseMade):
            hold(event.promise_id not in self._promised, "promised once", event)
            hold(event.due_at > commit.now, "F1: a promise is about the future", event)
            hold(not course.resolved and not course.closed, "rule 5: nothing new in a resolved case", event, course)
            queued = [each.reply_id for each in commit.events if isinstance(each, ReplyQueued)]
            hold(event.reply_id == "" or queued == [event.reply_id], "it is made when its reply leaves", event, queued)
            self._promised.add(event.promise_id)
            course.promises[event.promise_id] = event
            return
        made = course.promises.get(event.promise_id)
        hold(made, "only an open promise is kept, broken or withdrawn", event, course)
        assert made
        if isinstance(event, PromiseWithdrawn):
            way = self._replies.cases[commit.case_id].ways[made.reply_id]
            unsaid = made.reply_id == event.reply_id and way.state in ("cancelled", "failed")
            hold(unsaid, "F1: only a promise that the customer was never told of is withdrawn", event, way)
            del course.promises[event.promise_id]
            return
        if isinstance(event, PromiseBroken):
            hold(commit.now >= made.due_at and event.promise_id not in course.broken, "broken when due, once", event)
            course.broken.add(event.promise_id)
            return
        sent = [each for each in commit.events if isinstance(each, ReplySent)]
        way = self._replies.cases[commit.case_id].ways[event.reply_id]
        hold([each.reply_id for each in sent] == [event.reply_id], "rule 5: kept only by a reply that was sent", event)
        hold(way.keeps == event.promise_id, "F2: by the one that reports the result", event, way)
        hold(event.late == (sent[0].sent_at > made.due_at), "late is after its time", event, made)
        del course.promises[event.promise_id]

    def _work(self, course: Course, event: Event) -> None:
        if isinstance(event, ConsultRequested):
            hold(not course.resolved and not course.closed, "nothing new in a resolved case", event, course)
            course.consults.add(event.consult_id)
        elif isinstance(event, ConsultWithdrawn) or (isinstance(event, ConsultAnswered) and not event.late):
            course.consults.discard(event.consult_id)
        elif isinstance(event, GrantProposed):
            hold(not course.resolved and not course.closed, "nothing new in a resolved case", event, course)
            course.grants.add(event.grant_id)
        elif isinstance(event, GrantMade | GrantRefused):
            course.grants.discard(event.grant_id)
        elif isinstance(event, ReplySent) and event.kind == "answer":
            course.answered = True
