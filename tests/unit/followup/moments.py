"""Events of one case for the tests of its clocks, at moments counted in minutes from noon."""

from datetime import UTC, datetime, timedelta

from schemas.events.case import CaseAbsorbed, CaseClosed, CaseEvent, CaseOpened, CaseReopened, CaseResolved
from schemas.events.message import Author
from schemas.events.promise import PromiseKept, PromiseMade, PromiseWithdrawn
from schemas.events.reply import ReplySent

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CASE = {"case_id": "case-1", "conversation": "conversation-1", "brand": "moccarel"}


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def opened(due: float = 60) -> CaseOpened:
    return CaseOpened(
        **CASE,
        channel="moccarel-web",
        visibility="private",
        customer=Author(id="ana"),
        pool="care",
        language="es",
        opened_at=NOON,
        first_reply_due_at=at(due),
    )


def absorbed(due: float | None, minutes: float = 0, source: str = "case-2") -> CaseAbsorbed:
    facts = {"source_conversation": "mail-2", "source_channel": "mail", "by": "kees", "reason": "the same leak"}
    until = None if due is None else at(due)
    who = Author(id="ana")
    return CaseAbsorbed(
        **CASE, **facts, source_case=source, source_customer=who, absorbed_at=at(minutes), first_reply_due_at=until
    )


def sent(minutes: float, first: bool = True, id: str = "reply-1") -> ReplySent:
    return ReplySent(**CASE, reply_id=id, kind="answer", author="kees", first=first, sent_at=at(minutes))


def promised(due: float, id: str = "promise-1") -> PromiseMade:
    return PromiseMade(**CASE, promise_id=id, owner="kees", what="the part number", due_at=at(due))


def kept(late: bool = False, id: str = "promise-1") -> PromiseKept:
    return PromiseKept(**CASE, promise_id=id, owner="kees", reply_id="reply-1", late=late)


def withdrawn(minutes: float, id: str = "promise-1") -> PromiseWithdrawn:
    facts = {"promise_id": id, "owner": "kees", "reply_id": "reply-1", "reason": "cancelled"}
    return PromiseWithdrawn(**CASE, **facts, withdrawn_at=at(minutes))


def resolved(minutes: float, quiet: float = 2880) -> CaseResolved:
    return CaseResolved(**CASE, owner="kees", resolved_at=at(minutes), closes_at=at(minutes + quiet))


def reopened(message: str = "message-2") -> CaseReopened:
    return CaseReopened(**CASE, owner="kees", message_id=message)


def closed() -> CaseClosed:
    return CaseClosed(**CASE, owner="kees")


__all__ = [
    "CaseEvent",
    "absorbed",
    "at",
    "closed",
    "kept",
    "opened",
    "promised",
    "reopened",
    "resolved",
    "sent",
    "withdrawn",
]
