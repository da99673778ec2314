"""A roster as a calendar: iCalendar (RFC 5545), recurring events written out, time zones honoured.

Whose an event is: the mail addresses of its attendees who have not declined, else its organiser's, else the file's name.
What it is: leave or a break where its summary or categories say so in a word of `WORDS`, or where it is marked out of
office; else a shift. Cancelled events do not count, nor do whole days that are marked as free time and are no leave.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from icalendar import Calendar, Event
from recurring_ical_events import of

from casekeeper.roster.found import Found

WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "leave": (
        "leave",
        "vacation",
        "holiday",
        "holidays",
        "pto",
        "day off",
        "days off",
        "time off",
        "out of office",
        "ooo",
        "absent",
        "absence",
        "sick",
        "ill",
        "verlof",
        "vakantie",
        "vrij",
        "afwezig",
        "ziek",
        "urlaub",
        "abwesend",
        "krank",
        "congé",
        "congés",
        "vacances",
        "malade",
        "vacaciones",
        "baja",
        "ferie",
        "malattia",
        "férias",
    ),
    "break": ("break", "lunch", "lunch break", "pause", "pauze", "pausa", "mittagspause", "descanso"),
}
"""Words of an event that is no shift, as whole words, in any case."""
_PATTERNS = {
    kind: re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)
    for kind, words in WORDS.items()
}
OUT_OF_OFFICE = "OOF"
DAY = timedelta(days=1)


def read(text: str, first: date, last: date, named: str, person: str = "") -> Found:
    """The entries from the first to the last day, both included. `named` is the file's name, `person` whose all of it is."""
    found = Found()
    try:
        calendars = Calendar.from_ical(text, multiple=True)
        events = [each for calendar in calendars for each in of(calendar).between(first, last + DAY)]
    except (ValueError, KeyError, IndexError, TypeError) as error:
        found.problems.append(f"{named}: this is no calendar that can be read: {error}")
        return found
    for event in sorted(events, key=lambda each: (str(each.start), str(each.get("UID", "")))):
        _add(found, event, named, person)
    if not found.entries and not found.problems:
        found.problems.append(f"{named}: there is nothing in it from {first} to {last}")
    return found


def _add(found: Found, event: Event, named: str, person: str) -> None:
    start, end = event.start, event.end
    kind = kind_of(event)
    whole_days = not isinstance(start, datetime)
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    if whole_days and kind != "leave" and str(event.get("TRANSP", "")).upper() == "TRANSPARENT":
        return
    source = f"event {str(event.get('SUMMARY', '')).strip()[:60]!r} of {start:%Y-%m-%d}"
    if whole_days and kind != "leave":
        found.problems.append(f"{source}: it has no times, and no word that makes it leave")
        return
    last = end - DAY if whole_days else end  # the last day is not included there, and is here
    facts = {"kind": kind, "start": _written(start), "end": _written(last), "source": source}
    for who in [person] if person else list(_people(event)) or [named]:
        found.add(facts | {"person": who})


def kind_of(event: Event) -> str:
    """Leave, break or shift."""
    if str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() == OUT_OF_OFFICE:
        return "leave"
    words = " ".join([str(event.get("SUMMARY", "")), *event.categories])
    return next((kind for kind, pattern in _PATTERNS.items() if pattern.search(words)), "shift")


def _people(event: Event) -> Iterator[str]:
    """The mail addresses of those whose it is."""
    attendees = [each for each in _listed(event.get("ATTENDEE")) if each.params.get("PARTSTAT", "") != "DECLINED"]
    for each in attendees or _listed(event.get("ORGANIZER")):
        scheme, _, address = str(each).partition(":")
        if scheme.lower() == "mailto" and address:
            yield address.strip()


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _written(moment: date | datetime) -> str:
    """With the offset of its zone; a floating time without one is the person's local time."""
    return moment.isoformat()
