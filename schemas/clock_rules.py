"""What must hold for the clocks of a brand's policy: nothing said twice, nothing left out; part of `organisation_rules`."""

from collections.abc import Iterator
from typing import TypeAlias

from schemas.organisation import Brand, Calendar
from schemas.organisation_clocks import MEASURED_CLOCKS, PAUSES, TIMED_CLOCKS, URGENCIES, ClockRule, Clocks

BrokenRule: TypeAlias = tuple[tuple[str | int, ...], str]
WEEK_MINUTES = 7 * 1440
MOST_WEEKS = 8
"""A longer clock would end beyond what can be known of opening hours."""


def of_brand(brand: Brand, calendar: Calendar | None) -> Iterator[BrokenRule]:
    """Every broken rule with its place in the brand. `calendar` is None where the brand names one that there is not."""
    clocks = brand.policy.clocks
    if clocks is None:
        return
    found = (*_missing(clocks), *_twice(clocks), *_hours(clocks, calendar), *_pauses(clocks), *_steps(clocks))
    for place, sentence in found:
        yield ("policy", "clocks", *place), sentence


def _missing(clocks: Clocks) -> Iterator[BrokenRule]:
    for clock in TIMED_CLOCKS:
        if not any(each.clock == clock and not each.rank for each in clocks.lengths):
            hint = "add one without languages and urgencies, with minutes: none for no such clock"
            yield ("lengths",), f"no rule says how long {clock} takes where no other one holds ({hint})"


def _twice(clocks: Clocks) -> Iterator[BrokenRule]:
    """Where two rules hold and neither is more particular, nobody knows which is meant."""
    named = sorted({each for rule in clocks.lengths for each in rule.languages})
    told: set[tuple[int, int]] = set()
    for clock in (*TIMED_CLOCKS, *MEASURED_CLOCKS):
        for language in (None, *named):
            for urgency in URGENCIES:
                rivals = _rivals(clocks, clock, language, urgency)
                for later in rivals[1:]:
                    if (rivals[0], later) not in told:
                        told.add((rivals[0], later))
                        yield _rivalry(clocks, rivals[0], later, language, urgency)


def _rivals(clocks: Clocks, clock: str, language: str | None, urgency: str) -> list[int]:
    holding = [
        index for index, each in enumerate(clocks.lengths) if each.clock == clock and each.holds_for(language, urgency)
    ]
    rank = max((clocks.lengths[index].rank for index in holding), default=0)
    return [index for index in holding if clocks.lengths[index].rank == rank]


def _rivalry(clocks: Clocks, first: int, later: int, language: str | None, urgency: str) -> BrokenRule:
    one, other = clocks.lengths[first], clocks.lengths[later]
    where = f"for {language or 'any other language'} and {urgency} urgency"
    same = "says the same as" if _says(one) == _says(other) else "contradicts"
    sentence = f"this rule for {other.clock} {same} rule {first + 1} of the list {where}"
    hint = "keep one, or narrow one of them, or write a rule for that language and urgency together"
    return ("lengths", later), f"{sentence} ({hint})"


def _says(rule: ClockRule) -> tuple[object, ...]:
    return rule.minutes, rule.warn_before_minutes, rule.hours


def _hours(clocks: Clocks, calendar: Calendar | None) -> Iterator[BrokenRule]:
    open_minutes = _open_minutes(calendar) if calendar else 0
    for index, rule in enumerate(clocks.lengths):
        place = ("lengths", index)
        if rule.clock == "consult" and "hours" in rule.model_fields_set:
            yield (*place, "hours"), "a consult counts the specialist's own working minutes (remove hours)"
        if rule.minutes == "none" or rule.hours == "always":
            continue
        if rule.clock == "consult":  # in nobody's calendar but that of whoever takes it
            most, told = MOST_WEEKS * WEEK_MINUTES, f"{MOST_WEEKS} weeks have"
        elif calendar:
            most, told = MOST_WEEKS * open_minutes, f"calendar {calendar.id!r} is open in {MOST_WEEKS} weeks"
        else:
            continue
        if rule.minutes > most:
            yield (*place, "minutes"), f"{rule.minutes} is more than {told} ({most} minutes)"


def _open_minutes(calendar: Calendar) -> int:
    """Opening minutes of an average week, without holidays."""
    weeks = calendar.hours.weeks
    slots = (slot for week in weeks for day in range(7) for slot in week.day(day))
    return sum(slot.end_minute - slot.start_minute for slot in slots) // len(weeks)


def _pauses(clocks: Clocks) -> Iterator[BrokenRule]:
    for clock, pauses in clocks.pauses.items():
        for position, pause in enumerate(pauses):
            if pause not in PAUSES[clock]:
                yield (
                    ("pauses", clock, position),
                    f"{clock} does not wait for {pause!r} (it can for {', '.join(PAUSES[clock])})",
                )


def _steps(clocks: Clocks) -> Iterator[BrokenRule]:
    for index, step in enumerate(clocks.escalations):
        place = ("escalations", index)
        if step in clocks.escalations[:index]:
            yield place, f"the same person is told the same way at the same moment of {step.clock} twice (keep one)"
        if step.clock not in TIMED_CLOCKS:
            continue
        lengths = [each.minutes for each in clocks.lengths if each.clock == step.clock and each.minutes != "none"]
        if not lengths:
            yield (*place, "clock"), f"there is no clock {step.clock}: its minutes are none"
        elif step.before_minutes and step.before_minutes >= min(lengths):
            yield (
                (*place, "before_minutes"),
                f"{step.before_minutes} minutes before it is due {step.clock} has not begun (it may take {min(lengths)})",
            )
