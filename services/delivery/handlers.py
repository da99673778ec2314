"""What delivery does with events: take each queued reply over."""

from collections.abc import Callable, Mapping

from schemas.events.reply import ReplyQueued
from services.chassis.documents import Context, Decision
from services.chassis.table import Table
from services.delivery.domain.delivery import Delivery, WayOut, accept
from services.delivery.store import DELIVERIES


def table(ways: Mapping[str, WayOut], left: Callable[[str], None]) -> Table:
    """The service's table. `left` is told the channel of every reply that now waits to leave."""
    routes = Table()

    @routes.on(ReplyQueued, DELIVERIES, locate=lambda event, _: event.reply_id)
    def queued(state: Delivery | None, event: ReplyQueued, context: Context) -> Decision[Delivery] | None:
        if state is not None:
            return None
        new, events = accept(event, ways.get(event.channel), context.now)
        if new.open:
            left(event.channel)
        return Decision(new, events)

    return routes
