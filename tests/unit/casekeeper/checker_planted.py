"""Violations to plant into a run, one for each rule of the checker, with the words in which it has to be found."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from schemas.base import Event
from schemas.events.case import CaseAssigned, CaseClosed, CaseMessageAdded, CaseOpened, CaseResolved
from schemas.events.consult import ConsultAnswered, ConsultOffered, ConsultRequested
from schemas.events.delivery import DeliverySent
from schemas.events.followup import ClockBreached, ClockEscalated, ClockSet, ClockStopped
from schemas.events.grant import GrantMade, GrantProposed
from schemas.events.message import MessageClassified, MessageReceived
from schemas.events.promise import PromiseBroken, PromiseKept, PromiseMade, PromiseWithdrawn
from schemas.events.reply import ReplyQueued, ReplySent
from schemas.events.routing import OwnerAssigned
from tests.unit.casekeeper.checker_logs import NOON, Run, Said, Story, whole

Plant = Callable[[Run], None]


def place(run: Run, kind: type[Event], number: int = 0) -> int:
    return [index for index, each in enumerate(run.said) if isinstance(each.event, kind)][number]


def without(*kinds: type[Event]) -> Plant:
    """The last event of each kind never happened."""

    def plant(run: Run) -> None:
        for kind in kinds:
            del run.said[place(run, kind, -1)]

    return plant


def twice(kind: type[Event], **changes: Any) -> Plant:
    """The first event of a kind happens again at once, as another event."""

    def plant(run: Run) -> None:
        index = place(run, kind)
        again = run.said[index].event.model_copy(update=changes)
        run.said.insert(index + 1, Said(run.said[index].subject, again))

    return plant


def changed(kind: type[Event], **changes: Any) -> Plant:
    """The first event of a kind says something else."""

    def plant(run: Run) -> None:
        index = place(run, kind)
        run.said[index] = Said(run.said[index].subject, run.said[index].event.model_copy(update=changes))

    return plant


def before(kind: type[Event], other: type[Event]) -> Plant:
    """The first event of a kind happens before the first one of another."""

    def plant(run: Run) -> None:
        run.said.insert(place(run, other), run.said.pop(place(run, kind)))

    return plant


def after_the_end(kind: type[Event]) -> Plant:
    def plant(run: Run) -> None:
        run.said.append(run.said.pop(place(run, kind, -1)))

    return plant


def never_owned(run: Run) -> None:
    Story(run, "2").opened()


def ended(kind: type[Event], delivery: bool = True) -> Plant:
    """The last reply ended otherwise than sent."""

    def plant(run: Run) -> None:
        index = place(run, ReplySent, -1)
        old = run.said[index].event.model_dump()
        run.said[index] = Said(run.said[index].subject, kind.model_validate({**old, "reason": "no such user"}))
        run.received.pop()

    return plant


def another_case_takes_the_message(run: Run) -> None:
    added = run.said[place(run, CaseMessageAdded)].event.model_dump()
    other = Story(run, "2")
    other.opened()
    other.assigned()
    other.say(CaseMessageAdded.model_validate({**added, **other.named()}))


def another_case_in_the_conversation(run: Run) -> None:
    run.said = [each for each in run.said if not isinstance(each.event, CaseClosed)]
    other = Story(run, "2")
    other.conversation = "conversation-1"
    other.opened()
    other.assigned()


def arrives_again(**changes: Any) -> Plant:
    def plant(run: Run) -> None:
        run.received.append(replace(run.received[0], **changes))

    return plant


def released_too_early(run: Run) -> None:
    run.said = [each for each in run.said if not isinstance(each.event, CaseResolved)]


def added_in_another_order(run: Run) -> None:
    story = Story(run, "2")
    story.opened()
    story.assigned()
    first, second = story.message(), story.message()
    story.added(second)
    story.added(first)


def sent_in_another_conversation(conversation: str) -> Plant:
    """What the log calls one conversation was two at the customer's end."""

    def plant(run: Run) -> None:
        run.sent[1] = replace(run.sent[1], conversation=conversation)

    return plant


def one_thread_in_two_lanes(run: Run) -> None:
    whole("2", run)
    run.sent = [replace(message, conversation="thread") for message in run.sent]


def misfiled(run: Run) -> None:
    """A message is in a case of somebody else's conversation only."""
    other = Story(run, "2")
    other.opened()
    other.assigned()
    other.added(Story(run, "3").message())


def granted(*kinds: type[Event]) -> Plant:
    """After the promise, these facts about one grant."""

    def plant(run: Run) -> None:
        index = place(run, PromiseMade)
        promise = run.said[index].event
        known = promise.model_dump() | {"grant_id": "grant-1", "kind": "refund", "amount": "5.00", "currency": "EUR"}
        known |= {"by": known["owner"], "reason": "it leaks", "proposed_at": NOON, "granted_at": NOON}
        facts = [Said(run.said[index].subject, kind.model_validate(known)) for kind in kinds]
        run.said[index + 1 : index + 1] = facts

    return plant


def broken_twice(run: Run) -> None:
    index = place(run, PromiseMade)
    broken = PromiseBroken.model_validate(run.said[index].event.model_dump())
    run.said[index + 1 : index + 1] = [Said(run.said[index].subject, broken)] * 2


def withdrawn_twice(run: Run) -> None:
    index = place(run, PromiseMade)
    known = run.said[index].event.model_dump() | {"reply_id": "reply-1", "reason": "cancelled", "withdrawn_at": NOON}
    run.said[index + 1 : index + 1] = [Said(run.said[index].subject, PromiseWithdrawn.model_validate(known))] * 2


def broken_before_made(run: Run) -> None:
    index = place(run, PromiseMade)
    broken = PromiseBroken.model_validate(run.said[index].event.model_dump())
    run.said.insert(index, Said(run.said[index].subject, broken))


LOST: dict[str, tuple[Plant, str]] = {
    "accepted, never received": (without(MessageReceived), "was accepted and never received"),
    "never classified": (without(MessageClassified), "was received and never classified"),
    "in no case": (without(CaseMessageAdded), "is in no case of its conversation"),
    "in a case of another conversation": (misfiled, "is in no case of its conversation"),
    "no owner": (never_owned, "case case-2 never got an owner"),
    "consult not offered": (without(ConsultOffered, ConsultAnswered), "never offered"),
    "consult not answered": (without(ConsultAnswered), "never answered"),
    "reply without delivery": (without(DeliverySent), "has no final delivery event"),
    "case did not hear of the delivery": (without(ReplySent), "its case never heard of it"),
    "reply did not arrive": (lambda run: run.received.remove(run.received[0]), "never arrived on moccarel-hook"),
    "promise without end": (without(PromiseKept), "neither kept nor breached"),
}
DOUBLE: dict[str, tuple[Plant, str]] = {
    "message in two cases": (another_case_takes_the_message, "is in the cases case-1, case-2"),
    "message added twice": (twice(CaseMessageAdded), "was added to case case-1 2 times"),
    "message received twice": (twice(MessageReceived), "moccarel/moccarel-hook/1-1 was received 2 times"),
    "message classified twice": (twice(MessageClassified), "was classified 2 times"),
    "case opened twice": (twice(CaseOpened), "case case-1 was opened 2 times"),
    "assigned twice": (twice(CaseAssigned), "assigned, without a hand-over, 2 times"),
    "two cases open at once": (another_case_in_the_conversation, "case case-2 was opened while case case-1"),
    "closed twice": (twice(CaseClosed), "was closed 2 times"),
    "consult requested twice": (twice(ConsultRequested), "was requested 2 times"),
    "consult answered twice": (twice(ConsultAnswered), "was answered 2 times"),
    "reply queued twice": (twice(ReplyQueued), "was queued 2 times"),
    "reply delivered twice": (twice(DeliverySent), "was delivered 2 times"),
    "reply marked sent twice": (twice(ReplySent), "was marked sent 2 times"),
    "reply arrived under two ids": (arrives_again(delivery_id="other"), "arrived under 2 delivery ids"),
    "delivery accepted twice": (arrives_again(), "arrived 2 times as delivery"),
    "promise made twice": (twice(PromiseMade), "was made 2 times"),
    "promise kept twice": (twice(PromiseKept), "was kept 2 times"),
    "promise broken twice": (broken_twice, "was broken 2 times"),
    "promise withdrawn twice": (withdrawn_twice, "was withdrawn 2 times"),
    "grant made twice": (granted(GrantProposed, GrantMade, GrantMade), "grant grant-1 was made 2 times"),
    "grant proposed twice": (granted(GrantProposed, GrantProposed), "grant grant-1 was proposed 2 times"),
    "owner decided twice": (twice(OwnerAssigned), "was given an owner 2 times"),
    "clock breached twice": (twice(ClockBreached), "breached 2 times"),
    "step of escalation twice": (twice(ClockEscalated), "was taken 2 times"),
    "clock set twice": (twice(ClockSet), "was set 2 times"),
    "clock stopped twice": (twice(ClockStopped), "was stopped 2 times"),
}
OWNER: dict[str, tuple[Plant, str]] = {
    "reply by another": (changed(ReplyQueued, author="mia"), "reply.queued.v1 in case case-1 by mia, who is not"),
    "sent by another": (changed(ReplySent, author="mia"), "reply.sent.v1 in case case-1 by mia"),
    "consult by another": (changed(ConsultRequested, asked_by="mia"), "consult.requested.v1 in case case-1 by mia"),
    "promise by another": (changed(PromiseMade, owner="mia"), "promise.made.v1 in case case-1 by mia"),
    "promise kept by another": (changed(PromiseKept, owner="mia"), "promise.kept.v1 in case case-1 by mia"),
    "resolved by another": (changed(CaseResolved, owner="mia"), "case.resolved.v1 in case case-1 by mia"),
    "closed with another": (changed(CaseClosed, owner="mia"), "case.closed.v1 in case case-1 by mia"),
    "consult before the owner": (before(ConsultRequested, CaseAssigned), "before it had an owner"),
    "reply before the owner": (before(ReplyQueued, CaseAssigned), "before it had an owner"),
    "promise before the owner": (before(PromiseMade, CaseAssigned), "before it had an owner"),
    "answer by somebody not asked": (
        changed(ConsultAnswered, specialist="wei"),
        "answered by wei, to whom it was never",
    ),
    "reply that nobody queued": (
        arrives_again(reply_id="forged"),
        "reply forged arrived at the customer, and no owner",
    ),
    "owner released too early": (released_too_early, "is without its owner kees"),
}
ORDER: dict[str, tuple[Plant, str]] = {
    "sent before queued": (before(ReplySent, ReplyQueued), "before its reply.queued.v1"),
    "answered before offered": (before(ConsultAnswered, ConsultOffered), "before its consult.offered.v1"),
    "offered before requested": (before(ConsultOffered, ConsultRequested), "before its consult.requested.v1"),
    "kept before made": (before(PromiseKept, PromiseMade), "before its promise.made.v1"),
    "broken before made": (broken_before_made, "before its promise.made.v1"),
    "granted before proposed": (granted(GrantMade, GrantProposed), "before its grant.proposed.v1"),
    "added before opened": (before(CaseMessageAdded, CaseOpened), "before it was opened"),
    "messages added in another order": (added_in_another_order, "conversation conversation-2 received later"),
    "two conversations mixed": (sent_in_another_conversation("other"), "conversation conversation-1 mixes"),
    "one conversation split": (one_thread_in_two_lanes, "is split into conversation-1, conversation-2"),
    "event after the end": (after_the_end(CaseMessageAdded), "after it was closed"),
    "reply after the end": (after_the_end(ReplySent), "reply.sent.v1 in case case-1 after it was closed"),
}
