"""What must hold for holding replies and surveys of a brand; part of `organisation_rules`."""

from collections.abc import Iterator
from typing import TypeAlias

from schemas.organisation import Brand, Organisation
from schemas.organisation_aftercare import SurveyPolicy
from schemas.organisation_values import did_you_mean

BrokenRule: TypeAlias = tuple[tuple[str | int, ...], str]
LONGEST_LINK = 160
"""Characters of the address of a survey's page."""


def of_brand(brand: Brand, organisation: Organisation) -> Iterator[BrokenRule]:
    """Surveys go out on channels of the brand, by a brand that speaks, in words that fit; a prepared reply has its time."""
    policy = brand.policy
    before = policy.holding_sent_minutes_before
    if before is not None and before >= policy.warn_before_minutes:
        warning = f"warn_before_minutes {policy.warn_before_minutes}"
        sentence = f"{before} must be less than {warning}: its owner sees a prepared reply before it leaves by itself"
        yield ("policy", "holding_sent_minutes_before"), sentence
    if policy.survey is None:
        return
    if brand.purpose == "listening":
        yield ("policy", "survey"), "a brand that listens writes to nobody, surveys neither"
    for place, sentence in _channels(brand, policy.survey, organisation):
        yield ("policy", "survey", *place), sentence


def _channels(brand: Brand, survey: SurveyPolicy, organisation: Organisation) -> Iterator[BrokenRule]:
    own = {channel.id: channel for channel in organisation.channels if channel.brand == brand.id}
    for position, id_ in enumerate(survey.channels):
        channel = own.get(id_)
        if channel is None:
            yield ("channels", position), f"brand {brand.id!r} has no channel {id_!r}{did_you_mean(id_, own)}"
            continue
        for language, text in survey.texts.items():
            length = len(text) - len("{link}") + LONGEST_LINK
            if length > channel.max_length:
                yield (
                    ("texts", language),
                    f"with a link it has up to {length} characters, {channel.max_length} fit on channel {id_!r}",
                )
