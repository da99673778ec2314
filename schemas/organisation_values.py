"""The small values the organisation is written in: ids, languages, time zones, money, and texts with placeholders."""

import difflib
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import lru_cache
from string import Formatter
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StringConstraints, model_serializer, model_validator

from schemas.language_codes import ISO_639_1
from schemas.organisation_hours import Frozen

CefrLevel = Literal["A1", "A2", "B1", "B2", "C1", "C2"]
MIN_ORDER_DIGITS = 4
"""Fewer are in every other message."""
CEFR_LEVELS: tuple[CefrLevel, ...] = ("A1", "A2", "B1", "B2", "C1", "C2")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of an error sentence: the known words nearest to a wrong one, or all when they are few."""
    known = sorted(known)
    near = difflib.get_close_matches(word, known, n=3, cutoff=0.6) or (known if len(known) <= 12 else [])
    return f" (did you mean {' or '.join(near)}?)" if near else ""


def _language(value: str) -> str:
    if value not in ISO_639_1:
        raise ValueError(f"unknown language {value!r}: use a code of ISO 639-1, as en or nl")
    return value


@lru_cache(maxsize=1)
def time_zones() -> frozenset[str]:
    """Every IANA name that there is."""
    return frozenset(available_timezones())


def _time_zone(value: str) -> str:
    if value not in time_zones():
        hint = did_you_mean(value, time_zones()) or " (use an IANA name as Europe/Amsterdam)"
        raise ValueError(f"unknown time zone {value!r}{hint}")
    return value


def _order_mask(value: str) -> str:
    if value.count("#") < MIN_ORDER_DIGITS:
        raise ValueError(f"{value!r} has fewer than four digits: write # for each digit, as MC-#######")
    return value


def only_placeholders(allowed: set[str], needed: set[str]) -> Callable[[str], str]:
    """A check that a text template uses known placeholders, and at least one of those it exists for."""

    def check(template: str) -> str:
        fields = [field for field in Formatter().parse(template) if field[1] is not None]
        used = {str(name) for _, name, _, _ in fields}
        if any(spec or conversion for _, _, spec, conversion in fields):
            raise ValueError("a placeholder is only its name in braces, without : or !")
        if wrong := used - allowed:
            raise ValueError(f"unknown placeholder {{{min(wrong)}}}: only {_braced(allowed)} can be filled in")
        if not used & needed:
            raise ValueError(f"must contain {_braced(needed)}")
        return template

    return check


def _braced(names: set[str]) -> str:
    return " or ".join(f"{{{name}}}" for name in sorted(names))


Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]*$", max_length=60)]
Text = Annotated[str, StringConstraints(min_length=1)]
Language = Annotated[str, AfterValidator(_language)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
HolidayRegion = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-\S+)?$")]
"""A country, or country and subdivision, of the `holidays` library: NL, DE-BY, US-CA."""
EnvironmentName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]
OrderMask = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9#][A-Za-z0-9#/._-]{3,38}[A-Za-z0-9#]$"), AfterValidator(_order_mask)
]
"""`#` stands for a digit, everything else for itself."""
MailAddress = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
HoldingTemplate = Annotated[Text, AfterValidator(only_placeholders({"by"}, {"by"}))]
_PERSON_FIELDS = {"name", "first_name", "initials"}
SignatureTemplate = Annotated[Text, AfterValidator(only_placeholders({*_PERSON_FIELDS, "brand"}, _PERSON_FIELDS))]


class Money(Frozen):
    """An amount in one currency, written "50.00 EUR"."""

    amount: Decimal = Field(ge=0)
    """In the currency's main unit."""
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    """Three letters of ISO 4217."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        amount, _, currency = value.strip().partition(" ")
        return {"amount": amount, "currency": currency.strip()}

    @model_serializer
    def _as_text(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
