"""People and lines of the board for tests of what a lead sees."""

from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.organisation import Person
from services.desk.domain.board import Row
from services.desk.domain.coverage import Absence, Member
from services.desk.domain.next_thing import Needs, Running

NOW = datetime(2026, 11, 24, 10, 20, tzinfo=UTC)
"""A Tuesday."""


def somebody(id: str, languages: str = "en", hours: Any = "24/7", **other: Any) -> Member:
    """Somebody who speaks these languages like a native."""
    absence: Absence | None = other.pop("absence", None)
    facts = {
        "id": id,
        "name": id.title(),
        "initials": id[:2].upper(),
        "role": "agent",
        "email": f"{id}@example.org",
        "country": "NL",
        "time_zone": "UTC",
        "languages": dict.fromkeys(languages.split(), "C2"),
        "brands": ("moccarel",),
        "capacity": 4,
        "hours": hours,
    }
    return Member(Person.model_validate(facts | other), absence)


def week(hours: str) -> dict[str, str]:
    """The same hours on every day."""
    return {"mon-sun": hours}


def row(id: str, owner: str = "", due_minutes: float | None = None, **other: Any) -> Row:
    """An open case; `due_minutes` from now, `waits_minutes` since the customer wrote."""
    needs: dict[str, Any] = {"covered_by": other.pop("covered_by", ""), "cover_until": other.pop("cover_until", None)}
    if due_minutes is not None:
        needs["running"] = (Running("next-reply", NOW + timedelta(minutes=due_minutes)),)
    if (waits := other.pop("waits_minutes", None)) is not None:
        needs["wrote_at"] = NOW - timedelta(minutes=waits)
    facts: dict[str, Any] = {
        "brand": "moccarel",
        "channel": "web-moccarel",
        "language": "en",
        "topic": "",
        "status": "owned" if owner else "new",
        "customer": "Jonas Weber",
        "last_words": "It leaks",
        "opened_at": NOW - timedelta(hours=1),
        "updated_at": NOW,
        "next_due": None,
        "first_reply_due": None,
        "promises_due": (),
        "open_consults": 0,
        "breached": False,
        "troubled": False,
        "urgency": "normal",
        "sentiment": "neutral",
        "public": False,
    }
    return Row(id=id, owner=owner, needs=Needs(**needs), **(facts | other))
