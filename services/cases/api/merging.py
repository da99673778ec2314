"""Two cases that are one matter, and one case that is two."""

from collections.abc import Sequence
from datetime import datetime

from schemas.base import Event
from schemas.events.customer import Identity
from schemas.ids import derive
from services.cases.api.acting import Accepted, Acting, All, may
from services.cases.api.customers import AllCustomers
from services.cases.domain import Case
from services.cases.domain.commands.merging import MergeCase, SplitCase, merge, split
from services.cases.domain.terms import Terms
from services.chassis.http import internal_router

router = internal_router()


@router.post("/cases/{case_id}/merge", status_code=202)
@may("owner", "cover", "lead")
async def merge_case(case_id: str, command: MergeCase, actor: Acting, cases: All, customers: AllCustomers) -> Accepted:
    """Let the case go on in another one of the same customer; what the customer writes later is found there (M4)."""
    source = (await cases.find(case_id, actor)).state
    target = (await cases.find(command.into, actor)).state
    assert source is not None  # noqa: S101 - find() has raised otherwise
    assert target is not None  # noqa: S101 - the same
    one_customer = await customers.are_one(_identity(source), _identity(target))

    def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
        return merge(case, target, command, actor.person, terms, one_customer, now)

    return await cases.carry_out(case_id, actor, rule, new_case_id=target.id)


@router.post("/cases/{case_id}/split", status_code=202)
@may("owner", "cover", "lead")
async def split_case(case_id: str, command: SplitCase, actor: Acting, cases: All) -> Accepted:
    """Let some of the messages go on as a case of their own, with the same owner when possible."""
    new_case = derive("split", case_id, actor.command)

    def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
        return split(case, command, actor.person, terms, new_case, now)

    return await cases.carry_out(case_id, actor, rule, new_case_id=new_case)


def _identity(case: Case) -> Identity:
    return Identity(brand=case.brand, channel=case.channel, author=case.customer.id)
