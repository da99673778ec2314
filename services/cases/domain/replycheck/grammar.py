"""How a language promises (F1): what its rules file says, and that made ready to be found in a text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from schemas.phrases.folding import fold
from schemas.phrases.patterns import Matcher, Slot, compile_pattern, compile_with_slots
from schemas.phrases.rules_file import Strict, Words, readable
from services.cases.domain.replycheck.moments import UNITS, Names


@dataclass(frozen=True)
class Grammar:
    """How one language promises, ready."""

    commitments: Matcher[str]
    unless: Matcher[None]
    times: Matcher[str]
    """The owner is the key in `Times`."""
    names: Names


class Times(Strict):
    """How a language says when; what each key means is told in `moments`."""

    within: tuple[Words, ...]
    today: tuple[Words, ...]
    tomorrow: tuple[Words, ...]
    day_after_tomorrow: tuple[Words, ...] = ()
    morning: tuple[Words, ...]
    noon: tuple[Words, ...]
    afternoon: tuple[Words, ...]
    evening: tuple[Words, ...]
    end_of_day: tuple[Words, ...]
    tomorrow_morning: tuple[Words, ...] = ()
    """Where a language has one word for it; so with the next two."""
    tomorrow_afternoon: tuple[Words, ...] = ()
    tomorrow_evening: tuple[Words, ...] = ()
    weekday: tuple[Words, ...]
    next_weekday: tuple[Words, ...]
    next_working_day: tuple[Words, ...]
    this_week: tuple[Words, ...]
    weekend: tuple[Words, ...]
    after_weekend: tuple[Words, ...]
    early_next_week: tuple[Words, ...]
    next_week: tuple[Words, ...]
    clock: tuple[Words, ...]
    date: tuple[Words, ...]


class Promising(Strict):
    """How a language promises (F1)."""

    commitments: tuple[Words, ...] = Field(min_length=1)
    """Somebody of us will do something for the customer."""
    unless: tuple[Words, ...] = ()
    """Not a promise where one of these is in the same sentence."""
    numbers: dict[Words, Annotated[float, Field(gt=0)]]
    units: dict[str, tuple[Words, ...]]
    weekdays: tuple[tuple[Words, ...], ...] = Field(min_length=7, max_length=7)
    months: tuple[tuple[Words, ...], ...] = Field(min_length=12, max_length=12)
    before_noon: tuple[Words, ...] = ()
    """After an hour of the clock: am."""
    after_noon: tuple[Words, ...] = ()
    """After an hour of the clock: pm."""
    hour_words: tuple[Words, ...] = ()
    """After an hour of the clock: o'clock."""
    times: Times

    _patterns = field_validator("commitments", "unless")(readable)

    @field_validator("units")
    @classmethod
    def _known_units(cls, units: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        if units.keys() != set(UNITS):
            raise ValueError(f"has {', '.join(units) or 'none'}: it must have {', '.join(UNITS)}")
        return units

    @model_validator(mode="after")
    def _times_are_readable(self) -> Self:
        _ = self.grammar
        return self

    @cached_property
    def grammar(self) -> Grammar:
        """Ready to be used. Raises PatternInvalid."""
        slots = _slots(self)
        return Grammar(
            Matcher((pattern, compile_pattern(pattern)) for pattern in self.commitments),
            Matcher((None, compile_pattern(pattern)) for pattern in self.unless),
            Matcher(
                (key, compile_with_slots(pattern, slots))
                for key, patterns in self.times.model_dump().items()
                for pattern in patterns
            ),
            _names(self),
        )


def _names(promising: Promising) -> Names:
    """What the words in the slots stand for."""

    def numbered(lists: Iterable[tuple[str, ...]]) -> dict[str, int]:
        return {fold(word).text: number for number, words in enumerate(lists) for word in words}

    return Names(
        numbers={fold(word).text: number for word, number in promising.numbers.items()},
        units={fold(word).text: unit for unit, words in promising.units.items() for word in words},
        weekdays=numbered(promising.weekdays),
        months=numbered(promising.months),
        before_noon=frozenset(fold(word).text for word in promising.before_noon),
        after_noon=frozenset(fold(word).text for word in promising.after_noon),
    )


def _slots(promising: Promising) -> dict[str, Slot]:
    """What a time pattern may leave open."""
    names = _names(promising)
    number = rf"\d{{1,3}}|{_any(names.numbers)}"
    halves = _any([*names.before_noon, *names.after_noon])
    hours = _any(fold(word).text for word in promising.hour_words)
    hour, minute = r"(?P<hour>\d{1,2})(?!\d)", r"[:.h](?P<minute>\d{2})(?!\d)"
    word, half = rf" ?(?:{hours})(?!\w)", rf" ?(?P<half>{halves})(?!\w)"
    rest = f"(?:{minute})?(?:{word})?(?:{half})?"
    number_words, unit_words = tuple(names.numbers), tuple(names.units)
    return {
        "n": Slot(f"(?:{number})(?:[ ]?[-–/][ ]?(?P<most>\\d{{1,3}}))?", number_words, digits=True),
        "unit": Slot(_any(unit_words), unit_words),
        "weekday": Slot(_any(names.weekdays), tuple(names.weekdays)),
        "month": Slot(_any(names.months), tuple(names.months)),
        "clock": Slot(hour + rest, digits=True),
        # A bare number is an hour only after a word that says so.
        "oclock": Slot(hour + rf"(?=[:.h]\d{{2}}|{word}| ?(?:{halves})(?!\w))" + rest, digits=True),
        "day": Slot(r"\d{1,2}(?:st|nd|rd|th|er|º|°|\.)?", digits=True),
        "iso": Slot(r"\d{4}-\d{2}-\d{2}", digits=True),
        "numeric": Slot(r"\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?", digits=True),
    }


def _any(words: Iterable[str]) -> str:
    """Longest first, or a shorter word would hide a longer one; nothing matches no words."""
    return "|".join(re.escape(word).replace("\\ ", " ") for word in sorted(words, key=len, reverse=True)) or r"(?!)"
