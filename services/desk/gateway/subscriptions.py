"""What follow-up answers about who is told in other departments, as far as the pages show it (F10)."""

from typing import Literal

from pydantic import BaseModel

from schemas.base import UtcDatetime
from schemas.events.message import SignalKind


class Subscription(BaseModel):
    """Who wants to know what of one brand, how they are told, and how that goes."""

    id: str
    brand: str
    department: str
    topics: list[str]
    signals: list[SignalKind]
    all_cases: bool
    digest: bool
    mail: str
    url: str
    rhythm: Literal["at-once", "daily"]
    language: Literal["en", "nl"]
    status: Literal["active", "paused", "ended"]
    why: str
    by: str
    declared: str
    recorded_at: UtcDatetime
    told_at: UtcDatetime | None
    failing_since: UtcDatetime | None
    last_error: str
    given_up: int


class Recorded(Subscription):
    """A new one; its secret is told this once."""

    secret: str


class Subscriptions(BaseModel):
    """The latest first."""

    items: list[Subscription]


class Parcel(BaseModel):
    """Something on its way to the department, or that was."""

    kind: Literal["notices", "digest", "test"]
    more: int
    made_at: UtcDatetime
    stage: Literal["waiting", "arrived", "given-up"]
    next_at: UtcDatetime | None
    attempts: int
    error: str
    ended_at: UtcDatetime | None


class Told(BaseModel):
    """One subscription, and what was last on its way to it."""

    subscription: Subscription
    parcels: list[Parcel]
