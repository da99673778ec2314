"""The way to a channel, as the sender sees it."""

from datetime import datetime
from typing import Protocol

from schemas.sending import Outcome
from services.delivery.domain.piece import Piece


class Gateway(Protocol):
    """Sends one message. Never raises for what the other side does: every end of an attempt is an outcome."""

    @property
    def repeatable(self) -> bool:
        """Whether the receiver recognises the same message when it comes again."""

    async def send(self, piece: Piece, now: datetime) -> Outcome:
        """One attempt, within the time that the gateway was given."""

    async def close(self) -> None:
        """Let go of connections; they come back when needed."""
