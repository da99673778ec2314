"""Two cases that are one matter, and one case that is two."""

from datetime import datetime

from pydantic import BaseModel, Field

from schemas.base import Event, Identifier
from schemas.events.case import CaseClosed, CaseMerged, CaseSplit
from services.cases.domain import merging_refusals, refusals
from services.cases.domain.addressee import last_word
from services.cases.domain.case import HEARD_LIMIT, Case
from services.cases.domain.commands.acting import (
    Words,
    facts,
    released,
    require_acting,
    require_open,
    require_unresolved,
    search_ended,
)
from services.cases.domain.commands.ownership import covering_over
from services.cases.domain.terms import Terms

MOST_SPLIT_OFF = 50
"""Messages that one split can move."""


class MergeCase(BaseModel):
    """Let the case go on in another one of the same customer."""

    into: Identifier
    reason: Words


class SplitCase(BaseModel):
    """Let some of the customer's messages go on as a case of their own."""

    messages: tuple[Identifier, ...] = Field(min_length=1, max_length=MOST_SPLIT_OFF)
    reason: Words


def merge(
    source: Case, target: Case, command: MergeCase, actor: str, terms: Terms, one_customer: bool, now: datetime
) -> list[Event]:
    """End the source, which goes on in the target; the target hears of it from the source's own topic.

    `one_customer`: a person has said that both customers are one, or the channel knows them as one. Nothing may be left
    to do in the source that only the source can do: its promises, consults, approvals, handovers and replies come first.
    """
    if source.id == target.id:
        raise merging_refusals.SameCase("a case can not be merged into itself")
    for case in (source, target):
        _require_in_charge(case, actor, terms, now)
        require_unresolved(case)
    if source.brand != target.brand:
        raise merging_refusals.AnotherBrand(f"the other case is of {target.brand}, this one of {source.brand}")
    if not one_customer:
        raise merging_refusals.NotTheSameCustomer(
            "the two customers are not linked; say first that they are one, and why"
        )
    _require_nothing_open(source)
    merged = CaseMerged(
        **facts(source),
        into=target.id,
        into_conversation=target.conversation,
        by=actor,
        reason=command.reason,
        merged_at=now,
        channel=source.channel,
        customer=source.customer,
        last_word=last_word(source),
        messages=source.messages,
        unanswered=source.unanswered,
        first_reply_due_at=None if source.first_reply_sent else source.first_reply_due_at,
    )
    closed = CaseClosed(**facts(source), owner=source.owner, cause="merged", closed_at=now)
    ended = [*search_ended(source), *covering_over(source, now)]
    return [*ended, merged, closed, released(source, source.owner_request, source.owner)]


def split(case: Case, command: SplitCase, actor: str, terms: Terms, new_case: str, now: datetime) -> list[Event]:
    """Say which messages are another matter; the new case opens when its own topic tells of this."""
    _require_in_charge(case, actor, terms, now)
    require_unresolved(case)
    here = [each.message.id for each in case.heard if each.message.id not in case.split_off]
    wanted = dict.fromkeys(command.messages)
    if missing := [id_ for id_ in wanted if id_ not in here]:
        latest = f"; of {case.messages} messages the latest {HEARD_LIMIT} can be split off" if case.let_go else ""
        raise merging_refusals.MessageNotHere(
            f"message {missing[0]} is not in this case, or goes on in another one already{latest}"
        )
    if len(wanted) == len(here) and not case.let_go:
        raise merging_refusals.NothingLeft("these are all messages of the case; at least one stays")
    parted = CaseSplit(
        **facts(case),
        new_case=new_case,
        messages=tuple(id_ for id_ in here if id_ in wanted),
        by=actor,
        reason=command.reason,
        split_at=now,
    )
    return [parted]


def _require_in_charge(case: Case, actor: str, terms: Terms, now: datetime) -> None:
    """The owner, the cover in force, or a lead. Raises NotTheOwner, NoOwnerYet or CaseIsClosed."""
    require_open(case)
    if not case.owner:
        raise refusals.NoOwnerYet("the case has no owner yet; routing is looking for one")
    person = terms.person(actor)
    if person.role != "lead" or case.brand not in person.brands:
        require_acting(case, actor, now)


def _require_nothing_open(case: Case) -> None:
    """Raises the refusal that names what has to be done first."""
    if case.open_promises:
        what = ", ".join(promise.what for promise in case.open_promises)
        raise refusals.PromiseIsOpen(f"still promised here: {what}; report the result to the customer first")
    if case.open_consults:
        raise merging_refusals.ConsultIsOpen(
            "a specialist still works on this case; wait for the answer, or withdraw the question"
        )
    if case.pending_handover:
        to = case.pending_handover.to
        raise refusals.HandoverIsPending(f"the case is offered to {to}; wait for the answer, or withdraw the offer")
    if any(approval.status == "waiting" for approval in case.approvals.values()):
        raise merging_refusals.ApprovalIsWaiting(
            "something of this case waits for four eyes; wait for it, or withdraw it"
        )
    if any(reply.status in ("held", "scheduled", "queued") for reply in case.replies.values()):
        raise refusals.ReplyOnItsWay("a reply is still on its way; wait until it has left, or cancel it")
