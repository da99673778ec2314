"""The clock of a demonstration: on a working day, so that specialists of all languages are at work, and never back in time."""

from datetime import datetime, timedelta
from pathlib import Path

FILE = "clock"
FIRST_HOUR, LAST_HOUR = 13, 15
"""The hours (UTC) of a Tuesday, Wednesday or Thursday in which a demonstration begins."""
WEEKDAYS = (1, 2, 3)


def to_workday(now: datetime) -> float:
    """Seconds from now to the next moment at which a demonstration can begin; 0 when that is now."""
    moment = now
    while moment.weekday() not in WEEKDAYS or not FIRST_HOUR <= moment.hour < LAST_HOUR:
        later = moment.replace(hour=FIRST_HOUR, minute=0, second=0, microsecond=0)
        moment = later if later > moment else later + timedelta(days=1)
    return (moment - now).total_seconds()


def offset_seconds(folder: Path, now: datetime) -> float:
    """How far ahead the clock of a data folder runs; a later start never sets it back, for its data has moments in it."""
    file = folder / FILE
    before = float(file.read_text(encoding="utf-8")) if file.exists() else 0.0
    offset = before + to_workday(now + timedelta(seconds=before))
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(str(offset), encoding="utf-8")
    return offset
