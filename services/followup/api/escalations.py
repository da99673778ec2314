"""What somebody is told to look at, over HTTP (F3): each their own, and the sums of their brands."""

from schemas.base import Model, UtcDatetime
from schemas.events.followup import ClockKind, LateClock
from services.chassis.documents import Context, Decision
from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.followup.api.asking import Asking, InService
from services.followup.domain import escalations_inbox as inboxes
from services.followup.domain.escalations import Call
from services.followup.domain.escalations_inbox import Inbox, inbox_id
from services.followup.store.escalations import ESCALATIONS, INBOXES, inbox

router = internal_router()


class Escalated(Model):
    """What the asker is told to look at, the most harm first."""

    items: tuple[Call, ...]


class SummedUp(Model):
    """What was late in such numbers that it is told as a sum; the worst of it by name, the most harm first."""

    brand: str
    count: int
    by_kind: dict[ClockKind, int]
    worst: tuple[LateClock, ...]
    since: UtcDatetime | None
    at: UtcDatetime


@router.get("/escalations")
async def list_escalations(asker: Asking, service: InService) -> Escalated:
    """The asker's own; without what they have seen to, and what has happened meanwhile."""
    return _shown(await inbox(service.database, asker.person.id), asker.person.brands)


@router.get("/escalations/{escalation_id}")
async def show_escalation_sum(escalation_id: str, asker: Asking, service: InService) -> SummedUp:
    """A sum, for those who lead or coach the brand."""
    asker.require_role("coach", "lead")
    found = await service.database.get(ESCALATIONS, escalation_id)
    if found is None or found.state is None or found.state.call.kind != "sum":
        raise Problem(404, "not-found", f"there is no sum {escalation_id!r}")
    asker.require_brand(found.state.call.brand)
    state = found.state
    return SummedUp(
        brand=state.call.brand,
        count=state.call.count,
        by_kind=state.by_kind,
        worst=state.worst,
        since=state.since,
        at=state.call.at,
    )


@router.post("/escalations/{escalation_id}/acknowledgement", status_code=202)
async def acknowledge_escalation(escalation_id: str, asker: Asking, service: InService) -> Escalated:
    """The asker has seen to it. Twice is once; 404 for what the asker was not told of."""
    if escalation_id not in (await inbox(service.database, asker.person.id)).calls:
        raise Problem(404, "not-found", f"nothing with the id {escalation_id!r} was escalated to you")

    def decide(state: Inbox | None, context: Context) -> Decision[Inbox] | None:
        after = inboxes.acknowledge(state, escalation_id, context.now)
        return Decision(after) if after else None

    document = await service.repository.execute(
        INBOXES, inbox_id(asker.person.id), asker.command, decide, actor=asker.person.id
    )
    return _shown(document.state or Inbox(person=asker.person.id), asker.person.brands)


def _shown(found: Inbox, brands: tuple[str, ...]) -> Escalated:
    return Escalated(items=tuple(each for each in found.open if each.brand in brands))
