"""What was promised, kept and broken (F1)."""

from collections.abc import Callable
from typing import Any

from schemas.base import Event
from schemas.events.promise import PromiseBroken, PromiseKept, PromiseMade, PromiseWithdrawn
from services.cases.domain.case import Case
from services.cases.domain.promised import Promise


def _promise(case: Case, id: str, **changes: Any) -> dict[str, Any]:
    return {"promises": case.promises | {id: case.promises[id].model_copy(update=changes)}}


def _made(case: Case, event: PromiseMade) -> dict[str, Any]:
    promise = Promise(
        id=event.promise_id,
        what=event.what,
        due_at=event.due_at,
        made_at=event.made_at,
        owner=event.owner,
        reply_id=event.reply_id,
    )
    return {"promises": case.promises | {promise.id: promise}}


def _kept(case: Case, event: PromiseKept) -> dict[str, Any]:
    return _promise(case, event.promise_id, kept=True, kept_at=event.kept_at, late=event.late)


def _broken(case: Case, event: PromiseBroken) -> dict[str, Any]:
    return _promise(case, event.promise_id, broken=True)


def _withdrawn(case: Case, event: PromiseWithdrawn) -> dict[str, Any]:
    return _promise(case, event.promise_id, withdrawn=True)


CHANGES: dict[type[Event], Callable[[Case, Any], dict[str, Any]]] = {
    PromiseMade: _made,
    PromiseKept: _kept,
    PromiseBroken: _broken,
    PromiseWithdrawn: _withdrawn,
}
