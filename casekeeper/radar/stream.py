"""A stream of real posts: a brand's usual weeks, and a burst in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from casekeeper.radar.posts import Post, busiest_place
from services.followup.domain.radar import ALL, HOUR_MS, Sighting, key

MONDAY_MS = 1_767_571_200_000
"""A Monday at midnight, UTC."""
DAY_VARIANCE, HOUR_VARIANCE = 0.02, 0.05
"""Days and hours are busier or quieter than chance alone makes them: relative variances."""
BURST_SHAPE, BURST_MINUTES = 2.0, 12.0
"""The posts of a burst come at the start plus a gamma of this shape and scale: half of them within 20 minutes, nearly all in an
hour."""

Kind = Literal["topic", "place", "everything", "mood", "wave"]
"""What rises: posts about one topic, posts that name one place, posts of every sort, only the share of negative ones, or a
topic once more, after an incident about it was closed."""


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


def burst(
    world: World,
    belongs: Callable[[Post], bool],
    size: int,
    start_ms: int,
    random: np.random.Generator,
    name: str = "b",
) -> list[Sighting]:
    """So many real posts of one sort, on top of what is usual. The first of them comes at the start."""
    about = [post for post in world.posts if belongs(post)]
    moments = np.sort(random.gamma(BURST_SHAPE, BURST_MINUTES * 60_000, size))
    moments -= moments[0]
    chosen = random.integers(len(about), size=size)
    return [
        _sighting(world, about[int(index)], start_ms + int(moment), random, f"{name}{number}")
        for number, (moment, index) in enumerate(zip(moments, chosen, strict=True))
    ]


def soured(seen: Sequence[Sighting], start_ms: int) -> list[Sighting]:
    """The same posts, all negative from that moment on: a change of mood without any rise."""
    return [each.model_copy(update={"negative": True}) if each.at_ms >= start_ms else each for each in seen]


def sort_of(world: World, kind: Kind, topic: str) -> tuple[Callable[[Post], bool], str]:
    """Which posts a burst of this kind is made of, and the key in which it is to be seen."""
    if kind == "place":
        place = busiest_place(world.posts)
        return lambda post: post.place == place, key("place", place)
    if kind in ("everything", "mood"):
        return lambda _: True, ALL
    return lambda post: post.topic == topic, key("topic", topic)


def _sighting(world: World, post: Post, at_ms: int, random: np.random.Generator, name: str) -> Sighting:
    topic = post.topic
    if random.random() > world.right:
        topic = world.posts[int(random.integers(len(world.posts)))].topic
    keys = [ALL, key("language", "en")]
    keys += [key("topic", topic)] if topic else []
    keys += [key("place", post.place)] if post.place else []
    return Sighting(
        message_id=name, case_id=name, conversation=name, at_ms=at_ms, keys=tuple(keys), negative=post.negative
    )
