"""What happened twice and may happen once."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator
from typing import Any

from casekeeper.checker.approvers import approved_by_authors, relieved_twice
from casekeeper.checker.arrivals import repeated
from casekeeper.checker.consults import twice
from casekeeper.checker.covers import freed_twice
from casekeeper.checker.verdict import Evidence
from schemas.base import Event
from schemas.events.case import (
    CaseAssigned,
    CaseClosed,
    CaseCoverWanted,
    CaseMessageAdded,
    CaseOpened,
    CaseOwnerChanged,
    CaseSplit,
    CaseUnmerged,
)
from schemas.events.consult import ConsultRequested
from schemas.events.delivery import DeliverySent
from schemas.events.followup import ClockBreached, ClockEscalated, ClockSet, ClockStopped, ClockWarned
from schemas.events.grant import GrantMade, GrantProposed
from schemas.events.handover import HandoverAccepted, HandoverOffered
from schemas.events.message import MessageClassified, MessageReceived
from schemas.events.promise import PromiseBroken, PromiseKept, PromiseMade, PromiseWithdrawn
from schemas.events.reply import ReplyQueued, ReplySent
from schemas.events.routing import ApproverFound, CoverFound, OwnerAssigned, SpecialistOffered

ONCE: tuple[tuple[type[Event], str, Callable[[Any], Hashable]], ...] = (
    (
        MessageReceived,
        "message {} was received",
        lambda event: f"{event.message.brand}/{event.message.channel}/{event.message.external_id}",
    ),
    (MessageClassified, "message {} was classified", lambda event: event.message.id),
    (CaseOpened, "case {} was opened", lambda event: event.case_id),
    (CaseAssigned, "case {} was assigned, without a hand-over,", lambda event: event.case_id),
    (CaseOwnerChanged, "handover {} changed the owner", lambda event: event.handover_id),
    (CaseCoverWanted, "cover {} was wanted", lambda event: event.request_id),
    (CoverFound, "request {} was given a cover", lambda event: event.request_id),
    (HandoverOffered, "handover {} was offered", lambda event: event.handover_id),
    (HandoverAccepted, "handover {} was accepted", lambda event: event.handover_id),
    (ConsultRequested, "consult {} was requested", lambda event: event.consult_id),
    (ReplyQueued, "reply {} was queued", lambda event: event.reply_id),
    (ReplySent, "reply {} was marked sent", lambda event: event.reply_id),
    (DeliverySent, "reply {} was delivered", lambda event: event.reply_id),
    (PromiseMade, "promise {} was made", lambda event: event.promise_id),
    (PromiseKept, "promise {} was kept", lambda event: event.promise_id),
    (PromiseBroken, "promise {} was broken", lambda event: event.promise_id),
    (PromiseWithdrawn, "promise {} was withdrawn", lambda event: event.promise_id),
    (GrantProposed, "grant {} was proposed", lambda event: event.grant_id),
    (GrantMade, "grant {} was made", lambda event: event.grant_id),
    (OwnerAssigned, "request {} was given an owner", lambda event: event.request_id),
    (SpecialistOffered, "request {} was given a specialist", lambda event: event.request_id),
    (ApproverFound, "request {} was given somebody to approve", lambda event: event.request_id),
    (ClockSet, "clock {} was set", lambda event: event.clock_id),
    (ClockWarned, "clock {} warned", lambda event: event.clock_id),
    (ClockBreached, "clock {} breached", lambda event: event.clock_id),
    (ClockStopped, "clock {} was stopped", lambda event: event.clock_id),
    (ClockEscalated, "step {} of a clock was taken", lambda event: f"{event.clock_id}/{event.step}"),
)
"""What may happen once for each value of its key."""


def doubles(evidence: Evidence) -> Iterator[str]:
    """A sentence for each thing that had its effect more than once."""
    for kind, words, key in ONCE:
        for value, times in Counter(key(event) for event in evidence.log.all(kind)).items():
            if times > 1:
                yield f"{words.format(value)} {times} times"
    yield from twice(evidence)
    yield from freed_twice(evidence)
    yield from relieved_twice(evidence)
    yield from approved_by_authors(evidence)
    yield from _closed(evidence)
    yield from _added(evidence)
    yield from repeated(evidence)
    yield from _open_at_once(evidence)


def _closed(evidence: Evidence) -> Iterator[str]:
    """A case ends once, and once more for each time that it could not go on in the case it was merged into."""
    again = Counter(event.case_id for event in evidence.log.all(CaseUnmerged))
    for id, times in Counter(event.case_id for event in evidence.log.all(CaseClosed)).items():
        if times > 1 + again[id]:
            yield f"case {id} was closed {times} times"


def _added(evidence: Evidence) -> Iterator[str]:
    cases: dict[str, list[str]] = defaultdict(list)
    parted = {(id, event.new_case) for event in evidence.log.all(CaseSplit) for id in event.messages}
    for event in evidence.log.all(CaseMessageAdded):
        if (event.message.id, event.case_id) in parted:
            parted.remove((event.message.id, event.case_id))  # said so by a person; a second time is one too many
        else:
            cases[event.message.id].append(event.case_id)
    for id, ids in cases.items():
        if len(set(ids)) > 1:
            yield f"message {id} is in the cases {', '.join(sorted(set(ids)))}"
        elif len(ids) > 1:
            yield f"message {id} was added to case {ids[0]} {len(ids)} times"


def _open_at_once(evidence: Evidence) -> Iterator[str]:
    open_cases: dict[str, list[str]] = defaultdict(list)
    for event in evidence.log.case_events():
        mine = open_cases[event.conversation]
        if isinstance(event, CaseOpened) and event.case_id not in mine:
            if mine and not event.split_from:
                yield f"case {event.case_id} was opened while case {mine[-1]} of the same conversation was open"
            mine.append(event.case_id)
        elif isinstance(event, CaseClosed) and event.case_id in mine:
            mine.remove(event.case_id)
        elif isinstance(event, CaseUnmerged) and event.case_id not in mine:
            mine.append(event.case_id)
