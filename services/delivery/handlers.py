"""What delivery does with events: take each queued reply and each survey over, or let go of it in time."""

from collections.abc import Callable, Mapping

from schemas.events.reply import ReplyCancelRequested, ReplyQueued
from schemas.events.survey import SurveyRequested
from services.chassis.documents import Context, Decision
from services.chassis.errors import Rejected
from services.chassis.table import Table
from services.delivery.domain.delivery import Delivery, WayOut, accept, cancel
from services.delivery.domain.survey import as_reply
from services.delivery.store import DELIVERIES


def table(ways: Mapping[str, WayOut], left: Callable[[str], None]) -> Table:
    """The service's table. `left` is told the channel of every reply that now waits to leave."""
    routes = Table()

    def taken(state: Delivery | None, reply: ReplyQueued, context: Context) -> Decision[Delivery] | None:
        """Take it over, if that was not done before."""
        if state is not None:
            return None
        new, events = accept(reply, ways.get(reply.channel), context.now)
        if new.open:
            left(reply.channel)
        return Decision(new, events)

    @routes.on(ReplyQueued, DELIVERIES, locate=lambda event, _: event.reply_id)
    def queued(state: Delivery | None, event: ReplyQueued, context: Context) -> Decision[Delivery] | None:
        return taken(state, event, context)

    @routes.on(SurveyRequested, DELIVERIES, locate=lambda event, _: event.survey_id)
    def survey_requested(state: Delivery | None, event: SurveyRequested, context: Context) -> Decision[Delivery] | None:
        return taken(state, as_reply(event), context)

    @routes.on(ReplyCancelRequested, DELIVERIES, locate=lambda event, _: event.reply_id)
    def cancel_requested(state: Delivery | None, event: ReplyCancelRequested, _: Context) -> Decision[Delivery] | None:
        if state is None:
            # Both are on one lane, so the reply is a dead letter. It must not be replayed and leave after all, unseen.
            raise Rejected(f"reply {event.reply_id} is to be cancelled and was never queued here")
        change = cancel(state)
        if change is None:
            return None
        if (way := ways.get(state.reply.channel)) and way.leaves:
            left(state.reply.channel)  # what is behind it may go now
        return Decision(*change)

    return routes
