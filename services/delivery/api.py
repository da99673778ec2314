"""The mailbox over HTTP: what was said to a customer in one conversation. For the customer's own page, through the desk."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from schemas.events.message import Attachment
from services.chassis.http import internal_router
from services.chassis.mongo import Database
from services.delivery.domain.delivery import Status
from services.delivery.domain.piece import goes_to
from services.delivery.store import DELIVERIES, in_order


class Shown(BaseModel):
    """One reply, as the mailbox shows it."""

    reply_id: str
    case_id: str
    kind: str
    status: Status
    text: str
    attachments: tuple[Attachment, ...]
    language: str
    queued_at: datetime
    sent_at: datetime | None
    receipt: str
    reason: str
    attempts: int


def router(database: Database) -> APIRouter:
    """The routes of the service."""
    routes = internal_router()

    @routes.get("/conversations/{conversation}/replies")
    async def replies(conversation: str) -> list[Shown]:
        """All replies of a conversation, in order, each with how it left."""
        documents = await database.lanes(DELIVERIES, [conversation])
        documents += await database.find(DELIVERIES, {"elsewhere": conversation})
        return [
            Shown(
                reply_id=state.reply.reply_id,
                case_id=state.reply.case_id,
                kind=state.reply.kind,
                status=state.status,
                text=state.reply.text,
                attachments=state.reply.attachments,
                language=state.reply.language,
                queued_at=state.reply.queued_at,
                sent_at=state.sent_at,
                receipt=state.receipt,
                reason=state.reason,
                attempts=state.attempts,
            )
            for state in (document.state for document in in_order(documents))
            if state is not None and goes_to(state.reply) == conversation
        ]

    return routes
