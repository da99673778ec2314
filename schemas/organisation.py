"""The organisation a stack serves: brands with their policies, channels, topics and people, as its files describe it.

Frozen values only. Reading them from files, with file and line in every error, is `schemas.organisation_file`;
what must hold between the parts (ids that exist, covered languages) is `schemas.organisation_rules`.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal, Self, cast

from pydantic import Field, StringConstraints, model_validator

from schemas.organisation_aftercare import Aftercare
from schemas.organisation_clocks import ClockPolicy
from schemas.organisation_hours import Frozen, Hours
from schemas.organisation_integrations import Integration
from schemas.organisation_mandates import Deviations
from schemas.organisation_radar import RadarRules
from schemas.organisation_roster import PersonalTime
from schemas.organisation_subscriptions import DeclaredSubscription
from schemas.organisation_topics import Topic
from schemas.organisation_values import (
    CEFR_LEVELS,
    CefrLevel,
    Country,
    EnvironmentName,
    HoldingTemplate,
    HolidayRegion,
    Id,
    Language,
    MailAddress,
    OrderMask,
    SignatureTemplate,
    Text,
    TimeZone,
    did_you_mean,
)
from schemas.organisation_web import ConversationPage

Role = Literal["agent", "specialist", "coach", "lead", "operator"]
Stage = Literal["shadow", "supervised", "independent", "coach"]
Purpose = Literal["service", "conversation", "listening"]
ChannelKind = Literal["webhook", "web", "mail"]
SECTIONS = ("calendars", "pools", "brands", "channels", "skills", "topics", "people", "integrations", "subscriptions")
"""The lists of an organisation; every item has an id of its own within its list."""


class NotInOrganisation(LookupError):
    """An id that names nothing in the organisation."""

    def __init__(self, kind: str, id_: str, known: Iterable[str]) -> None:
        super().__init__(f"the organisation has no {kind} {id_!r}{did_you_mean(id_, known)}")
        self.kind, self.id = kind, id_


class Calendar(Frozen):
    """When a brand is open; clocks that keep opening hours run by it (F3)."""

    id: Id
    time_zone: TimeZone
    hours: Hours
    public_holidays: tuple[HolidayRegion, ...] = ()
    """Regions whose public holidays are closed days; none means open on holidays."""
    closed_on: tuple[date, ...] = ()
    """Further closed days, local dates."""


class Pool(Frozen):
    """People who share capacity, for all brands that name this pool (design 3: one writer per pool)."""

    id: Id
    name: Text


class Skill(Frozen):
    """Something a person can know; topics need it, people have it at a level."""

    id: Id
    names: dict[Language, Text] = Field(min_length=1)
    """What people call it, by language."""


class Policy(Aftercare, ClockPolicy):
    """What a brand promises its customers and allows its agents, the same on every channel (M2)."""

    first_reply_minutes: int = Field(default=60, gt=0)
    """A customer hears from us within this time, in every language (O4). Minutes of the brand's calendar."""
    warn_before_minutes: int = Field(default=15, ge=0)
    """The owner is warned this long before the first reply is due (F3)."""
    urgent_reply_minutes: int | None = Field(default=None, gt=0)
    """What is urgent is answered within this time; None: half of `first_reply_minutes`. Minutes of the brand's calendar."""
    merge_window_minutes: int = Field(default=30, ge=0)
    """Messages of one conversation this close together are one case (design 4, rule 7). Minutes on the clock."""
    quiet_period_hours: int = Field(default=48, ge=0)
    """A resolved case closes after this long without a word (design 4, rule 6). Hours on the clock."""
    graduation_days: int = Field(default=21, gt=0, le=3650)
    """A stage usually lasts so many days (P1). It informs; a coach or lead decides. Of several brands the longest counts."""
    promise_warn_before_minutes: int = Field(default=60, ge=0)
    """The owner is warned this long before a promise is due (F1, F3)."""
    handover_minutes: int = Field(default=30, gt=0)
    """An offered handover that nobody has accepted ends after this long; the owner stays the owner (O6). On the clock."""
    consult_offer_minutes: int = Field(default=30, gt=0)
    """An offer to a specialist goes to somebody else after this many of the specialist's own working minutes."""
    interpreter_offer_minutes: int = Field(default=10, gt=0)
    """The same for an offer to an interpreter: the customer waits meanwhile, and more people can do it."""
    holding_replies: dict[Language, tuple[HoldingTemplate, ...]] = Field(default_factory=dict)
    """Honest words that the answer takes a while, `{by}` being when they hear more (O5); variants by language."""
    signature: SignatureTemplate = "^{initials}"
    """How a person signs a reply (V1), on a line of its own: `{name}`, `{first_name}`, `{initials}`, `{brand}`."""
    approve_public_replies: bool = False
    """Whether four eyes see each public reply before it leaves, whoever writes it (P1)."""
    approve_topics: tuple[Id, ...] = ()
    """Topics, with those below them, on which four eyes see each reply before it leaves."""
    approval_minutes: int = Field(default=15, gt=0)
    """What waits for four eyes longer than this is escalated; it goes on waiting (M1). Minutes on the clock."""
    approver_minutes: int = Field(default=5, gt=0)
    """Who is expected to approve has so long before somebody else is; all who may, may at any time. Minutes on the clock."""
    undo_seconds: int = Field(default=0, ge=0, le=3600)
    """A reply leaves so much later, and until then its author can take it back. Not added to the time of four eyes."""
    waiting_weight: float = Field(default=1, gt=0, le=1)
    """Share of its room that a case keeps while it waits (P5); with the answer it takes all again, beyond capacity too."""
    cover_automatically: bool = False
    """Whether routing finds who acts for an owner who is away for longer than a first reply may take, when there is
    something to do: a message, an answer of a specialist, a promise that is due soon (rule 1)."""
    blocking_checks: tuple[Id, ...] = ()
    """Rules or kinds of the reply check that a reply has to pass; all others only advise (V3)."""
    advisory_checks: tuple[Id, ...] = ()
    """Those that only advise though they block where nothing is said; of these there is one, `fill-in-the-gap`."""

    radar: RadarRules = Field(default_factory=RadarRules)
    """When a sudden rise is worth an incident (F8)."""

    @property
    def urgent_minutes(self) -> int:
        """Within how many minutes what is urgent is answered."""
        return self.urgent_reply_minutes or max(1, self.first_reply_minutes // 2)

    @model_validator(mode="after")
    def _warnings_come_in_time(self) -> Self:
        if self.warn_before_minutes >= self.first_reply_minutes:
            raise ValueError(
                f"warn_before_minutes {self.warn_before_minutes} must be less than first_reply_minutes "
                f"{self.first_reply_minutes}: a warning comes before the deadline and after the start"
            )
        return self


class Brand(Frozen):
    """A label customers know, with its own voice, policy and purpose (M6)."""

    id: Id
    name: Text
    purpose: Purpose
    """conversation: may join talk about the brand; service: answers who addresses it; listening: never replies (V5)."""
    voice: Text
    """How the brand speaks: notes for the people who write."""
    pool: Id
    calendar: Id
    policy: Policy = Policy()
    order_numbers: tuple[OrderMask, ...] = ()
    """How its order numbers look: `#` stands for a digit, as in MC-#######."""
    language: Language = "en"
    """Its main language: that of its pages for customers who read none of those that there are."""
    conversation_page: ConversationPage = ConversationPage()
    """What its own conversation page says (the web channel)."""

    def signed(self, text: str, person: "Person") -> str:
        """A reply with its author's signature below it (V1)."""
        signature = self.policy.signature.format(
            name=person.name, first_name=person.first_name, initials=person.initials, brand=self.name
        )
        return f"{text}\n{signature}"


class Channel(Frozen):
    """One account of a brand on one channel."""

    id: Id
    name: Text
    kind: ChannelKind
    brand: Id
    audience: Literal["public", "private"]
    """public: a reply is one to the world (V7)."""
    max_length: int = Field(gt=0)
    """Longest reply the channel takes, in characters, signature included."""
    threads: bool = False
    """Whether its custom allows a longer text as several messages in order, each of at most `max_length`."""
    weight: float = Field(default=1, gt=0, le=50)
    """Room that a case from here takes of its owner's capacity: 0.5 for short public posts, say (P5)."""
    reply_url_env: EnvironmentName | None = None
    """webhook: the environment variable that holds the address replies are posted to; without it they stay here."""
    secret_env: EnvironmentName | None = None
    """webhook: the environment variable that holds the signing secret (Standard Webhooks)."""
    from_address: MailAddress | None = None
    """mail: the sender of replies and the address customers write to."""
    deviations: Deviations | None = None
    """Where this channel differs from its brand, and why; the parity report lists it (M2)."""

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        if self.kind == "webhook" and not self.secret_env:
            raise ValueError("a webhook channel needs secret_env: unsigned messages are never taken")
        if self.kind == "mail" and not self.from_address:
            raise ValueError("a mail channel needs from_address")
        if self.kind != "webhook" and (self.secret_env or self.reply_url_env):
            raise ValueError(f"a {self.kind} channel has no secret_env or reply_url_env: these belong to a webhook")
        if self.kind != "mail" and self.from_address:
            raise ValueError(f"a {self.kind} channel has no from_address: that belongs to mail")
        return self


class Person(PersonalTime):
    """Somebody of the team: a care agent, a local specialist, a coach, a lead or an operator."""

    id: Id
    name: Text
    initials: Annotated[str, StringConstraints(pattern=r"^\w{1,4}$")]
    role: Role
    """agent: owns cases (O1); specialist: answers owners, never customers (O2); coach and lead also own cases; operator: keeps
    the system running and sees events' ways and ids, never what customers wrote (I4)."""
    email: MailAddress
    country: Country
    """Where the person works: two letters of ISO 3166."""
    time_zone: TimeZone
    languages: dict[Language, CefrLevel] = Field(min_length=1)
    """Level of the Common European Framework by language; a mother tongue is C2."""
    skills: dict[Id, Annotated[int, Field(ge=1, le=5)]] = Field(default_factory=dict)
    """Level by skill: 1 knows the basics, 3 answers alone, 5 teaches others."""
    brands: tuple[Id, ...] = Field(min_length=1)
    stage: Stage = "independent"
    """How far on their own they may go (P1)."""
    mandate: Id | None = None
    """Level of mandate, a key of `mandates` in the policy of each of their brands (M1)."""
    capacity: int = Field(default=1, ge=1, le=50)
    """Conversations (agents) or consults (specialists) at a time: one budget over all channels (P5)."""
    hours: Hours
    """In the person's own time zone."""
    public_holidays: HolidayRegion | None = None
    """Region whose public holidays are days off; None: works on holidays."""

    @property
    def first_name(self) -> str:
        return self.name.split()[0]

    def speaks(self, language: str, at_least: CefrLevel = "A1") -> bool:
        level = self.languages.get(language)
        return level is not None and CEFR_LEVELS.index(level) >= CEFR_LEVELS.index(at_least)

    @property
    def own_language(self) -> str:
        """The one in which they read a translation: English if they speak it at B2 or better, else their best one."""
        if self.speaks("en", "B2"):
            return "en"
        return max(self.languages, key=lambda language: CEFR_LEVELS.index(self.languages[language]))


class Organisation(Frozen):
    """Everything above, for one stack. Build it with `organisation_file.load`, which checks the references too."""

    name: Text
    calendars: tuple[Calendar, ...] = Field(min_length=1)
    pools: tuple[Pool, ...] = Field(min_length=1)
    brands: tuple[Brand, ...] = Field(min_length=1)
    channels: tuple[Channel, ...] = Field(min_length=1)
    skills: tuple[Skill, ...] = ()
    topics: tuple[Topic, ...] = ()
    people: tuple[Person, ...] = Field(min_length=1)
    integrations: tuple[Integration, ...] = ()
    subscriptions: tuple[DeclaredSubscription, ...] = ()

    @cached_property
    def by_id(self) -> Mapping[str, Mapping[str, Any]]:
        """Section ("brands", "people" ...) -> id -> item."""
        return {section: {item.id: item for item in getattr(self, section)} for section in SECTIONS}

    def _find(self, section: str, kind: str, id_: str) -> Any:
        items = self.by_id[section]
        if id_ not in items:
            raise NotInOrganisation(kind, id_, items)
        return items[id_]

    def brand(self, id_: str) -> Brand:
        return cast("Brand", self._find("brands", "brand", id_))

    def channel(self, id_: str) -> Channel:
        return cast("Channel", self._find("channels", "channel", id_))

    def person(self, id_: str) -> Person:
        return cast("Person", self._find("people", "person", id_))

    def topic(self, id_: str) -> Topic:
        return cast("Topic", self._find("topics", "topic", id_))

    def calendar(self, id_: str) -> Calendar:
        return cast("Calendar", self._find("calendars", "calendar", id_))

    def brands_of(self, pool: str) -> tuple[Brand, ...]:
        """The brands that share the people of a pool."""
        return tuple(brand for brand in self.brands if brand.pool == pool)

    def people_of(self, pool: str) -> tuple[Person, ...]:
        """The people who work for at least one brand of a pool."""
        brands = {brand.id for brand in self.brands_of(pool)}
        return tuple(person for person in self.people if brands.intersection(person.brands))

    def skill_for(self, topic: str) -> str | None:
        """What a person must know to answer on a topic: its own skill, or else that of the nearest parent with one."""
        node: Topic | None = self.topic(topic)
        while node and node.skill is None:
            node = self.topic(node.parent) if node.parent else None
        return node.skill if node else None
