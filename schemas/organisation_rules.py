"""What must hold between the parts of an organisation: names that exist, nobody twice, replies that fit."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import TypeAlias

import holidays
from holidays.registry import EntityLoader

from schemas import aftercare_rules, clock_rules, mandate_rules, quality_rules
from schemas.organisation import SECTIONS, Brand, Organisation, Person
from schemas.organisation_values import did_you_mean

Place: TypeAlias = tuple[str | int, ...]
"""Where something is wrong: section, position in the section, keys from there."""
Known: TypeAlias = Mapping[str, Collection[str]]
"""Section -> ids that may be named."""
BrokenRule: TypeAlias = tuple[Place, str]
OWNER_ROLES = ("agent", "coach", "lead")
_LONGEST_BY = "Wed, 30 Sep, 11:59 pm (Buenos Aires)"
"""A moment as it is written out for a customer."""


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    """The countries of ISO 3166; the `holidays` library knows them all, its names for them coming without imports."""
    return frozenset(EntityLoader.get_country_codes(include_aliases=False))


@lru_cache(maxsize=1024)
def _subdivisions(country: str) -> frozenset[str]:
    """Those of one country; asked one by one because the library loads a module for each."""
    entity = getattr(holidays, country)
    return frozenset(entity.subdivisions) | frozenset(entity.subdivisions_aliases)


def broken_rules(organisation: Organisation, known: Known | None = None) -> Iterator[BrokenRule]:
    """Every broken rule with its place. `known` may name more ids than the organisation holds: those whose item is
    itself wrong and left out, so that one mistake is not reported again at everything that refers to it."""
    ids = known or {section: organisation.by_id[section].keys() for section in SECTIONS}
    for section in SECTIONS:
        yield from _twice(section, "id", [item.id for item in getattr(organisation, section)])
    yield from _calendars(organisation)
    yield from _brands(organisation, ids)
    yield from _channels(organisation, ids)
    yield from _topics(organisation, ids)
    yield from _twice("people", "email", [person.email for person in organisation.people])
    for index, person in enumerate(organisation.people):
        for place, sentence in _person(person, organisation, ids):
            yield ("people", index, *place), sentence
    for index, integration in enumerate(organisation.integrations):
        for position, brand in enumerate(integration.brands):
            if problem := _unknown("brand", brand, ids["brands"]):
                yield ("integrations", index, "brands", position), problem
    yield from _subscriptions(organisation, ids)


def _subscriptions(organisation: Organisation, ids: Known) -> Iterator[BrokenRule]:
    for index, each in enumerate(organisation.subscriptions):
        if problem := _unknown("brand", each.brand, ids["brands"]):
            yield ("subscriptions", index, "brand"), problem
        for position, topic in enumerate(each.topics):
            if problem := _unknown("topic", topic, ids["topics"]):
                yield ("subscriptions", index, "topics", position), problem


def _twice(section: str, key: str, values: list[str]) -> Iterator[BrokenRule]:
    counts = Counter(values)
    seen: set[str] = set()
    for index, value in enumerate(values):
        if counts[value] > 1 and value in seen:
            yield (section, index, key), f"{key} {value!r} is used twice (each needs its own)"
        seen.add(value)


def _unknown(kind: str, id_: str, known: Collection[str]) -> str | None:
    return None if id_ in known else f"unknown {kind} {id_!r}{did_you_mean(id_, known)}"


def _country_problem(country: str) -> str | None:
    if country in _countries():
        return None
    hint = " (Great Britain is GB)" if country == "UK" else did_you_mean(country, _countries())
    return f"unknown country {country!r}{hint}"


def _region_problem(region: str) -> str | None:
    country, _, subdivision = region.partition("-")
    if problem := _country_problem(country):
        return problem
    if subdivision and subdivision not in _subdivisions(country):
        return f"{country} has no subdivision {subdivision!r}{did_you_mean(subdivision, _subdivisions(country))}"
    return None


def _calendars(organisation: Organisation) -> Iterator[BrokenRule]:
    for index, calendar in enumerate(organisation.calendars):
        for position, region in enumerate(calendar.public_holidays):
            if sentence := _region_problem(region):
                yield ("calendars", index, "public_holidays", position), sentence


def _brands(organisation: Organisation, ids: Known) -> Iterator[BrokenRule]:
    staffed = {brand for person in organisation.people if person.role in OWNER_ROLES for brand in person.brands}
    for index, brand in enumerate(organisation.brands):
        if sentence := _unknown("pool", brand.pool, ids["pools"]):
            yield ("brands", index, "pool"), sentence
        if sentence := _unknown("calendar", brand.calendar, ids["calendars"]):
            yield ("brands", index, "calendar"), sentence
        for name in brand.conversation_page.without_main(brand.language):
            lacks = f"{name} lacks {brand.language}, the brand's language: who reads another one would see nothing"
            yield ("brands", index, "conversation_page", name), lacks
        for position, topic in enumerate(brand.policy.approve_topics):
            if sentence := _unknown("topic", topic, ids["topics"]):
                yield ("brands", index, "policy", "approve_topics", position), sentence
        # People who were left out because something else is wrong with them may be the ones who own its cases.
        if brand.id not in staffed and len(organisation.people) >= len(ids["people"]) > 0:
            yield ("brands", index), "nobody can own its cases (at least one agent, coach or lead must name the brand)"
        yield from ((("brands", index, *place), sentence) for place, sentence in _lengths(brand, organisation))
        yield from ((("brands", index, *place), sentence) for place, sentence in mandate_rules.of_brand(brand))
        yield from (
            (("brands", index, *place), sentence) for place, sentence in quality_rules.of_brand(brand, organisation)
        )
        calendar = organisation.by_id["calendars"].get(brand.calendar)
        yield from ((("brands", index, *place), sentence) for place, sentence in clock_rules.of_brand(brand, calendar))
        yield from (
            (("brands", index, *place), sentence) for place, sentence in aftercare_rules.of_brand(brand, organisation)
        )


def _lengths(brand: Brand, organisation: Organisation) -> Iterator[BrokenRule]:
    """A holding reply must fit, signed by the person with the longest signature, on every channel of the brand."""
    channels = [channel for channel in organisation.channels if channel.brand == brand.id]
    people = [person for person in organisation.people if brand.id in person.brands and person.role in OWNER_ROLES]
    if not channels or not people:
        return
    tightest = min(channels, key=lambda channel: channel.max_length)
    signature = max(len(brand.signed("", person)) for person in people)
    for language, templates in brand.policy.holding_replies.items():
        for variant, template in enumerate(templates):
            length = len(template.format(by=_LONGEST_BY)) + signature
            if length > tightest.max_length:
                yield (
                    ("policy", "holding_replies", language, variant),
                    f"signed it has {length} characters, {tightest.max_length} fit on channel {tightest.id!r}",
                )


def _channels(organisation: Organisation, ids: Known) -> Iterator[BrokenRule]:
    for index, channel in enumerate(organisation.channels):
        if sentence := _unknown("brand", channel.brand, ids["brands"]):
            yield ("channels", index, "brand"), sentence
        brand = organisation.by_id["brands"].get(channel.brand)
        for place, sentence in mandate_rules.of_channel(channel, brand, ids["calendars"]):
            yield ("channels", index, *place), sentence
    # Two mail channels with one address could not tell whose mail it is.
    addresses = [channel.from_address or f"none {index}" for index, channel in enumerate(organisation.channels)]
    yield from _twice("channels", "from_address", addresses)


def _topics(organisation: Organisation, ids: Known) -> Iterator[BrokenRule]:
    parents = {topic.id: topic.parent for topic in organisation.topics}
    for index, topic in enumerate(organisation.topics):
        if topic.skill and (sentence := _unknown("skill", topic.skill, ids["skills"])):
            yield ("topics", index, "skill"), sentence
        if topic.parent and (sentence := _unknown("topic", topic.parent, ids["topics"])):
            yield ("topics", index, "parent"), sentence
        above, steps = topic.parent, 0
        while above and above != topic.id and steps <= len(parents):
            above, steps = parents.get(above), steps + 1
        if above == topic.id:
            yield (
                ("topics", index, "parent"),
                "the topic is its own ancestor (a tree has a topic without parent on top)",
            )


def _person(person: Person, organisation: Organisation, ids: Known) -> Iterator[BrokenRule]:
    if problem := _country_problem(person.country):
        yield ("country",), problem
    if person.role == "operator" and (person.mandate or person.stage == "coach"):
        yield ("role",), "an operator answers no customers: leave out mandate and stage, or choose another role"
    if person.public_holidays and (sentence := _region_problem(person.public_holidays)):
        yield ("public_holidays",), sentence
    for skill in person.skills:
        if sentence := _unknown("skill", skill, ids["skills"]):
            yield ("skills", skill), sentence
    for position, brand in enumerate(person.brands):
        if sentence := _unknown("brand", brand, ids["brands"]):
            yield ("brands", position), sentence
        elif person.mandate and (found := organisation.by_id["brands"].get(brand)):
            levels = found.policy.mandates
            if person.mandate not in levels:
                hint = did_you_mean(person.mandate, levels)
                yield ("mandate",), f"brand {brand!r} has no mandate level {person.mandate!r}{hint}"
