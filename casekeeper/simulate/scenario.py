"""A scenario: who writes when and in which language, who is there to answer, and how long things take. Read from YAML.

`python -m casekeeper simulate --schema` prints its JSON Schema. Times that people wait or work are drawn from lognormal
distributions, given by their median and 90th percentile.
"""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from schemas.base import UtcDatetime
from schemas.organisation_values import CefrLevel

Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0)]


class ScenarioInvalid(Exception):
    """The file can not be used; the text says where and why."""


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        raise ValueError(f"there is no time zone {name!r}") from error
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]


class Strict(BaseModel):
    """A part of a scenario: a field that nobody knows is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Duration(Strict):
    """A lognormal distribution in minutes."""

    median: float = Field(gt=0)
    p90: float = Field(gt=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.p90 < self.median:
            raise ValueError(f"p90 {self.p90} is below the median {self.median}")
        return self


class Language(Strict):
    """How much of the demand is in a language, and where these customers are."""

    share: Share
    zones: dict[Zone, Weight] = Field(min_length=1)


class Effort(Strict):
    """Minutes of an agent's attention."""

    first_reply: Duration
    next_reply: Duration
    holding_reply: Duration


class Mean(Strict):
    """A geometric distribution, by its mean."""

    mean: float = Field(ge=1)


class Peak(Strict):
    """A crisis: for some hours more people write, about one thing."""

    starts_hour: float = Field(ge=0)
    """Hours after the start of the scenario."""
    hours: float = Field(gt=0)
    factor: float = Field(ge=1)
    """How many times the usual number write."""
    skill: str = ""
    """What the additional ones are about; empty: as usual."""
    language: str = ""
    """The language of the additional ones; empty: as usual."""


class Demand(Strict):
    """What customers do."""

    contacts_per_day: float = Field(gt=0)
    weekday_weights: tuple[Weight, ...] = (1, 1, 1, 1, 1, 1, 1)
    """Monday first, in the customer's zone."""
    hour_weights: tuple[Weight, ...] = (1,) * 24
    """By local hour of the customer."""
    languages: dict[str, Language] = Field(min_length=1)
    skills: dict[str, Weight] = Field(min_length=1)
    needs_specialist: Share = 0.35
    """Cases whose answer an owner does not know; without the customer's language the owner needs one in any case."""
    messages_per_case: Mean = Mean(mean=2.6)
    effort_minutes: Effort
    customer_answers_minutes: Duration
    returning_customer: Share = 0
    """Customers who wrote before, to an owner they know."""
    peaks: tuple[Peak, ...] = ()

    @field_validator("weekday_weights")
    @classmethod
    def _seven(cls, weights: tuple[float, ...]) -> tuple[float, ...]:
        return _weights(weights, 7, "days")

    @field_validator("hour_weights")
    @classmethod
    def _twenty_four(cls, weights: tuple[float, ...]) -> tuple[float, ...]:
        return _weights(weights, 24, "hours")

    @model_validator(mode="after")
    def _shares_are_whole(self) -> Self:
        total = sum(language.share for language in self.languages.values())
        if abs(total - 1) > 0.01:
            raise ValueError(f"the shares of the languages add up to {total:.3f}, not to 1")
        for peak in self.peaks:
            if peak.skill and peak.skill not in self.skills:
                raise ValueError(f"a peak is about {peak.skill!r}, which is not among the skills")
            if peak.language and peak.language not in self.languages:
                raise ValueError(f"a peak is in {peak.language!r}, which is not among the languages")
        return self


def _weights(weights: tuple[float, ...], count: int, what: str) -> tuple[float, ...]:
    if len(weights) != count or not sum(weights):
        raise ValueError(f"give {count} weights, one for each of the {what}, and not all 0")
    return weights


class Spoken(Strict):
    """The share of a group that speaks a language, and how well."""

    share: Share
    level: CefrLevel


class Shifts(Strict):
    """Shifts of eight hours: days on, days off, and starts that rotate by week in proportion to their weights."""

    pattern: Literal["rotating-8h"]
    days_on: int = Field(default=5, ge=1, le=7)
    days_off: int = Field(default=2, ge=0, le=6)
    starts: tuple[Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")], ...] = Field(min_length=1)
    weights: tuple[Weight, ...] = ()
    counts: tuple[Annotated[int, Field(ge=0)], ...] = ()
    """Instead of weights: in every week exactly so many of the group begin at each of the starts."""

    @model_validator(mode="after")
    def _a_week(self) -> Self:
        if self.days_on + self.days_off != 7:
            raise ValueError("days_on and days_off make a week: they add up to 7")
        if self.weights and len(self.weights) != len(self.starts):
            raise ValueError("give as many weights as starts")
        if self.counts and (self.weights or len(self.counts) != len(self.starts) or not sum(self.counts)):
            raise ValueError("give either weights or counts, as many as starts, and not all of them 0")
        return self


class OfficeHours(Strict):
    """The same hours on the same days, in the person's own zone; public holidays of the country are off."""

    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = Field(min_length=1)
    start: str = Field(alias="from", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    to: str = Field(pattern=r"^([01]\d|2[0-4]):[0-5]\d$")


class Behaviour(Strict):
    """What people of one kind do, whoever they are."""

    role: Literal["agent", "specialist"]
    """agent: owns cases; specialist: answers owners."""
    absence: Share = 0
    """The share of days on which somebody is away unannounced."""
    answer_minutes: Duration | None = None
    """Specialists: from accepting to answering, in their own working time."""
    notice_minutes: Duration | None = None
    """Specialists: until they react to an offer, in their own working time."""
    declines: Share = 0
    silent: Share = 0
    """Offers that are never reacted to, and expire."""

    @model_validator(mode="after")
    def _can_be(self) -> Self:
        if self.role == "specialist" and not (self.answer_minutes and self.notice_minutes):
            raise ValueError("specialists need answer_minutes and notice_minutes")
        if self.declines + self.silent > 1:
            raise ValueError("declines and silent together are more than everybody")
        return self


class Group(Behaviour):
    """People of one kind, as they are drawn."""

    group: str = Field(min_length=1)
    count: int = Field(ge=1)
    zone: Zone | None = None
    by_zone: dict[Zone, int] = Field(default_factory=dict)
    shifts: Shifts | None = None
    hours: OfficeHours | None = None
    capacity: int = Field(default=1, ge=1)
    languages: dict[str, Spoken] = Field(default_factory=dict)
    languages_by_zone: Literal["", "local-plus-english"] = ""
    """The language of the zone's customers at C2, and English at B2."""
    skills: dict[str, Share] = Field(default_factory=dict)
    skills_each: int = Field(default=0, ge=0)
    """So many skills each, drawn by the demand's weights."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if bool(self.zone) == bool(self.by_zone):
            raise ValueError(f"group {self.group}: give either zone or by_zone")
        if self.by_zone and sum(self.by_zone.values()) != self.count:
            raise ValueError(f"group {self.group}: by_zone has {sum(self.by_zone.values())} people, count {self.count}")
        if (self.shifts is None) == (self.hours is None):
            raise ValueError(f"group {self.group}: give either shifts or hours")
        if not self.languages and not self.languages_by_zone:
            raise ValueError(f"group {self.group}: say which languages they speak")
        return self


class Targets(Strict):
    """What is promised, for every language."""

    first_reply_minutes: float = Field(default=60, gt=0)
    next_reply_minutes: float = Field(default=240, gt=0)
    """Within this time a customer who writes again, or an answer of a specialist, is attended to."""
    substantive_answer_minutes: float = Field(default=1440, gt=0)


class Setting(Strict):
    """When a world is, and what is promised and done in it, whoever the people are."""

    name: str = Field(min_length=1)
    start: UtcDatetime
    days: float = Field(gt=0)
    warmup_days: float = Field(default=0, ge=0)
    """The first days, whose cases are not counted."""
    drain_days: float = Field(default=2, ge=0)
    """After the last day nobody new writes, but what is open is worked on for so long."""
    targets: Targets = Targets()
    holding_replies: bool = True
    """Whether an owner who has to ask first sends an honest word at once (O5); for all policies alike."""
    hold_before_minutes: float = Field(default=20, ge=0)
    """With holding replies: an owner who begins this close to the first reply's deadline sends one first."""
    offer_minutes: float = Field(default=30, gt=0)
    """How long a specialist has to react, in their own working time, before somebody else is asked."""

    @model_validator(mode="after")
    def _something_is_counted(self) -> Self:
        if self.warmup_days >= self.days:
            raise ValueError(f"warmup_days {self.warmup_days} leaves nothing of {self.days} days to count")
        return self

    @property
    def counted_from(self) -> timedelta:
        """Cases that come in before this time after the start are not counted."""
        return timedelta(days=self.warmup_days)


class Scenario(Setting):
    """A world to simulate."""

    demand: Demand
    people: tuple[Group, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _somebody_owns(self) -> Self:
        if not any(group.role == "agent" for group in self.people):
            raise ValueError("nobody has the role agent: cases need owners")
        return self

    def changed(self, fields: dict[str, Any]) -> "Scenario":
        """The same with some fields otherwise. Raises ScenarioInvalid when it no longer holds together."""
        try:
            return Scenario.model_validate(self.model_dump(by_alias=True) | fields)
        except ValidationError as error:
            raise ScenarioInvalid(str(error)) from error


def load(path: Path) -> Scenario:
    """Read a scenario. Raises ScenarioInvalid with the file and the field of every mistake."""
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Scenario.model_validate(content)
    except OSError as error:
        raise ScenarioInvalid(f"{path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ScenarioInvalid(f"{path}: {error}") from error
    except ValidationError as error:
        lines = [f"{path}: {'.'.join(map(str, each['loc'])) or 'scenario'}: {each['msg']}" for each in error.errors()]
        raise ScenarioInvalid("\n".join(lines)) from error
