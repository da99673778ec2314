"""What came before what it follows from, or after the end."""

from collections import defaultdict
from collections.abc import Iterator

from casekeeper.checker.arrivals import misplaced
from casekeeper.checker.verdict import Evidence
from schemas.base import Event
from schemas.events.case import (
    CaseClosed,
    CaseEvent,
    CaseMarked,
    CaseMergeRefused,
    CaseMessageAdded,
    CaseMessageForwarded,
    CaseNoteAdded,
    CaseOpened,
    CaseSplit,
    CaseUnmarked,
    CaseUnmerged,
)
from schemas.events.coaching import FeedbackGiven, FeedbackSeen
from schemas.events.consult import (
    ConsultAccepted,
    ConsultAnswered,
    ConsultDeclined,
    ConsultOffered,
    ConsultOfferEnded,
    ConsultOfferExpired,
    ConsultRated,
    ConsultRequested,
)
from schemas.events.grant import GrantMade, GrantProposed, GrantRefused
from schemas.events.handover import (
    HandoverAccepted,
    HandoverDeclined,
    HandoverExpired,
    HandoverOffered,
    HandoverWithdrawn,
)
from schemas.events.message import MessageReceived
from schemas.events.promise import PromiseBroken, PromiseKept, PromiseMade, PromiseWithdrawn
from schemas.events.reply import ReplyFailed, ReplyQueued, ReplySent, ReplyUncertain

FIRST: dict[type[Event], tuple[type[Event], str]] = {
    ReplySent: (ReplyQueued, "reply_id"),
    ReplyFailed: (ReplyQueued, "reply_id"),
    ReplyUncertain: (ReplyQueued, "reply_id"),
    ConsultOffered: (ConsultRequested, "consult_id"),
    ConsultAnswered: (ConsultOffered, "consult_id"),
    ConsultAccepted: (ConsultOffered, "request_id"),
    ConsultDeclined: (ConsultOffered, "request_id"),
    ConsultOfferExpired: (ConsultOffered, "request_id"),
    ConsultOfferEnded: (ConsultOffered, "request_id"),
    ConsultRated: (ConsultAnswered, "consult_id"),
    PromiseKept: (PromiseMade, "promise_id"),
    PromiseBroken: (PromiseMade, "promise_id"),
    PromiseWithdrawn: (PromiseMade, "promise_id"),
    GrantMade: (GrantProposed, "grant_id"),
    GrantRefused: (GrantProposed, "grant_id"),
    HandoverAccepted: (HandoverOffered, "handover_id"),
    HandoverDeclined: (HandoverOffered, "handover_id"),
    HandoverExpired: (HandoverOffered, "handover_id"),
    HandoverWithdrawn: (HandoverOffered, "handover_id"),
}
"""Which event has to be there first, about the same thing."""
AFTER_THE_END: tuple[type[Event], ...] = (
    CaseClosed,
    CaseNoteAdded,
    CaseMarked,
    CaseUnmarked,
    FeedbackGiven,
    FeedbackSeen,
    CaseMessageForwarded,
    CaseMergeRefused,
)
"""What colleagues may add to a case that is over, and what other cases say to it."""


def order(evidence: Evidence) -> Iterator[str]:
    """A sentence for each thing out of order."""
    yield from _sequences(evidence)
    yield from _conversations(evidence)
    yield from _lanes(evidence)
    yield from _causes(evidence)
    yield from _lives(evidence)
    yield from misplaced(evidence)


def _sequences(evidence: Evidence) -> Iterator[str]:
    highest: dict[tuple[str, str, str], int] = defaultdict(int)
    for entry in evidence.log.entries:
        envelope = entry.envelope
        if not envelope.sequence:
            continue
        lane = (entry.topic, envelope.subject, envelope.key)  # order holds within a key only
        if envelope.sequence <= highest[lane]:
            yield (
                f"{envelope.type} is event {envelope.sequence} of {envelope.subject} in {entry.topic}, "
                f"after event {highest[lane]}"
            )
        highest[lane] = max(highest[lane], envelope.sequence)


def _conversations(evidence: Evidence) -> Iterator[str]:
    rank: dict[tuple[str, str], int] = {}
    for number, event in enumerate(evidence.log.all(MessageReceived)):
        rank.setdefault((event.message.conversation, event.message.id), number)
    latest: dict[str, int] = defaultdict(lambda: -1)
    parted = {(id, event.new_case) for event in evidence.log.all(CaseSplit) for id in event.messages}
    for added in evidence.log.all(CaseMessageAdded):
        place = rank.get((added.conversation, added.message.id))
        if place is None or (added.message.id, added.case_id) in parted:
            continue
        if place < latest[added.conversation]:
            yield (
                f"message {added.message.id} was added to case {added.case_id} after a message "
                f"that conversation {added.conversation} received later"
            )
        latest[added.conversation] = max(latest[added.conversation], place)


def _lanes(evidence: Evidence) -> Iterator[str]:
    """One conversation at the customer's end is one lane here, and the other way round; else no order would hold."""
    lane_of = {
        (event.message.brand, event.message.channel, event.message.external_id): event.message.conversation
        for event in evidence.log.all(MessageReceived)
    }
    lanes: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    threads: dict[str, set[str]] = defaultdict(set)
    for message in evidence.sent:
        if message.conversation and message.key in lane_of:
            lanes[(message.brand, message.channel, message.conversation)].add(lane_of[message.key])
            threads[lane_of[message.key]].add("/".join((message.brand, message.channel, message.conversation)))
    for thread, mine in lanes.items():
        if len(mine) > 1:
            yield f"conversation {'/'.join(thread)} of the customer is split into {', '.join(sorted(mine))}"
    for lane, sources in threads.items():
        if len(sources) > 1:
            yield f"conversation {lane} mixes {', '.join(sorted(sources))}"


def _causes(evidence: Evidence) -> Iterator[str]:
    there: set[tuple[type[Event], str]] = set()
    for event in evidence.log.case_events():
        for kind, (needed, field) in FIRST.items():
            if type(event) is needed:
                there.add((needed, getattr(event, field)))
            elif type(event) is kind and (needed, getattr(event, field)) not in there:
                yield f"{event.type} of {field.removesuffix('_id')} {getattr(event, field)} before its {needed.type}"


def _lives(evidence: Evidence) -> Iterator[str]:
    opened: set[str] = set()
    closed: set[str] = set()
    for event in evidence.log.case_events():
        if isinstance(event, CaseOpened):
            opened.add(event.case_id)
        elif event.case_id not in opened and not isinstance(event, CaseMessageForwarded):
            opened.add(event.case_id)  # said once
            yield f"{event.type} in case {event.case_id} before it was opened"
        if isinstance(event, CaseUnmerged):
            closed.discard(event.case_id)
        elif event.case_id in closed and not _may_come_after_the_end(event):
            yield _after_closing(event)
        elif isinstance(event, CaseClosed):
            closed.add(event.case_id)


def _may_come_after_the_end(event: CaseEvent) -> bool:
    """A specialist's late answer may, too (rule 3)."""
    return isinstance(event, AFTER_THE_END) or (isinstance(event, ConsultAnswered) and event.late)


def _after_closing(event: CaseEvent) -> str:
    return f"{event.type} in case {event.case_id} after it was closed"
