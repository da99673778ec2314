"""What follow-up answers about escalations, as far as the pages show it (F3)."""

from pydantic import BaseModel

from schemas.base import UtcDatetime


class Call(BaseModel):
    """Something that the reader is told to look at: a late clock, or the sum of many."""

    id: str
    brand: str
    kind: str
    case_id: str
    due_at: UtcDatetime | None
    count: int
    at: UtcDatetime


class Escalated(BaseModel):
    """The reader's own, the most harm first."""

    items: list[Call]


class Late(BaseModel):
    """One clock of a sum."""

    case_id: str
    kind: str
    due_at: UtcDatetime


class SummedUp(BaseModel):
    """What was late in such numbers that it is told as a sum."""

    brand: str
    count: int
    by_kind: dict[str, int]
    worst: list[Late]
    since: UtcDatetime | None
    at: UtcDatetime
