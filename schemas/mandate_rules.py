"""What must hold for mandates, their limits and the deviations of a channel; part of `organisation_rules`."""

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import TypeAlias

from schemas.organisation import Brand, Channel
from schemas.organisation_mandates import MandateLimits
from schemas.organisation_values import Money, did_you_mean

BrokenRule: TypeAlias = tuple[tuple[str | int, ...], str]


def of_brand(brand: Brand) -> Iterator[BrokenRule]:
    """The limits of each level fit the level: it exists, one currency, and no limit below what is granted at once."""
    policy = brand.policy
    for level, limits in policy.mandate_limits.items():
        place = ("policy", "mandate_limits", level)
        if level not in policy.mandates:
            yield place, f"unknown mandate level {level!r}{did_you_mean(level, policy.mandates)}"
            continue
        for where, sentence in _limits(limits, policy.mandates[level]):
            yield (*place, *where), sentence


def _limits(limits: MandateLimits, kinds: Mapping[str, Money]) -> Iterator[BrokenRule]:
    for name in ("per_case", "per_period"):
        limit: Money | None = getattr(limits, name)
        if limit is None:
            continue
        for kind, most in kinds.items():
            if most.currency != limit.currency:
                yield (name,), f"is in {limit.currency}, and {kind} in {most.currency} (one level has one currency)"
                break
            if most.amount > limit.amount:
                yield (name,), f"{limit} is less than the {most} that {kind} allows at once (it could never be granted)"
    case, period = limits.per_case, limits.per_period
    if case and period and case.currency == period.currency and case.amount > period.amount:
        yield ("per_period",), f"{period} is less than the {case} that one case allows"


def of_channel(channel: Channel, brand: Brand | None, calendars: Collection[str]) -> Iterator[BrokenRule]:
    """A deviation names what the brand has, and differs from it."""
    found = channel.deviations
    if found is None:
        return
    if found.calendar and found.calendar not in calendars:
        yield (
            ("deviations", "calendar"),
            f"unknown calendar {found.calendar!r}{did_you_mean(found.calendar, calendars)}",
        )
    if brand is None:
        return
    if found.calendar == brand.calendar:
        yield ("deviations", "calendar"), f"is the calendar of brand {brand.id!r} already (remove it)"
    if found.first_reply_minutes is not None:
        for sentence in _first_reply(found.first_reply_minutes, brand):
            yield ("deviations", "first_reply_minutes"), sentence
    for level, kinds in found.mandates.items():
        for where, sentence in _mandates(level, kinds, brand):
            yield ("deviations", "mandates", level, *where), sentence


def _first_reply(minutes: int, brand: Brand) -> Iterator[str]:
    policy = brand.policy
    if minutes == policy.first_reply_minutes:
        yield f"is the {minutes} of brand {brand.id!r} already (remove it)"
    elif minutes <= policy.warn_before_minutes:
        yield f"{minutes} must be more than warn_before_minutes {policy.warn_before_minutes} of brand {brand.id!r}"


def _mandates(level: str, kinds: Mapping[str, Money], brand: Brand) -> Iterator[BrokenRule]:
    policy = brand.policy
    if level not in policy.mandates:
        yield (), f"brand {brand.id!r} has no mandate level {level!r}{did_you_mean(level, policy.mandates)}"
        return
    case = policy.mandate_limits[level].per_case if level in policy.mandate_limits else None
    for kind, amount in kinds.items():
        usual = policy.mandates[level].get(kind)
        if kind not in policy.grant_kinds:
            yield (kind,), f"brand {brand.id!r} has no grant {kind!r}{did_you_mean(kind, policy.grant_kinds)}"
        elif amount.currency not in policy.currencies_of(kind):
            yield (
                (kind,),
                f"is in {amount.currency}; brand {brand.id!r} grants {kind} in {_all(policy.currencies_of(kind))}",
            )
        elif usual == amount or (usual is None and amount.amount == Decimal(0)):
            yield (kind,), f"is what brand {brand.id!r} allows already (remove it)"
        elif case and case.currency == amount.currency and amount.amount > case.amount:
            yield (kind,), f"{amount} is more than the {case} that one case allows (it could never be granted)"


def _all(currencies: tuple[str, ...]) -> str:
    return " or ".join(currencies)
