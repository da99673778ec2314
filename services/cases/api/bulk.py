"""One command on many cases: each case is a commit of its own, a repeat under the same key does just the same."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from pydantic import BaseModel, Field

from schemas.ids import derive
from services.cases.api.acting import Actor, Commands
from services.cases.store import BULKS, Bulk, Planned, RefusedPart
from services.chassis.documents import Context, Decision
from services.chassis.errors import Conflict, Problem

MOST_CASES = 500
AT_ONCE = 25


class BulkAnswer(BaseModel):
    """What became of a command on many cases."""

    bulk_id: str
    done: tuple[Planned, ...] = Field(description="The cases for which it was done, and the person whom it concerns.")
    refused: tuple[RefusedPart, ...] = Field(description="The cases in which nothing has changed, and why.")


async def for_each(
    cases: Commands,
    actor: Actor,
    plan: Callable[[], Awaitable[Sequence[Planned]]],
    do: Callable[[Planned], Awaitable[object]],
) -> BulkAnswer:
    """Do it for each planned case. Once finished, a repeat gives the same answer; before, it goes on with the same plan.

    Raises what `plan` raises, a Problem 422 for too many cases or a key that named something else, and Unavailable; then the
    same command can be repeated.
    """
    bulk_id = bulk_of(actor)
    known = await cases.service.database.get(BULKS, bulk_id)
    bulk = known.state if known and known.state else None
    if bulk is None:
        bulk = await _stored(cases, bulk_id, "planned", await _planned(actor, plan))
    if bulk.cause != actor.cause:
        raise Problem(422, "idempotency-key-reused", "this Idempotency-Key named another command here; take a new one")
    if not bulk.finished:
        bulk = await _stored(cases, bulk_id, "finished", await _carried_out(bulk, do))
    return BulkAnswer(bulk_id=bulk_id, done=bulk.done, refused=bulk.refused)


def bulk_of(actor: Actor) -> str:
    """The id that everything has in common which one command did."""
    return derive("bulk", actor.command)


async def _planned(actor: Actor, plan: Callable[[], Awaitable[Sequence[Planned]]]) -> Bulk:
    planned = tuple(await plan())
    if len(planned) > MOST_CASES:
        raise Problem(
            422, "too-many-cases", f"{len(planned)} cases at once; {MOST_CASES} at most, so name some of them"
        )
    return Bulk(cause=actor.cause, plan=planned)


async def _stored(cases: Commands, bulk_id: str, step: str, bulk: Bulk) -> Bulk:
    """The bulk after this step; where somebody else took the same step first, it is theirs."""

    def decide(_: Bulk | None, __: Context) -> Decision[Bulk]:
        return Decision(bulk)

    document = await cases.service.repository.execute(BULKS, bulk_id, step, decide)
    assert document.state is not None  # noqa: S101 - decide() has set it
    return document.state


async def _carried_out(bulk: Bulk, do: Callable[[Planned], Awaitable[object]]) -> Bulk:
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(planned: Planned) -> RefusedPart | None:
        async with slots:
            try:
                await do(planned)
            except Problem as problem:
                return RefusedPart(**planned.model_dump(), kind=problem.kind, detail=str(problem))
            except Conflict as conflict:
                return RefusedPart(**planned.model_dump(), kind="conflict", detail=str(conflict))
        return None

    results = await asyncio.gather(*(one(planned) for planned in bulk.plan))
    done = tuple(planned for planned, refused in zip(bulk.plan, results, strict=True) if refused is None)
    refused = tuple(each for each in results if each)
    return bulk.model_copy(update={"done": done, "refused": refused, "finished": True})
