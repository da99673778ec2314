"""What the cases service answers about parity: where channels promise otherwise than their brand (M2)."""

from decimal import Decimal

from pydantic import BaseModel

from schemas.parity import What


class Deviation(BaseModel):
    """One thing that customers of a channel are promised otherwise."""

    brand: str
    channel: str
    what: What
    detail: str = ""
    of_brand: str
    of_channel: str
    difference: Decimal
    unit: str
    reason: str

    @property
    def better(self) -> bool:
        """Whether customers of the channel are promised more: longer hours, a faster word, a larger sum."""
        return self.difference < 0 if self.what == "first-reply" else self.difference > 0


class Parity(BaseModel):
    """All deviations of the brands that the reader serves."""

    deviations: list[Deviation]
