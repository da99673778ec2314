"""Random but plausible people, requests and moments around the change to summer time of 2026."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from schemas.events.routing import OwnerRequested, SpecialistRequested
from schemas.organisation import Person
from tests.unit.routing.staff import owner_wanted, person, specialist_wanted

PERSON_IDS = [f"person-{number}" for number in range(8)]
REQUEST_IDS = [f"request-{number}" for number in range(10)]
LEVELS = ["A2", "B1", "B2", "C1", "C2"]
PLACES = [
    ("NL", "Europe/Amsterdam", "NL"),
    ("NL", "Europe/Amsterdam", None),
    ("AR", "America/Argentina/Buenos_Aires", "AR"),
    ("SG", "Asia/Singapore", "SG"),
    ("AU", "Australia/Sydney", "AU-NSW"),
]
HOURS = [
    "24/7",
    {"mon-fri": "09:00-17:30"},
    {"mon-sun": "23:00-07:00"},
    {"mon-sun": ["08:00-12:00", "12:30-16:00"]},
    {"first_week": "2026-03-02", "weeks": [{"mon-fri": "07:00-15:00"}, {"wed-sun": "15:00-23:00"}]},
    {},
]

moments = st.datetimes(datetime(2026, 3, 20), datetime(2026, 4, 10)).map(lambda moment: moment.replace(tzinfo=UTC))
weights = st.sampled_from([1, 0.5, 2])


@st.composite
def people(draw: st.DrawFn) -> Person:
    """Anybody of the team."""
    country, zone, region = draw(st.sampled_from(PLACES))
    languages = draw(st.dictionaries(st.sampled_from(["en", "es", "tr"]), st.sampled_from(LEVELS), min_size=1))
    leave = draw(st.lists(st.dates(date(2026, 3, 18), date(2026, 4, 12)), max_size=1))
    return person(
        draw(st.sampled_from(PERSON_IDS)),
        role=draw(st.sampled_from(["agent", "specialist", "specialist", "coach", "lead"])),
        stage=draw(st.sampled_from(["independent", "independent", "supervised", "shadow"])),
        country=country,
        time_zone=zone,
        public_holidays=region,
        languages=languages,
        skills=draw(st.dictionaries(st.sampled_from(["coffee", "lighting"]), st.integers(1, 5))),
        brands=draw(st.sampled_from([("homely",), ("homely", "lumo"), ("lumo",)])),
        capacity=draw(st.integers(1, 3)),
        hours=draw(st.sampled_from(HOURS)),
        leave=tuple({"first_day": day, "last_day": day + timedelta(days=2)} for day in leave),
    )


@st.composite
def requests(draw: st.DrawFn, now: datetime) -> OwnerRequested | SpecialistRequested:
    """An owner or a specialist wanted, sometimes late already."""
    common = {
        "id_": draw(st.sampled_from(REQUEST_IDS)),
        "slack_minutes": draw(st.integers(-30, 120)),
        "now": now,
        "brand": draw(st.sampled_from(["homely", "lumo", "unheard-of"])),
        "language": draw(st.sampled_from(["en", "es", "tr", "und"])),
        "skill": draw(st.sampled_from(["", "coffee", "lighting"])),
        "weight": draw(weights),
    }
    excluded = draw(st.lists(st.sampled_from(PERSON_IDS), max_size=2).map(tuple))
    if draw(st.booleans()):
        return owner_wanted(**common, preferred=draw(st.sampled_from(["", *PERSON_IDS[:3]])), excluded=excluded)
    country = draw(st.sampled_from(["", "", "NL", "AR", "FR"]))
    named = draw(st.sampled_from(["", "", "", *PERSON_IDS[:2]]))
    return specialist_wanted(**common, excluded=excluded, country=country, specialist=named)
