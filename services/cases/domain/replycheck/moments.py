"""What a time in a reply means: the latest moment by which the customer may expect it.

A day without an hour ends at 18:00, a morning at 12:00, an evening at 22:00, a week on Friday at 18:00, all by the
customer's clock. Hours and minutes pass on the clock of the world; days and weeks keep the hour of the wall clock, also over
a change to or from summer time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

IsWorkingDay = Callable[[date], bool]
NOON, END_OF_DAY, LATE = time(12), time(18), time(22)
HORIZON = timedelta(days=183)
"""What is promised for later is not promised, or not understood."""
FRIDAY, SATURDAY, SUNDAY, WEEK = 4, 5, 6, 7
HALF_DAY_HOURS = 12
FIRST_MORNING_HOUR = 7
"""A bare "at 3" is in the afternoon, a bare "at 8" in the morning."""
UNITS = ("minute", "hour", "day", "working-day", "week", "month")
PARTS: Mapping[str, time] = {
    "morning": NOON,
    "noon": NOON,
    "afternoon": END_OF_DAY,
    "evening": LATE,
    "end_of_day": END_OF_DAY,
    "tomorrow_morning": NOON,
    "tomorrow_afternoon": END_OF_DAY,
    "tomorrow_evening": LATE,
}


@dataclass(frozen=True, slots=True)
class Names:
    """A language's words for numbers and dates, folded."""

    numbers: Mapping[str, float]
    units: Mapping[str, str]
    weekdays: Mapping[str, int]
    months: Mapping[str, int]
    before_noon: frozenset[str]
    after_noon: frozenset[str]


@dataclass(frozen=True, slots=True)
class Said:
    """A time that was said: its key in the rules file, and the words in its slots."""

    key: str
    slots: Mapping[str, str | None]
    names: Names


def monday_to_friday(day: date) -> bool:
    """Working days where no calendar is known."""
    return day.weekday() < SATURDAY


def due(said: Sequence[Said], now: datetime, is_working_day: IsWorkingDay) -> datetime | None:
    """The moment, in the zone of `now`; None for what has passed, lies too far ahead or is no time."""
    if any(each.key == "within" for each in said):
        moments = [_within(each, now, is_working_day) for each in said if each.key == "within"]
        return _sensible(max(filter(None, moments), default=None), now)
    days = [day for each in said if each.key in _DAYS and (day := _DAYS[each.key](each, now.date(), is_working_day))]
    hours = [hour for each in said if (hour := _hour(each)) is not None]
    if (not days and not hours) or (any(each.key == "date" for each in said) and not days):
        return None
    day = max(days, default=now.date())
    hour = hours[-1] if hours else END_OF_DAY
    moment = datetime.combine(day, hour, now.tzinfo)
    if moment <= now and day == now.date():
        moment = _later(said, moment, now)
    return _sensible(moment, now)


def _later(said: Sequence[Said], moment: datetime, now: datetime) -> datetime:
    """What has just passed today: a weekday is next week's, "today" and "this week" go on into the evening."""
    keys = {each.key for each in said}
    if "weekday" in keys:
        return moment + timedelta(days=WEEK)
    if keys & {"today", "end_of_day", "this_week"} and not keys & {"clock", "morning", "noon", "afternoon"}:
        return datetime.combine(now.date(), LATE, now.tzinfo)
    return moment


def _sensible(moment: datetime | None, now: datetime) -> datetime | None:
    if moment is None:
        return None
    moment = moment.astimezone(UTC)
    start = now.astimezone(UTC)
    return moment if start < moment <= start + HORIZON else None


def _within(said: Said, now: datetime, is_working_day: IsWorkingDay) -> datetime | None:
    words, most = said.slots.get("n") or "1", said.slots.get("most")
    amount = float(most) if most else said.names.numbers.get(words) or float(words)
    unit = said.names.units[said.slots.get("unit") or ""]
    if unit in ("minute", "hour"):
        passing = timedelta(minutes=amount) if unit == "minute" else timedelta(hours=amount)
        return (now.astimezone(UTC) + passing).astimezone(now.tzinfo)
    if unit == "working-day":
        day = _working_day(now.date(), int(amount), is_working_day)
        return datetime.combine(day, END_OF_DAY, now.tzinfo) if day else None
    days = {"day": 1, "week": WEEK, "month": 30}[unit] * amount
    return now + timedelta(days=days)


def _working_day(day: date, number: int, is_working_day: IsWorkingDay) -> date | None:
    """The so-manieth working day after a day; None if that is beyond the horizon."""
    for ahead in range(1, HORIZON.days + 1):
        later = day + timedelta(days=ahead)
        number -= is_working_day(later)
        if number <= 0:
            return later
    return None


def _hour(said: Said) -> time | None:
    if said.key != "clock":
        return PARTS.get(said.key)
    hour, minute = int(said.slots.get("hour") or 0), int(said.slots.get("minute") or 0)
    half = said.slots.get("half")
    if half in said.names.after_noon and hour < HALF_DAY_HOURS:
        hour += HALF_DAY_HOURS
    elif half in said.names.before_noon and hour == HALF_DAY_HOURS:
        hour = 0
    elif half is None and 1 <= hour < FIRST_MORNING_HOUR and said.slots.get("minute") is None:
        hour += HALF_DAY_HOURS
    return time(hour, minute) if hour < 24 and minute < 60 else None


_Day = Callable[[Said, date, IsWorkingDay], date | None]


def _in(days: int) -> _Day:
    return lambda _said, today, _working: today + timedelta(days=days)


def _weekday(weeks: int, fixed: int | None = None) -> _Day:
    """That day of this week (the next such day, perhaps today) or of next week."""

    def day(said: Said, today: date, _working: IsWorkingDay) -> date | None:
        weekday = fixed if fixed is not None else said.names.weekdays[said.slots.get("weekday") or ""]
        if not weeks:
            return today + timedelta(days=(weekday - today.weekday()) % WEEK)
        return today + timedelta(days=weekday - today.weekday() + WEEK * weeks)

    return day


def _this_week(_said: Said, today: date, _working: IsWorkingDay) -> date:
    last = FRIDAY if today.weekday() <= FRIDAY else SUNDAY
    return today + timedelta(days=last - today.weekday())


def _date(said: Said, today: date, _working: IsWorkingDay) -> date | None:
    try:
        if iso := said.slots.get("iso"):
            return date.fromisoformat(iso)
        if numeric := said.slots.get("numeric"):
            day, month, *year = (int(part) for part in numeric.replace("-", "/").replace(".", "/").split("/") if part)
        else:
            digits = "".join(each for each in said.slots.get("day") or "" if each.isdigit())
            day, month, year = int(digits), said.names.months[said.slots.get("month") or ""] + 1, []
        if year:
            return date(year[0] if year[0] > 99 else 2000 + year[0], month, day)
        return next(
            (found for found in (date(today.year, month, day), date(today.year + 1, month, day)) if found >= today),
            None,
        )
    except ValueError:
        return None


_DAYS: Mapping[str, _Day] = {
    "today": _in(0),
    "tomorrow": _in(1),
    "day_after_tomorrow": _in(2),
    **dict.fromkeys(("tomorrow_morning", "tomorrow_afternoon", "tomorrow_evening"), _in(1)),
    "weekday": _weekday(0),
    "next_weekday": _weekday(1),
    "next_working_day": lambda _said, today, working: _working_day(today, 1, working),
    "this_week": _this_week,
    "weekend": _weekday(0, SUNDAY),
    "after_weekend": _weekday(1, 0),
    "early_next_week": _weekday(1, 1),
    "next_week": _weekday(1, FRIDAY),
    "date": _date,
}
