"""What follow-up answers about the links to specialists' questions, as far as the pages show it (O2)."""

from datetime import datetime
from typing import Literal

from schemas.base import Model

Standing = Literal["open", "accepted", "answered", "declined", "expired", "elsewhere", "withdrawn"]


class Invited(Model):
    """What a link leads to."""

    case_id: str
    consult_id: str
    request_id: str
    specialist: str
    asked_by: str
    brand: str
    standing: Standing
    good_until: datetime

    @property
    def live(self) -> bool:
        """Whether something can be done with it."""
        return self.standing in ("open", "accepted")


class Link(Model):
    """The link of an offer that can still be taken up, and what became of the mail with it."""

    consult_id: str
    specialist: str
    url: str
    good_until: datetime
    mail: Literal["waiting", "arrived", "given-up"]
    mail_error: str
