"""What must hold for the test contacts of a brand; part of `organisation_rules`."""

from collections.abc import Iterator
from typing import TypeAlias

from schemas.organisation import Brand, Organisation
from schemas.organisation_values import did_you_mean

BrokenRule: TypeAlias = tuple[tuple[str | int, ...], str]


def of_brand(brand: Brand, organisation: Organisation) -> Iterator[BrokenRule]:
    """Test contacts come through the brand's own channels, and somebody answers them."""
    tests = brand.policy.channel_tests
    if tests is None:
        return
    if brand.purpose == "listening":
        yield ("policy", "channel_tests"), "a brand that listens answers nobody, so that a test of it has no end"
    own = {channel.id: channel for channel in organisation.channels if channel.brand == brand.id}
    for position, id_ in enumerate(tests.channels):
        place = ("policy", "channel_tests", "channels", position)
        if id_ not in own:
            yield place, f"brand {brand.id!r} has no channel {id_!r}{did_you_mean(id_, own)}"
        elif own[id_].kind == "mail":
            yield place, f"channel {id_!r} can not be tested: customers' mail does not come in through us"
