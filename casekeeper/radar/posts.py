"""Real posts, from files: what they are about, how they sound, and at which hours of the week people write."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOODS = ("negative", "neutral", "positive")
PLACES = re.compile(
    r"\b(?:ATL|AUS|BNA|BOS|BWI|CLE|CLT|DAL|DCA|DEN|DFW|DTW|EWR|FLL|HOU|IAD|IAH|JFK|LAS|LAX|LGA|ORD|PHL|SFO)\b"
)
"""Some airports, as people write them. Some posts name one, which is the place they are about."""


class PostsInvalid(ValueError):
    """A file can not be used; the text names it, the line, and what is wrong."""


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody wrote, as people judged it. Without a topic: none of them."""

    topic: str
    negative: bool
    place: str = ""


def busiest_place(posts: Sequence[Post]) -> str:
    """The place that most posts name; empty where none names one."""
    found = Counter(post.place for post in posts if post.place)
    return max(sorted(found), key=lambda name: found[name]) if found else ""


def posts(paths: Sequence[Path]) -> list[Post]:
    """The posts of these files, the same text being the same post.

    A line is JSON with `text` and `label`: a topic, or one of negative, neutral and positive. `source` says where it is from;
    only posts from where those with a topic are from are taken. Raises PostsInvalid.
    """
    topics: dict[str, str] = {}
    moods: dict[str, tuple[str, Any]] = {}
    sources = set[Any]()
    for path in paths:
        for place, row in _rows(path):
            text, label = row.get("text"), row.get("label")
            if not (isinstance(text, str) and isinstance(label, str) and text and label):
                raise PostsInvalid(f"{place}: a post needs a text and a label")
            if label in MOODS:
                moods[text] = (label, row.get("source"))
            else:
                topics[text] = label
                sources.add(row.get("source"))
    if not topics:
        raise PostsInvalid(f"{paths[0]}: no post has a topic as its label")
    # A negative post whose topic nobody has judged would be one without a topic, which it is not.
    others = {text for text, (mood, source) in moods.items() if mood != "negative" and source in sources}
    return [
        Post(topics.get(text, ""), moods.get(text, ("negative",))[0] == "negative", _place(text))
        for text in sorted(topics | dict.fromkeys(others, ""))
    ]


def _place(text: str) -> str:
    found = PLACES.search(text)
    return found[0] if found else ""


def week(path: Path) -> NDArray[np.float64]:
    """How busy each hour of the week is, from the moments at which people began to write; an average hour has 1.

    A line is JSON with `started_at`, or with `created_at`. A few hundred moments tell the hours of the day and the days of the
    week, but not each of 168 hours: these are the product of both. Raises PostsInvalid.
    """
    days, hours = np.ones(7), np.ones(24)
    for place, row in _rows(path):
        try:
            moment = datetime.fromisoformat(str(row.get("started_at") or row.get("created_at")))
        except ValueError as error:
            raise PostsInvalid(f"{place}: neither started_at nor created_at is a moment") from error
        days[moment.weekday()] += 1
        hours[moment.hour] += 1
    smooth = (np.roll(hours, 1) + 2 * hours + np.roll(hours, -1)) / 4
    shape = np.outer(days / days.mean(), smooth / smooth.mean()).ravel()
    return np.asarray(shape / shape.mean())


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PostsInvalid(f"{path}: {error}") from error
    for number, line in enumerate(lines, 1):
        place = f"{path}:{number}"
        try:
            row = json.loads(line)
        except ValueError as error:
            raise PostsInvalid(f"{place}: no JSON") from error
        if not isinstance(row, dict):
            raise PostsInvalid(f"{place}: no JSON object")
        yield place, row
