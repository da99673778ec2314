"""A stream of real posts: a brand's usual weeks, and a burst in them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from casekeeper.radar.posts import Post
from services.followup.domain.radar import ALL, HOUR_MS, Sighting, key

MONDAY_MS = 1_767_571_200_000
"""A Monday at midnight, UTC."""
DAY_VARIANCE, HOUR_VARIANCE = 0.02, 0.05
"""Days and hours are busier or quieter than chance alone makes them: relative variances."""
BURST_SHAPE, BURST_MINUTES = 2.0, 12.0
"""The posts of a burst come at the start plus a gamma of this shape and scale: half of them within 20 minutes, nearly all in an
hour."""


@dataclass(frozen=True, slots=True)
class World:
    """What a stream is drawn from. `right` is the share of topics that the classifier gets right."""

    posts: Sequence[Post]
    week: NDArray[np.float64]
    per_hour: float
    right: float = 1.0


def usual(world: World, start_ms: int, hours: int, random: np.random.Generator) -> list[Sighting]:
    """Weeks without a burst: real posts in their usual mix, at moments that follow the week."""
    days = random.gamma(1 / DAY_VARIANCE, DAY_VARIANCE, hours // 24 + 2)
    found: list[Sighting] = []
    for hour in range(hours):
        at_ms = start_ms + hour * HOUR_MS
        of_week = (at_ms - MONDAY_MS) // HOUR_MS % 168
        busy = days[hour // 24] * random.gamma(1 / HOUR_VARIANCE, HOUR_VARIANCE) * world.week[of_week]
        for moment in np.sort(random.integers(0, HOUR_MS, random.poisson(world.per_hour * busy))):
            post = world.posts[int(random.integers(len(world.posts)))]
            found.append(_sighting(world, post, at_ms + int(moment), random, f"u{hour}-{len(found)}"))
    return found


def burst(world: World, topic: str, size: int, start_ms: int, random: np.random.Generator) -> list[Sighting]:
    """So many real posts about one topic, on top of what is usual. The first of them comes at the start."""
    about = [post for post in world.posts if post.topic == topic]
    moments = np.sort(random.gamma(BURST_SHAPE, BURST_MINUTES * 60_000, size))
    moments -= moments[0]
    chosen = random.integers(len(about), size=size)
    return [
        _sighting(world, about[int(index)], start_ms + int(moment), random, f"b{number}")
        for number, (moment, index) in enumerate(zip(moments, chosen, strict=True))
    ]


def _sighting(world: World, post: Post, at_ms: int, random: np.random.Generator, name: str) -> Sighting:
    topic = post.topic
    if random.random() > world.right:
        topic = world.posts[int(random.integers(len(world.posts)))].topic
    keys = (ALL, key("language", "en"), *([key("topic", topic)] if topic else []))
    return Sighting(message_id=name, case_id=name, conversation=name, at_ms=at_ms, keys=keys, negative=post.negative)
