"""Messages and hours for the tests of the radar, at moments counted in minutes from a Monday noon."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from schemas.base import milliseconds
from schemas.events.case import CaseMessageAdded
from schemas.events.message import Author, Classification, Entity, Message
from services.followup.domain.radar import ALL, HOUR_MS, Sighting, Tally
from services.followup.domain.radar_baseline import DAY_SHAPE, Hours, hour_of_week
from services.followup.domain.radar_detection import WINDOW_MINUTES, Window

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Amsterdam")
SHAPE = np.tile(DAY_SHAPE / DAY_SHAPE.mean(), 7)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def added(
    number: int,
    minutes: float = 0,
    topic: str = "delivery",
    case: str = "",
    negative: bool = True,
    brand: str = "moccarel",
    language: str = "en",
    place: str = "",
) -> CaseMessageAdded:
    """The message `number`, in a case of its own unless one is named."""
    case_id = case or f"case-{number}"
    message = Message(
        id=f"message-{number}",
        brand=brand,
        channel="web",
        conversation=f"conversation-{case_id}",
        external_id=str(number),
        author=Author(id=f"customer-{number}"),
        text="Where is my parcel?",
        sent_at=at(minutes),
        received_at=at(minutes),
    )
    label = Classification(
        language=language,
        language_confidence=1,
        intent="question",
        intent_confidence=1,
        sentiment="negative" if negative else "neutral",
        sentiment_confidence=1,
        urgency="normal",
        urgency_confidence=1,
        topic=topic,
        entities=(Entity(kind="place", key=place),) if place else (),
    )
    return CaseMessageAdded(
        case_id=case_id,
        conversation=f"conversation-{case_id}",
        brand=brand,
        message=message,
        classification=label,
    )


def seen(number: int, *keys: str, minutes: float = 0) -> Sighting:
    return Sighting(
        message_id=f"m{number}",
        case_id=f"c{number}",
        conversation=f"v{number}",
        at_ms=milliseconds(at(minutes)),
        keys=(ALL, *keys),
    )


def history(days: int, levels: dict[str, float], seed: int = 1, shape: np.ndarray | None = None) -> Hours:  # type: ignore[type-arg]
    """Hours up to noon with Poisson counts of these levels, after the shape of the week; two of five are negative."""
    random = np.random.default_rng(seed)
    start_ms = milliseconds(NOON) - days * 24 * HOUR_MS
    tallies = []
    for number in range(days * 24):
        season = (SHAPE if shape is None else shape)[hour_of_week(start_ms + number * HOUR_MS, ZONE)]
        found = {key: tally(int(random.poisson(level * season)), random) for key, level in levels.items()}
        found = {key: each for key, each in found.items() if each.messages}
        total = Tally()
        for each in found.values():
            total = total.plus(each)
        tallies.append({**found, ALL: total})
    return Hours(start_ms, tallies)


def tally(messages: int, random: np.random.Generator | None = None) -> Tally:
    negative = int(random.binomial(messages, 0.4)) if random else round(messages * 0.4)
    return Tally(messages, negative, messages, messages)


def windows(minutes_from_noon: float, tallies: dict[str, Tally]) -> tuple[Window, ...]:
    """The same messages in every window that ends then: all of them are of the last quarter of an hour."""
    end = milliseconds(at(minutes_from_noon))
    return tuple(Window(minutes, end - minutes * 60_000, end, tallies) for minutes in WINDOW_MINUTES)
