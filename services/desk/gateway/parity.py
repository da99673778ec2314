"""What the cases service answers about parity: where channels promise otherwise than their brand (M2)."""

from pydantic import BaseModel

from schemas.parity import Deviation


class Parity(BaseModel):
    """All deviations of the brands that the reader serves."""

    deviations: list[Deviation]
