"""Promises (F1, rule 5)."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, StringConstraints

from schemas.base import Event, UtcDatetime
from schemas.events.promise import PromiseMade, PromiseWithdrawn
from services.cases.domain import refusals
from services.cases.domain.case import Case
from services.cases.domain.commands.acting import Words, facts, require_acting, require_unresolved

MAX_PROMISE = 500


class NewPromise(BaseModel):
    """What is promised by when (F1)."""

    what: Annotated[Words, StringConstraints(max_length=MAX_PROMISE)]
    due_at: UtcDatetime


def promise(
    case: Case, command: NewPromise, actor: str, promise_id: str, now: datetime, reply_id: str = ""
) -> list[Event]:
    """Record a promise; from now on it has a clock (F1)."""
    require_acting(case, actor, now)
    require_unresolved(case)
    if command.due_at <= now:
        raise refusals.PromiseInThePast(f"{command.due_at.isoformat()} has passed; promise something that lies ahead")
    return [made(case, command.what, command.due_at, promise_id, now, reply_id)]


def withdrawn(case: Case, reply_id: str, reason: str, now: datetime) -> list[Event]:
    """What a reply promised that never left: the customer was told nothing, so that nobody has to keep it (F1)."""
    return [
        PromiseWithdrawn(
            **facts(case), promise_id=each.id, owner=case.owner, reply_id=reply_id, reason=reason, withdrawn_at=now
        )
        for each in case.open_promises
        if each.reply_id == reply_id
    ]


def made(case: Case, what: str, due_at: datetime, promise_id: str, now: datetime, reply_id: str = "") -> PromiseMade:
    """The promise as a fact; whether it may be made is decided before."""
    return PromiseMade(
        **facts(case),
        promise_id=promise_id,
        owner=case.owner,
        what=what,
        due_at=due_at,
        made_at=now,
        reply_id=reply_id,
    )
