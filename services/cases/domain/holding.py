"""Holding replies: honest words that the answer takes a while, each of them once to a customer (O5)."""

import re
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton, format_time, get_datetime_format, get_timezone_location

from services.cases.domain.case import Case
from services.cases.domain.records import Reply

LONGEST_TIME = 80
"""A text is that of a template if no more than this stands where the template has its time."""
ENGLISH = "en_001"
"""English for readers of any country: the day before the month, the hour with am or pm."""
NOT_SAID = ("draft", "discarded", "cancelled", "failed")

Templates = Mapping[str, Sequence[str]]
"""A brand's templates by language."""


def said(case: Case, templates: Templates, *, besides: str = "") -> frozenset[str]:
    """Which holding replies the customer has had in this case, or is about to have: templates, or own words.

    The reply `besides` is left out: it is the one that is looked at.
    """
    known = [template for each in templates.values() for template in each]
    replies = (each for each in case.replies.values() if each.status not in NOT_SAID and each.id != besides)
    return frozenset(said_by(unsigned(reply), known) for reply in replies if reply.kind == "holding")


def said_by(text: str, templates: Iterable[str]) -> str:
    """The template that the text was made from whatever its time, or else the text itself."""
    plain = _plain(text)
    return next((template for template in templates if _pattern(template).fullmatch(plain)), plain)


def unsigned(reply: Reply) -> str:
    """Its words without the signature."""
    return reply.text.removesuffix(f"\n{reply.signature}") if reply.signature else reply.text


def unused(templates: Sequence[str], used: Collection[str], case_id: str) -> str | None:
    """A template that the customer has not had; which one varies from case to case. None: all were used."""
    left = [template for template in templates if template not in used]
    return left[zlib.crc32(case_id.encode()) % len(left)] if left else None


def time_written_out(moment: datetime, now: datetime, zone: str, language: str) -> str:
    """A moment as a customer reads it, with its zone by its city: `16:00 (Amsterdam)`, `di 24 nov 16:00 (Amsterdam)`.

    `zone` is an IANA name. A language that nobody knows how to write dates in gets English.
    """
    there, locale = ZoneInfo(zone), _locale(language)
    local = moment.astimezone(there)
    text = format_time(local, "short", tzinfo=there, locale=locale)
    if local.date() != now.astimezone(there).date():
        day = format_skeleton("MMMEd", local, tzinfo=there, locale=locale)
        text = str(get_datetime_format("short", locale=locale)).replace("{1}", day).replace("{0}", text)
    city = get_timezone_location(there, locale=locale, return_city=True).rpartition("/")[2]
    return f"{text} ({city})"


@lru_cache(maxsize=128)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(ENGLISH if language in ("en", "und") else language)
    except (UnknownLocaleError, ValueError):
        return Locale.parse(ENGLISH)


@lru_cache(maxsize=1024)
def _pattern(template: str) -> re.Pattern[str]:
    before, *after = (re.escape(_plain(piece)) for piece in template.split("{by}"))
    time = rf"\s?.{{1,{LONGEST_TIME}}}?\s?"
    return re.compile(time.join((before, *after)))


def _plain(text: str) -> str:
    """Without differences that nobody sees: spaces and capitals."""
    return " ".join(text.split()).casefold()
