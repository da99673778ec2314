"""The languages of the pages, and what is written differently in each."""

from datetime import datetime
from gettext import NullTranslations

from babel import Locale, UnknownLocaleError
from babel.core import negotiate_locale
from babel.dates import format_datetime
from fastapi import Request

from services.chassis import texts

LANGUAGE_COOKIE = "casekeeper-language"
MOST_WISHES = 20


def catalogues() -> dict[str, NullTranslations]:
    """Every language's texts of the pages."""
    return texts.catalogues("services.desk")


def chosen_language(request: Request, main: str = "") -> str:
    """The language asked for: in the address, else as chosen before, else as the browser prefers, else the `main` one."""
    known = catalogues()
    for wish in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if wish in known:
            return str(wish)
    wanted = preferred(request.headers.get("accept-language", ""))
    fallback = main if main in known else texts.SOURCE_LANGUAGE
    return negotiate_locale(wanted, list(known), sep="-") or fallback


def preferred(accepted: str) -> list[str]:
    """The languages of an `Accept-Language`, the best first; without those that are refused (RFC 9110)."""
    weighed = [_weighed(part) for part in accepted.split(",")[:MOST_WISHES]]
    named = [(weight, name) for weight, name in weighed if name and name != "*" and weight > 0]
    return [name for _, name in sorted(named, key=lambda each: -each[0])]


def _weighed(part: str) -> tuple[float, str]:
    name, _, weight = part.partition(";")
    try:
        return float(weight.strip().removeprefix("q=") or 1), name.strip()
    except ValueError:
        return 0, name.strip()


def language_name(code: str, language: str) -> str:
    """What speakers of `language` call the language `code`; the code itself for one nobody knows."""
    if code == "und":
        return catalogues()[language].gettext("unknown language")
    return str(Locale(language).languages.get(code, code))


def own_name(code: str) -> str:
    """What a language calls itself."""
    try:
        return (Locale(code).get_display_name(code) or code).capitalize()
    except UnknownLocaleError:
        return code


def direction(language: str) -> str:
    """Which way a page in this language is read: `ltr` or `rtl`."""
    return str(Locale(language).text_direction)


def country_name(code: str, language: str) -> str:
    return str(Locale(language).territories.get(code, code))


def written_out(moment: datetime, language: str) -> str:
    """A moment in UTC, saying so; the page's script turns it into the reader's own zone."""
    return f"{format_datetime(moment, 'd MMM HH:mm', locale=language)} UTC"


def remaining(due: datetime, now: datetime, language: str) -> str:
    """How long until then, or how late it is. The page's script counts on from there with the same words."""
    gettext = catalogues()[language].gettext
    seconds = int((due - now).total_seconds())
    late, seconds = seconds < 0, abs(seconds)
    if seconds < 60:
        text = gettext("{n} s").format(n=seconds)
    elif seconds < 3600:
        text = gettext("{n} min").format(n=seconds // 60)
    elif seconds < 48 * 3600:
        text = gettext("{n} h").format(n=f"{seconds // 3600}:{seconds % 3600 // 60:02}")
    else:
        text = gettext("{n} days").format(n=seconds // 86400)
    return gettext("{n} late").format(n=text) if late else text
