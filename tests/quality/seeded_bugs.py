"""Bugs put into the service on purpose, one per rule, to see that the whole machine finds each of them.

`python -m tests.quality.seeded_bugs [NAME ...]` runs the machine against every bug (or those named), prints a table of what was
found, how soon and in which words, and exits with 1 when one was missed. Nothing of the service's files changes.
"""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from schemas.events.case import CaseMessageAdded, CaseReopened
from schemas.events.consult import ConsultAnswered
from schemas.events.handover import HandoverOffered
from schemas.events.promise import PromiseKept
from schemas.events.routing import CapacityReleased, CapacityTaken
from services.cases import handlers
from services.cases.domain import arrival, commands, progress, regrouping
from services.cases.domain.case import Case
from services.cases.domain.commands import (
    answering,
    approvals,
    approvers,
    finding_covers,
    handovers,
    merging,
    refusing,
    replies,
    sending,
)
from services.cases.domain.commands.letters import Signed, content_of
from services.cases.domain.evolve import CHANGES
from services.cases.domain.mandate import Mandate
from services.chassis import documents
from tests.unit.cases.test_whole_machine import Whole

WALKS, STEPS = 1200, 40


@dataclass(frozen=True)
class Bug:
    """One way to break a rule. `plant` gives what replaces what, as arguments of `patch.object` or `patch.dict`."""

    name: str
    rule: str
    plant: Callable[[], Any]


@dataclass(frozen=True)
class Verdict:
    """Whether the machine found it: after so many walks and seconds, in these words."""

    bug: Bug
    found: bool
    walks: int
    seconds: float
    words: str


def _folds(event: type, **changes: Any) -> Any:
    """The fold of an event changes more than it should; a function is given case and event."""
    before = CHANGES.get(event, lambda _, __: {})

    def fold(case: Case, said: Any) -> dict[str, Any]:
        more = {name: each(case, said) if callable(each) else each for name, each in changes.items()}
        return {**before(case, said), **more}

    return patch.dict(CHANGES, {event: fold})


def _then(place: Any, name: str, change: Callable[..., Any]) -> Any:
    """A function of the service, and what `change(result, *arguments)` makes of its result."""
    before = getattr(place, name)
    return patch.object(place, name, lambda *given, **named: change(before(*given, **named), *given))


def _open_promises_forgotten() -> Any:
    before = commands.resolve
    return patch.object(
        commands, "resolve", lambda case, *rest: before(case.model_copy(update={"promises": {}}), *rest)
    )


def _kept_when_queued() -> Any:
    def change(events: list[Any], case: Case, reply_id: str, content: Any, *_: Any) -> list[Any]:
        if not content.keeps_promise:
            return events
        names = {"case_id": case.id, "conversation": case.conversation, "brand": case.brand, "owner": case.owner}
        return [*events, PromiseKept(**names, promise_id=content.keeps_promise, reply_id=reply_id, late=False)]

    return _then(sending, "_leaving", change)


def _sent_again() -> Any:
    def change(events: list[Any], case: Case, heard: Any) -> list[Any]:
        if not events:
            return events
        reply = case.replies[heard.reply_id]
        signed = Signed(reply.text, reply.signature, reply.parts)
        return [
            *events,
            *sending._leaving(
                case, reply.id, replace(content_of(reply), promise=None), signed, reply.author, case.opened_at
            ),
        ]

    return _then(progress, "delivery_uncertain", change)


def _shadow_sends() -> Any:
    before = replies.send

    def send(case: Case, id_: str, content: Any, actor: str, terms: Any, *rest: Any) -> Any:
        def grown(person: str) -> Any:
            found = terms.person(person)
            return found.model_copy(update={"stage": "independent"}) if found.stage == "shadow" else found

        return before(case, id_, content, actor, replace(terms, person=grown), *rest)

    return patch.object(replies, "send", send)


def _anybody_waits(case: Case, approval_id: str) -> Any:
    """An approval that was decided about can be given again."""
    found = case.approvals.get(approval_id)
    if found is None:
        raise approvals.reply_refusals.ApprovalNotWaiting("nothing waits")
    return found


def _own_eyes() -> Any:
    def to_decide(case: Case, approval_id: str, actor: str, terms: Any) -> Any:
        approvals.require_open(case)
        approval = approvals.waiting(case, approval_id)
        if actor != approval.asked_by:
            approvals.require_coach(case, terms, actor)
        return approval

    return patch.object(approvals, "_to_decide", to_decide)


def _too_late(case: Case, handover_id: str, actor: str, _: Any) -> Any:
    handover = case.handovers.get(handover_id)
    if case.closed or handover is None or handover.status == "accepted" or actor != handover.to:
        raise handovers.refusals.HandoverNotPending("gone")
    return handover


def _without(kind: type) -> Callable[..., list[Any]]:
    return lambda events, *_: [each for each in events if not isinstance(each, kind)]


def _everybody_again() -> Any:
    before = answering.wanted

    def again(*given: Any) -> Any:
        return [each.model_copy(update={"excluded": ()}) for each in before(*given)]

    return patch.object(answering, "wanted", again)


def _forwarded_nowhere() -> Any:
    before = arrival._arrived

    def arrived(case: Case | None, *rest: Any) -> Any:
        return [] if case and case.closed else before(case, *rest)

    return patch.object(arrival, "_arrived", arrived)


def _closes_when_told() -> Any:
    def breached(case: Case, event: Any, now: Any) -> Any:
        closed = progress.CaseClosed(
            case_id=case.id, conversation=case.conversation, brand=case.brand, owner=case.owner
        )
        if event.kind == "closing" and case.owner and not case.closed:
            return [*progress.unsent(case, "over", now), closed]
        return []

    return patch.object(progress, "clock_breached", breached)


def _late_decision() -> Any:
    before = progress.owner_assigned

    def assigned(case: Case, event: Any, now: Any) -> Any:
        refused = [each.request_id for each in case.refused_assignments]
        if case.owner and event.request_id in refused and event.person != case.owner and not case.closed:
            return refusing.somebody_else_found(case, event, now)
        return before(case, event, now)

    return patch.object(progress, "owner_assigned", assigned)


def _asked_again_refusers() -> Any:
    change = lambda wanted, *_: wanted.model_copy(update={"excluded": ()})  # noqa: E731
    return _then(refusing, "_somebody_else_wanted", change)


def _the_idle_asked_again() -> Any:
    def change(wanted: Any, _: Case, approval: Any, __: Any) -> Any:
        return wanted.model_copy(update={"excluded": (approval.asked_by,)})

    return _then(approvers, "approver_wanted", change)


def _heavy_again_too_late() -> Any:
    before = handlers.weighed

    def weighed(after: Case, terms: Any) -> Any:
        return [] if after.share < 1 else before(after, terms)

    return patch.object(handlers, "weighed", weighed)


BUGS = (
    Bug("an answer changes the owner", "1, 3", lambda: _folds(ConsultAnswered, owner=lambda _, said: said.specialist)),
    Bug("an offered handover is taken", "1", lambda: _folds(HandoverOffered, owner=lambda _, said: said.to)),
    Bug("a handover is accepted too late", "1", lambda: patch.object(handovers, "_offered_to", _too_late)),
    Bug("the work stays behind at a handover", "1", lambda: _then(handovers, "owner_changed", _without(CapacityTaken))),
    Bug("routing's late word changes the owner", "1", _late_decision),
    Bug("who refused is asked again", "1", _asked_again_refusers),
    Bug(
        "the cover acts after its time",
        "2",
        lambda: patch.object(Case, "cover_at", lambda c, _: c.cover.person if c.cover else ""),
    ),
    Bug("nobody sees to an answer at night", "1", lambda: patch.object(finding_covers, "cover_after", lambda *_: [])),
    Bug("who declined is asked again", "3", _everybody_again),
    Bug("the room of offers is not freed", "3", lambda: _then(answering, "offers_ended", _without(CapacityReleased))),
    Bug("who is expected to approve is never free", "P1", lambda: patch.object(approvals, "freed", lambda *_: [])),
    Bug("who did nothing is expected again", "P1", _the_idle_asked_again),
    Bug("a case that goes on keeps a share", "P5", _heavy_again_too_late),
    Bug("room is freed twice", "3", lambda: _then(commands, "resolve", lambda events, *_: [*events, *events[-1:]])),
    Bug("supervised replies leave unseen", "4", lambda: patch.object(sending, "reasons_to_hold", lambda *_: ())),
    Bug("a second approval sends again", "4", lambda: patch.object(approvals, "waiting", _anybody_waits)),
    Bug("authors approve their own", "4", _own_eyes),
    Bug("shadow sends", "4", _shadow_sends),
    Bug("a cancelled reply is forgotten", "4", lambda: patch.object(progress, "delivery_cancelled", lambda *_: [])),
    Bug("what is uncertain is sent again", "4", _sent_again),
    Bug("what is scheduled outlives its case", "4", lambda: patch.object(progress, "unsent", lambda *_: [])),
    Bug("resolved with an open promise", "5", _open_promises_forgotten),
    Bug("what nobody was told stays promised", "5", lambda: patch.object(progress, "withdrawn", lambda *_: [])),
    Bug("a promise is kept by a queued reply", "5", _kept_when_queued),
    Bug("reopening loses the owner", "6", lambda: _folds(CaseReopened, owner="")),
    Bug("old news closes a case", "6", _closes_when_told),
    Bug("a message to a merged case is dropped", "7", _forwarded_nowhere),
    Bug("a merge leaves promises behind", "7", lambda: patch.object(merging, "_require_nothing_open", lambda *_: None)),
    Bug("a merge forgets the earlier deadline", "F3", lambda: patch.object(regrouping, "_due_now", lambda *_: None)),
    Bug("causes are forgotten too soon", "8", lambda: patch.object(documents, "SEEN_LIMIT", 2)),
    Bug(
        "the count of messages is kept elsewhere",
        "8",
        lambda: _folds(CaseMessageAdded, messages=lambda *_: time.perf_counter_ns()),
    ),
    Bug("a grant above the mandate", "M1", lambda: patch.object(Mandate, "exceeded_by", lambda *_: ())),
    Bug("the period of the mandate is forgotten", "M1", lambda: patch.object(Mandate, "has_period", lambda *_: False)),
)


def run(bug: Bug, walks: int = WALKS) -> Verdict:
    """Let the machine walk until it stumbles, or so many times."""
    begun: list[int] = []

    class Counted(Whole):
        def __init__(self) -> None:
            super().__init__()
            begun.append(1)

    chosen = settings(
        max_examples=walks,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    start, words = time.perf_counter(), ""
    with bug.plant(), _silence():
        try:
            run_state_machine_as_test(Counted, settings=chosen)
        except Exception as error:
            words = str(getattr(error, "rule", f"{type(error).__name__}: {error}"))
    return Verdict(bug, bool(words), len(begun), time.perf_counter() - start, words)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Hypothesis tells how it fell; here only that it fell counts."""
    with contextlib.redirect_stdout(None), contextlib.redirect_stderr(None):
        yield


def main(names: list[str]) -> int:
    """The table; 1 when a bug was missed."""
    missed = 0
    sys.stdout.write("| rule | bug | found | walks | seconds | in the words |\n|---|---|---|---|---|---|\n")
    for bug in BUGS:
        if names and not any(name in bug.name for name in names):
            continue
        verdict = run(bug)
        missed += not verdict.found
        found = "yes" if verdict.found else "**no**"
        words = " ".join(verdict.words.split())[:90].replace("|", "/")
        cells = (bug.rule, bug.name, found, str(verdict.walks), f"{verdict.seconds:.1f}", words)
        sys.stdout.write(f"| {' | '.join(cells)} |\n")
        sys.stdout.flush()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
