"""The parity report (M2): "the channel is new, the promise is the same", and where it is not, why and how much.

The policy belongs to the brand. A channel differs only where its `deviations` say so; `on_channel` gives what holds there.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from schemas.organisation import Brand, Calendar, Channel, Organisation
from schemas.organisation_hours import MINUTES_PER_DAY
from schemas.organisation_values import Money

What = Literal["opening-hours", "first-reply", "mandate"]
MINUTES_PER_WEEK = 7 * MINUTES_PER_DAY


class Deviation(BaseModel):
    """One thing that customers of a channel are promised otherwise than the brand's other customers."""

    model_config = ConfigDict(frozen=True)

    brand: str
    channel: str
    what: What
    detail: str = ""
    """mandate: the level and the kind of grant."""
    of_brand: str
    of_channel: str
    difference: Decimal
    """How much more the channel has than the brand; below 0 it has less."""
    unit: str
    """hours a week, minutes, or a currency."""
    reason: str

    @property
    def better(self) -> bool:
        """Whether customers of the channel are promised more: longer hours, a faster word, a larger sum."""
        return self.difference < 0 if self.what == "first-reply" else self.difference > 0


def on_channel(brand: Brand, channel: Channel) -> Brand:
    """The brand as its customers on that channel meet it."""
    found = channel.deviations
    if found is None:
        return brand
    changes: dict[str, object] = {"mandates": found.over(brand.policy.mandates)}
    if found.first_reply_minutes is not None:
        changes["first_reply_minutes"] = found.first_reply_minutes
    policy = brand.policy.model_copy(update=changes)
    return brand.model_copy(update={"policy": policy, "calendar": found.calendar or brand.calendar})


def parity(organisation: Organisation, brands: tuple[str, ...] = ()) -> tuple[Deviation, ...]:
    """Every deviation, in the order of the channels' files; of some brands only when they are named."""
    return tuple(
        deviation
        for channel in organisation.channels
        if channel.deviations and (not brands or channel.brand in brands)
        for deviation in _of(channel, organisation)
    )


def _of(channel: Channel, organisation: Organisation) -> Iterator[Deviation]:
    found = channel.deviations
    if found is None:
        return
    brand = organisation.brand(channel.brand)
    facts = {"brand": brand.id, "channel": channel.id, "reason": found.reason}
    if found.calendar:
        usual, own = organisation.calendar(brand.calendar), organisation.calendar(found.calendar)
        yield Deviation(
            **facts,
            what="opening-hours",
            of_brand=usual.id,
            of_channel=own.id,
            difference=_weekly_hours(own) - _weekly_hours(usual),
            unit="hours a week",
        )
    if found.first_reply_minutes is not None:
        minutes = brand.policy.first_reply_minutes
        yield Deviation(
            **facts,
            what="first-reply",
            of_brand=str(minutes),
            of_channel=str(found.first_reply_minutes),
            difference=Decimal(found.first_reply_minutes - minutes),
            unit="minutes",
        )
    for level, kinds in found.mandates.items():
        for kind, amount in kinds.items():
            usual_amount = brand.policy.mandates[level].get(kind) or Money(amount=Decimal(0), currency=amount.currency)
            yield Deviation(
                **facts,
                what="mandate",
                detail=f"{level} {kind}",
                of_brand=str(usual_amount),
                of_channel=str(amount),
                difference=amount.amount - usual_amount.amount,
                unit=amount.currency,
            )


def _weekly_hours(calendar: Calendar) -> Decimal:
    """Opening hours of an average week, without holidays."""
    weeks = calendar.hours.weeks
    minutes = sum(slot.end_minute - slot.start_minute for week in weeks for day in range(7) for slot in week.day(day))
    return round(Decimal(minutes) / (60 * len(weeks)), 2)
