"""Working time as people write it: slots on weekdays, whole weeks, and weeks that rotate.

All of it is local time in the zone of the person or calendar that holds it; turning it into instants is the
reader's work, because only the reader knows the day (and so the daylight saving in force).
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_serializer, model_validator

MINUTES_PER_DAY = 1440
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SLOT = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


class Frozen(BaseModel):
    """A value of the organisation's files: never changed after loading, and a key nobody knows is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, use_attribute_docstrings=True)


class Slot(Frozen):
    """One stretch of working time, written "09:00-17:30"; "23:00-07:00" ends on the next day."""

    start_minute: int = Field(ge=0, lt=MINUTES_PER_DAY)
    """Minutes after local midnight of the day the slot starts on."""
    end_minute: int = Field(gt=0, lt=2 * MINUTES_PER_DAY)
    """First minute outside the slot, counted from the same midnight; above 1440 it lies on the next day."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        found = _SLOT.fullmatch(value.strip())
        if not found:
            raise ValueError(f"{value!r} is not a slot of time: write it as 09:00-17:30")
        start_hour, start_minute, end_hour, end_minute = (int(part) for part in found.groups())
        start, end = start_hour * 60 + start_minute, end_hour * 60 + end_minute
        if max(start_minute, end_minute) > 59 or start >= MINUTES_PER_DAY or end > MINUTES_PER_DAY:
            raise ValueError(f"{value!r} has a time that does not exist: use 00:00 to 23:59, and 24:00 as an end")
        return {"start_minute": start, "end_minute": end if end > start else end + MINUTES_PER_DAY}

    @model_validator(mode="after")
    def _has_a_length(self) -> Self:
        length = self.end_minute - self.start_minute
        if not 0 < length <= MINUTES_PER_DAY or (length == MINUTES_PER_DAY and self.start_minute):
            raise ValueError("a slot may not start and end at the same minute: write a whole day as 00:00-24:00")
        return self

    @model_serializer
    def _as_text(self) -> str:
        end = self.end_minute if self.end_minute <= MINUTES_PER_DAY else self.end_minute - MINUTES_PER_DAY
        return f"{self.start_minute // 60:02}:{self.start_minute % 60:02}-{end // 60:02}:{end % 60:02}"


def _expanded_days(week: Mapping[Any, Any]) -> dict[str, Any]:
    """`mon-fri: ...` and `sat,sun: ...` written out, one key per day; a lone slot becomes a list."""
    days: dict[str, Any] = {}
    for key, slots in week.items():
        for name in _day_names(str(key)):
            if name in days:
                raise ValueError(f"the day {name} is given twice")
            days[name] = [slots] if isinstance(slots, str | Slot) else (slots or [])
    return days


def _day_names(key: str) -> Iterable[str]:
    for part in key.lower().replace(" ", "").split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last and last not in DAYS):
            raise ValueError(f"{key!r} names no days: use {', '.join(DAYS)}, a range as mon-fri, or a list as sat,sun")
        start, end = DAYS.index(first), DAYS.index(last or first)
        if end < start:
            raise ValueError(f"{key!r} runs backwards: a range of days starts at the earlier day, mon is the first")
        yield from DAYS[start : end + 1]


class Week(Frozen):
    """The slots of seven days; a day that is not named has none."""

    mon: tuple[Slot, ...] = ()
    tue: tuple[Slot, ...] = ()
    wed: tuple[Slot, ...] = ()
    thu: tuple[Slot, ...] = ()
    fri: tuple[Slot, ...] = ()
    sat: tuple[Slot, ...] = ()
    sun: tuple[Slot, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_ranges(cls, value: Any) -> Any:
        return _expanded_days(value) if isinstance(value, Mapping) else value

    def day(self, weekday: int) -> tuple[Slot, ...]:
        """Slots that start on a weekday, 0 being Monday as in `date.weekday()`."""
        return (self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun)[weekday]


class Hours(Frozen):
    """Weekly hours, or weeks that follow each other in turn.

    Written as one week (`mon-fri: 09:00-17:30`), as `24/7`, or as a rotation (`first_week: 2026-01-05`,
    `weeks: [...]`).
    """

    weeks: tuple[Week, ...] = Field(min_length=1)
    """The weeks in their order of rotation; one week repeats for ever."""
    first_week: date | None = None
    """A Monday on which `weeks[0]` applies; needed from two weeks on."""

    @model_validator(mode="before")
    @classmethod
    def _from_short_form(cls, value: Any) -> Any:
        if isinstance(value, str):
            if value.strip() != "24/7":
                raise ValueError(f"{value!r} is no opening time: write 24/7 or the slots of each day")
            return {"weeks": [{"mon-sun": "00:00-24:00"}]}
        if isinstance(value, Mapping) and not {"weeks", "first_week"} & set(value):
            return {"weeks": [value]}
        return value

    @model_validator(mode="after")
    def _rotation_is_anchored(self) -> Self:
        if self.first_week is None:
            if len(self.weeks) > 1:
                raise ValueError("weeks in rotation need first_week: the Monday on which the first of them applies")
        elif self.first_week.weekday() != 0:
            right = self.first_week - timedelta(days=self.first_week.weekday())
            raise ValueError(f"first_week {self.first_week} is no Monday: {right} is")
        return self

    @model_validator(mode="after")
    def _nothing_overlaps(self) -> Self:
        slots = sorted(
            (day * MINUTES_PER_DAY + slot.start_minute, day * MINUTES_PER_DAY + slot.end_minute)
            for day in range(7 * len(self.weeks))
            for slot in self.weeks[day // 7].day(day % 7)
        )
        if not slots:
            return self
        turn = 7 * len(self.weeks) * MINUTES_PER_DAY
        following = [*slots[1:], (slots[0][0] + turn, slots[0][1] + turn)]
        for (_, end), (start, _) in zip(slots, following, strict=True):
            if start < end:
                day, minute = divmod(start % turn, MINUTES_PER_DAY)
                raise ValueError(
                    f"two slots overlap on {DAYS[day % 7]} at {minute // 60:02}:{minute % 60:02}"
                    + (f" of week {day // 7 + 1}" if len(self.weeks) > 1 else "")
                )
        return self

    def slots_on(self, day: date) -> tuple[Slot, ...]:
        """Slots that start on a local calendar day, before holidays and leave are taken off."""
        turn = 0 if self.first_week is None else (day - self.first_week).days // 7 % len(self.weeks)
        return self.weeks[turn].day(day.weekday())
