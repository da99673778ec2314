"""What a brand's policy says of its clocks, as far as the rules need it; made from the organisation's files. Pure."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from schemas.events.followup import ClockKind
from schemas.organisation import Brand, Calendar, NotInOrganisation, Organisation, Policy
from schemas.organisation_clocks import Clocks, MeasuredClock
from schemas.organisation_hours import Hours
from schemas.organisation_values import time_zones
from schemas.parity import on_channel
from schemas.working_time import WorkingTime, opening_hours, working_time
from services.followup.domain.clocks import ClockStep

VERSION_DIGITS = 12
ALWAYS = WorkingTime("UTC", Hours.model_validate("24/7"))


@dataclass(frozen=True, slots=True)
class Length:
    """How long one clock runs: minutes of these hours."""

    minutes: float
    warn_before_minutes: float
    hours: WorkingTime


class Judged(Protocol):
    """What is known of a case on which the length of its clocks depends."""

    @property
    def channel(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def urgency(self) -> str: ...
    @property
    def time_zone(self) -> str: ...


@dataclass(frozen=True)
class ClockTerms:
    """One brand's clocks. Without `clocks` only first replies, promises and the quiet period have some."""

    warn_before: timedelta = timedelta(minutes=Policy().warn_before_minutes)
    """Before a first reply is due (F3)."""
    promise_warn_before: timedelta = timedelta(minutes=Policy().promise_warn_before_minutes)
    clocks: Clocks | None = None
    brand_hours: Callable[[str], WorkingTime] = lambda _: ALWAYS
    """The opening hours that hold on a channel."""
    customer_hours: Callable[[str, str], WorkingTime] = lambda _channel, _zone: ALWAYS
    """The same hours in a time zone of the customer's own."""
    person_hours: Callable[[str], WorkingTime] = lambda _: ALWAYS
    version: int = 0
    """A number for all of it: the same one, the same terms."""

    def length(self, state: Judged, kind: ClockKind | MeasuredClock, person: str = "") -> Length | None:
        """How long such a clock of the case runs; None: there is none."""
        rule = self.clocks.rule(kind, state.language, state.urgency) if self.clocks else None
        if rule is None or rule.minutes == "none":
            return None
        hours = ALWAYS
        if kind == "consult":
            hours = self.person_hours(person)
        elif rule.hours == "customer" and state.time_zone:
            hours = self.customer_hours(state.channel, state.time_zone)
        elif rule.hours != "always":
            hours = self.brand_hours(state.channel)
        return Length(rule.minutes, rule.warn_before_minutes, hours)

    def steps(self, kind: ClockKind, due_at: datetime, hours: WorkingTime) -> tuple[ClockStep, ...]:
        """When who is to be told of a clock that is due then."""
        found = self.clocks.steps(kind) if self.clocks else ()
        return tuple(
            ClockStep(number=number, at=shifted(hours, due_at, each.offset_minutes), to=each.to, by=each.by)
            for number, each in enumerate(found, 1)
        )


def shifted(hours: WorkingTime, moment: datetime, minutes: float) -> datetime:
    """So many minutes of these hours later, or earlier below 0; on the clock where the hours hold no such moment."""
    try:
        return hours.after(moment, minutes) if minutes > 0 else hours.before(moment, -minutes) if minutes else moment
    except ValueError:
        return moment + timedelta(minutes=minutes)


def clock_terms(organisation: Organisation, brand_id: str) -> ClockTerms:
    """A brand's terms; the usual ones for a brand that is newer than our copy of the organisation."""
    try:
        brand = organisation.brand(brand_id)
    except NotInOrganisation:
        # The deadline of a first reply or a promise is in the event; only the warning is by default.
        return ClockTerms()
    policy = brand.policy

    def hours(channel: str) -> WorkingTime:
        return opening_hours(_calendar(organisation, brand, channel))

    def hours_of_customer(channel: str, zone: str) -> WorkingTime:
        if zone not in time_zones():
            return hours(channel)
        return opening_hours(_calendar(organisation, brand, channel).model_copy(update={"time_zone": zone}))

    return ClockTerms(
        warn_before=timedelta(minutes=policy.warn_before_minutes),
        promise_warn_before=timedelta(minutes=policy.promise_warn_before_minutes),
        clocks=policy.clocks,
        brand_hours=hours,
        customer_hours=hours_of_customer,
        person_hours=lambda person: _person_hours(organisation, person),
        version=_version(organisation, brand),
    )


def _person_hours(organisation: Organisation, id_: str) -> WorkingTime:
    person = organisation.by_id["people"].get(id_)
    return working_time(person) if person else ALWAYS


def _calendar(organisation: Organisation, brand: Brand, channel: str) -> Calendar:
    found = organisation.by_id["channels"].get(channel)
    return organisation.calendar((on_channel(brand, found) if found else brand).calendar)


def _version(organisation: Organisation, brand: Brand) -> int:
    policy = brand.policy
    mine = [each for each in organisation.channels if each.brand == brand.id and each.deviations]
    calendars = {brand.calendar, *(each.deviations.calendar for each in mine if each.deviations)} - {None}
    parts = [
        brand.id,
        policy.clocks.model_dump_json() if policy.clocks else "",
        str((policy.warn_before_minutes, policy.promise_warn_before_minutes)),
        *(organisation.calendar(id_).model_dump_json() for id_ in sorted(str(each) for each in calendars)),
    ]
    return int(hashlib.sha256("\n".join(parts).encode()).hexdigest()[:VERSION_DIGITS], 16)
