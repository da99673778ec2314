"""What the words of a reply promise, by the brand's opening hours and public holidays and the customer's clock (F1, F3)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from schemas.organisation import Calendar
from schemas.working_time import opening_hours
from services.cases.domain.preview import Proposed, proposed
from services.cases.domain.terms import Terms
from tests.unit.cases.life import TERMS

AMSTERDAM, NEW_YORK = "Europe/Amsterdam", "America/New_York"
CHRISTMAS_EVE = datetime(2026, 12, 24, 13, 0, tzinfo=UTC)
"""A Thursday, 14:00 in Amsterdam. The next two days are public holidays in the Netherlands, then comes Sunday."""


def terms(hours: object = "24/7", closed_on: tuple[date, ...] = (), holidays: tuple[str, ...] = ("NL",)) -> Terms:
    facts = {"id": "hours", "time_zone": AMSTERDAM, "hours": hours, "public_holidays": holidays, "closed_on": closed_on}
    return replace(TERMS, opening=opening_hours(Calendar.model_validate(facts)), time_zone=AMSTERDAM)


OFFICE = {"mon-fri": "09:00-17:30"}


def promised(text: str, zone: str = AMSTERDAM, now: datetime = CHRISTMAS_EVE, **calendar: object) -> Proposed:
    (found,) = proposed(text, "en", now, zone, terms(**calendar))  # type: ignore[arg-type]
    return found


def told(found: Proposed, zone: str = AMSTERDAM) -> tuple[str, bool, str]:
    """When it is due, whether the brand is closed then, and when it opens."""

    def written(moment: datetime | None) -> str:
        return moment.astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M") if moment else ""

    return written(found.due_at), found.closed, written(found.opens_at)


def test_tomorrow_before_noon_on_a_public_holiday_is_said_to_be_when_nobody_is_there() -> None:
    """F1: what was said stays what was promised; F3: the author is told that the brand is closed, and until when."""
    found = promised("I'll call you tomorrow before noon.", hours=OFFICE)
    assert told(found) == ("12-25 12:00", True, "12-28 09:00")


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("You'll hear from me within two working days.", "12-29 18:00"),
        ("We will refund you on the next working day.", "12-28 18:00"),
    ],
)
@pytest.mark.parametrize("hours", [OFFICE, "24/7"])
def test_working_days_leave_out_public_holidays_and_weekends(text: str, due: str, hours: object) -> None:
    """Also those of a brand that is open around the clock: a customer does not count Sundays as working days."""
    assert told(promised(text, hours=hours)) == (due, False, "")


def test_working_days_leave_out_the_days_on_which_the_brand_closes_of_its_own() -> None:
    found = promised("We will refund you on the next working day.", hours=OFFICE, closed_on=(date(2026, 12, 28),))
    assert told(found) == ("12-29 18:00", False, "")


def test_a_day_on_which_the_brand_opens_before_that_is_not_closed() -> None:
    """By Monday evening somebody has been there, though the office closes at half past five."""
    assert told(promised("You'll hear from us by Monday.", hours=OFFICE)) == ("12-28 18:00", False, "")


def test_before_it_opens_is_closed_too() -> None:
    assert told(promised("I'll call you on Monday at 8:30.", hours=OFFICE)) == ("12-28 08:30", True, "12-28 09:00")


def test_what_is_left_of_today_counts() -> None:
    evening = datetime(2026, 12, 24, 18, 0, tzinfo=UTC)
    assert told(promised("I'll write to you today.", now=evening, hours=OFFICE)) == ("12-24 22:00", True, "12-28 09:00")


def test_the_customers_noon_may_lie_in_the_brands_evening() -> None:
    """Noon in New York is six in the evening in Amsterdam; the office was open in the customer's morning."""
    now = datetime(2026, 12, 21, 13, 0, tzinfo=UTC)
    found = promised("I'll call you tomorrow before noon.", NEW_YORK, now, hours=OFFICE)
    assert told(found, NEW_YORK) == ("12-22 12:00", False, "")
    late = promised("I'll call you tomorrow morning at 11:40.", NEW_YORK, now, hours={"mon-fri": "18:00-20:00"})
    assert (late.closed, late.opens_at) == (True, datetime(2026, 12, 22, 17, 0, tzinfo=UTC))


def test_a_brand_that_never_closes_says_nothing() -> None:
    assert told(promised("I'll call you tomorrow.", hours="24/7", holidays=())) == ("12-25 18:00", False, "")
