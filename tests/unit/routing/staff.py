"""People and requests for the tests of routing, with only what matters to a test spelled out."""

from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.events.routing import OwnerRequested, SpecialistRequested
from schemas.organisation import Person
from services.routing.dispatcher import Dispatcher
from services.routing.domain import Chosen, Request, Rules

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
"""A Wednesday, 13:00 in Amsterdam."""


SHORT_PATIENCE = Rules(language_patience_minutes=30, overload_minutes=20, consult_patience_minutes=30)
"""Rules whose moments the stories below reckon with."""


def at(text: str) -> datetime:
    """A moment in UTC, as `2026-03-04 12:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def person(id_: str, **changes: Any) -> Person:
    """A care agent in Amsterdam who speaks English and works around the clock, with changes."""
    facts: dict[str, Any] = {
        "id": id_,
        "name": id_.title(),
        "initials": "XX",
        "role": "agent",
        "email": f"{id_}@example.org",
        "country": "NL",
        "time_zone": "Europe/Amsterdam",
        "languages": {"en": "C1"},
        "brands": ("homely",),
        "hours": "24/7",
    }
    return Person.model_validate(facts | changes)


def specialist(id_: str, **changes: Any) -> Person:
    """A local specialist who knows coffee, with changes."""
    return person(id_, **({"role": "specialist", "skills": {"coffee": 3}} | changes))


def owner_wanted(
    id_: str = "wanted", slack_minutes: float = 60, now: datetime = NOON, **changes: Any
) -> OwnerRequested:
    """A case that needs its owner, in English."""
    return OwnerRequested.model_validate(_common(id_, slack_minutes, now) | changes)


def specialist_wanted(
    id_: str = "wanted", slack_minutes: float = 480, now: datetime = NOON, **changes: Any
) -> SpecialistRequested:
    """A question about coffee, in English."""
    facts = _common(id_, slack_minutes, now) | {"consult_id": f"consult-{id_}", "skill": "coffee"}
    return SpecialistRequested.model_validate(facts | changes)


def _common(id_: str, slack_minutes: float, now: datetime) -> dict[str, Any]:
    return {
        "request_id": id_,
        "pool": "care",
        "case_id": f"case-{id_}",
        "conversation": f"conversation-{id_}",
        "brand": "homely",
        "language": "en",
        "due_at": now + timedelta(minutes=slack_minutes),
    }


def could_serve(dispatcher: Dispatcher, request: Request, now: datetime) -> bool:
    """Whether somebody could take the request now; asking changes nothing."""
    engine = dispatcher._engines[request.pool]
    return isinstance(engine.decide(dispatcher._among_others(request), now, explain=False), Chosen)
