"""Personal data in a text (U1): where it tells a mail address, a phone number, an account, a card or an order number.

Patterns only propose; `phonenumbers` and `python-stdnum` decide, by numbering plans and check digits. What nobody can check
is not claimed. Order numbers go by the masks in the brand's files.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final

from babel.core import get_global
from phonenumbers import Leniency, PhoneNumberMatcher
from stdnum import iban, luhn

from schemas.events.message import PersonalData, PersonalDataKind
from schemas.organisation import Brand

MAX_CHARACTERS: Final = 10_000
_MOST_OF_A_KIND: Final = 20
_TRIES: Final = 40
"""After so many places that are no phone number the rest of a text is not looked at: it is a table, or an attack."""
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[^\W_](?:[\w-]{0,62}\.){1,4}[^\W\d_]{2,24}(?!\w)")
_IBAN = re.compile(r"(?<!\w)[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]){11,30}")
_SHORTEST_IBAN: Final = 15
_CARD = re.compile(r"(?<![\w.,-])[3-6]\d(?:[ -]?\d){11,17}(?![\w-])")
_MANY_DIGITS = re.compile(r"\d(?:\D{0,4}\d){6}")
_DEFAULT_REGION: Final = "GB"
Span = tuple[int, int]


class PersonalDataFinder:
    """Knows the order numbers of an organisation's brands."""

    def __init__(self, brands: Iterable[Brand] = ()) -> None:
        masks = {brand.id: brand.order_numbers for brand in brands if brand.order_numbers}
        self._orders = {brand: _masks(each) for brand, each in masks.items()}
        every = [mask for each in masks.values() for mask in each]
        self._any_order = _masks(every) if every else None

    def find(self, text: str, language: str, brand: str = "") -> list[PersonalData]:
        """Each place once, in the order of the text. National phone numbers are read as in the country where most speak
        `language`; order numbers are those of `brand`, of any brand when it is not known."""
        text = text[:MAX_CHARACTERS]
        taken: list[PersonalData] = []
        for kind, places in self._all(text, language, brand).items():
            for number, (start, end) in enumerate(places):
                if number >= _MOST_OF_A_KIND:
                    break
                if all(end <= each.start or each.end <= start for each in taken):
                    taken.append(PersonalData(kind=kind, start=start, end=end))
        return sorted(taken, key=lambda each: each.start)

    def _all(self, text: str, language: str, brand: str) -> Mapping[PersonalDataKind, Iterator[Span]]:
        """What is surest first: a later kind does not take what an earlier one has."""
        found: dict[PersonalDataKind, Iterator[Span]] = {}
        if "@" in text:
            found["mail"] = (match.span() for match in _MAIL.finditer(text))
        if (orders := self._orders.get(brand, self._any_order)) is not None:
            found["order"] = (match.span() for match in orders.finditer(text))
        if _MANY_DIGITS.search(text):
            found["iban"] = _accounts(text)
            found["card"] = (match.span() for match in _CARD.finditer(text) if luhn.is_valid(_plain(match[0])))
            found["phone"] = _phones(text, language)
        return found


def _masks(masks: Iterable[str]) -> re.Pattern[str]:
    """`#` is a digit, everything else itself, in capital or small letters."""
    parts = ("".join(r"\d" if sign == "#" else re.escape(sign) for sign in mask) for mask in masks)
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(parts, key=len, reverse=True))})(?!\w)", re.IGNORECASE | re.ASCII)


def _plain(written: str) -> str:
    return re.sub(r"[ -]", "", written)


def _accounts(text: str) -> Iterator[Span]:
    """Of each candidate the beginning that is an IBAN: the words after it may look like more of it."""
    for match in _IBAN.finditer(text):
        ends = [place for place in range(match.start(), match.end()) if text[place] != " "]
        for last in ends[_SHORTEST_IBAN - 1 :]:
            word_ends = last + 1 == len(text) or not text[last + 1].isalnum()
            if word_ends and iban.is_valid(text[match.start() : last + 1]):
                yield match.start(), last + 1
                break


def _phones(text: str, language: str) -> Iterator[Span]:
    for match in PhoneNumberMatcher(text, _region(language), leniency=Leniency.VALID, max_tries=_TRIES):
        yield match.start, match.end


@cache
def _region(language: str) -> str:
    """Where most speakers of a language are, by Unicode's likely subtags."""
    likely = str(get_global("likely_subtags").get(language, "")).split("_")
    return likely[-1] if len(likely) > 1 and language != "en" else _DEFAULT_REGION
