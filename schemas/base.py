"""What every contract is made of: the frozen `Event` and the registry of event types."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

TYPE_PATTERN = re.compile(r"^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*\.v[1-9][0-9]*$")


def utc(moment: datetime) -> datetime:
    """The same moment in UTC. Raises ValueError for a moment without a zone, or one that UTC's calendar does not have."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("in UTC this moment lies outside the years 1 to 9999") from None


def milliseconds(moment: datetime) -> int:
    """Since 1970, as moments are searched for: a supported store reads every document for a range of datetimes."""
    return int(moment.timestamp() * 1000)


UtcDatetime = Annotated[
    AwareDatetime,
    AfterValidator(utc),
    PlainSerializer(lambda moment: moment.isoformat().replace("+00:00", "Z"), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A moment with its zone; kept and written in UTC (RFC 3339)."""

Identifier = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
"""ISO 639 code in lower case; `und` when the language is not known (U2)."""


def without_nul(text: str) -> str:
    """The text. Raises ValueError for one with a NUL: stores, terminals and C libraries disagree about it; nobody types it."""
    if "\0" in text:
        raise ValueError("the character NUL (U+0000) is not taken")
    return text


def _share(value: float) -> float:
    """Rounded first: a sum of shares may end a hair above 1."""
    value = round(value, 4)
    if not 0 <= value <= 1:
        raise ValueError("a confidence lies between 0 and 1")
    return value


Score = Annotated[float, AfterValidator(_share), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})]
"""A confidence between 0 and 1."""


class Model(BaseModel):
    """A value inside an event: frozen, and deaf to fields of a later version."""

    # Infinity and NaN have no JSON: they would leave as null, and nobody could read the event.
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False, use_attribute_docstrings=True)


class Event(Model):
    """The data of one fact. `type` is `<noun>.<past-verb>.v<n>`; changes are additive, a breaking change is a new type.

    Who, when and why travel in the envelope (`schemas.envelope`), not here.
    """

    type: ClassVar[str]

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        if "type" not in cls.__dict__:
            return  # a common base of several events
        if not TYPE_PATTERN.match(cls.type):
            raise TypeError(f"{cls.__name__}.type is {cls.type!r}; expected <noun>.<past-verb>.v<n>")
        if cls.type in REGISTRY:
            raise TypeError(f"{cls.type} is declared twice: {REGISTRY[cls.type].__name__} and {cls.__name__}")
        REGISTRY[cls.type] = cls


REGISTRY: dict[str, type[Event]] = {}
"""Every event class by its type; filled as `schemas.events` is imported."""
