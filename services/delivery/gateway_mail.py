"""Replies by mail through SMTP."""

from datetime import datetime

from schemas.mail import NotAnAddress
from schemas.sending import Outcome, Refused
from services.chassis.smtp import Server, hand_over
from services.delivery.domain.letter import letter
from services.delivery.domain.piece import Piece


class MailGateway:
    """Mail from one channel's address. SMTP has no way to recognise a repetition, so there is none after a doubt."""

    repeatable = False

    def __init__(self, server: Server, brand: str, from_address: str, seconds: float) -> None:
        self._server = server
        self._brand = brand
        self._from = from_address
        self._seconds = seconds
        _ = server.context  # certificates that can not be read end the start, not the first reply

    async def send(self, piece: Piece, now: datetime) -> Outcome:
        try:
            mail = letter(piece, self._brand, self._from, now)
        except NotAnAddress as error:
            return Refused(str(error))
        return await hand_over(self._server, mail, self._seconds)

    async def close(self) -> None:
        """Nothing is kept open."""
