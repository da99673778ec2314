"""Escalations beyond a brand's limit: counted as they are said, and told to the leads as a sum (F3)."""

from schemas.events.followup import ClockEscalated
from schemas.ids import derive
from services.chassis.clock import Clock
from services.chassis.documents import Context, Decision
from services.chassis.ids import fresh
from services.chassis.repository import Repository
from services.chassis.table import Table
from services.followup.domain import clocks_budget
from services.followup.domain.clocks_budget import Budget
from services.followup.store.clocks import BUDGETS, sums_due


def budget_id(brand: str) -> str:
    """Of the brand's document."""
    return derive("clock-budget", brand)


def listen(table: Table) -> None:
    """Put into the table what adds to the sums."""

    @table.on(ClockEscalated, BUDGETS, id=lambda event: budget_id(event.brand))
    def clock_escalated(state: Budget | None, event: ClockEscalated, context: Context) -> Decision[Budget] | None:
        after = clocks_budget.summed(state, event, context.now)
        return None if after is None else Decision(after)


async def granted(repository: Repository, brand: str, wanted: int, most: int) -> int:
    """How many of so many escalations people may be told of one by one. Raises Unavailable, Conflict."""

    def decide(state: Budget | None, context: Context) -> Decision[Budget]:
        return Decision(clocks_budget.take(state, brand, wanted, most, context.now))

    document = await repository.execute(BUDGETS, budget_id(brand), fresh(), decide)
    return document.state.granted if document.state else 0


async def sum_up(repository: Repository, clock: Clock) -> None:
    """Tell the leads of each brand what waits, if it is time. Raises Unavailable, Conflict."""

    def decide(state: Budget | None, context: Context) -> Decision[Budget] | None:
        told = clocks_budget.sum_up(state, context.now)
        return None if told is None else Decision(told[0], [told[1]])

    for document in await sums_due(repository.database, clock.now()):
        await repository.execute(BUDGETS, document.id, fresh(), decide)
