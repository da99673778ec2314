"""The format itself: how hours, money and texts may be written, and how parts of an organisation are found."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from schemas.organisation import Brand, Channel, NotInOrganisation, Organisation, Person, Policy
from schemas.organisation_hours import Hours, Slot
from schemas.organisation_topics import Topic
from schemas.organisation_values import Language, Money, TimeZone

ANNA = {
    "id": "anna",
    "name": "Anna de Vries",
    "initials": "AV",
    "role": "agent",
    "email": "anna@example.org",
    "country": "NL",
    "time_zone": "Europe/Amsterdam",
    "languages": {"nl": "C2", "en": "B2"},
    "brands": ["kettle"],
    "hours": {"mon-fri": "09:00-17:30"},
}
BRAND = {"id": "kettle", "name": "Kettle", "purpose": "service", "voice": "warm", "pool": "care", "calendar": "always"}
TOPICS = [
    {"id": "product", "names": {"en": "Product", "nl": "Product"}, "skill": "coffee"},
    {"id": "grinder", "parent": "product", "names": {"en": "Grinder", "nl": "Maalwerk"}},
    {"id": "beans", "parent": "grinder", "names": {"en": "Beans", "nl": "Bonen"}, "skill": "taste"},
    {"id": "other", "names": {"en": "Other", "nl": "Overig"}},
]


def organisation() -> Organisation:
    return Organisation.model_validate(
        {
            "name": "Test",
            "calendars": [{"id": "always", "time_zone": "UTC", "hours": "24/7"}],
            "pools": [{"id": "care", "name": "Care"}, {"id": "partners", "name": "Partners"}],
            "brands": [BRAND, BRAND | {"id": "brush", "pool": "partners"}],
            "channels": [
                {
                    "id": "reviews",
                    "name": "Reviews",
                    "kind": "webhook",
                    "brand": "kettle",
                    "audience": "public",
                    "max_length": 280,
                    "secret_env": "REVIEWS_SECRET",
                }
            ],
            "topics": TOPICS,
            "people": [ANNA, ANNA | {"id": "bob", "brands": ["brush"]}],
        }
    )


def message(error: pytest.ExceptionInfo[ValidationError]) -> str:
    return "\n".join(str(detail["msg"]) for detail in error.value.errors())


class TestSlot:
    @pytest.mark.parametrize(
        ("text", "start", "end"),
        [
            ("09:00-17:30", 540, 1050),
            ("23:00-07:00", 1380, 1860),
            ("00:00-24:00", 0, 1440),
            ("9:00 - 24:00", 540, 1440),
        ],
    )
    def test_reads_minutes_when_written_as_text(self, text: str, start: int, end: int) -> None:
        assert Slot.model_validate(text) == Slot(start_minute=start, end_minute=end)

    @pytest.mark.parametrize("text", ["9-5", "", "09:00", "24:00-25:00", "09:60-10:00", "09:00-24:01", "09:00-09:00"])
    def test_refuses_times_that_do_not_exist(self, text: str) -> None:
        with pytest.raises(ValidationError):
            Slot.model_validate(text)

    @given(st.integers(0, 1439), st.integers(1, 1439))
    def test_is_written_as_it_was_read(self, start: int, length: int) -> None:
        slot = Slot(start_minute=start, end_minute=start + length)
        assert Slot.model_validate(slot.model_dump()) == slot


class TestHours:
    def test_opens_every_minute_when_24_7(self) -> None:
        hours = Hours.model_validate("24/7")
        days = [hours.slots_on(date(2026, 3, 2) + timedelta(days=day)) for day in range(7)]
        assert days == [(Slot(start_minute=0, end_minute=1440),)] * 7

    def test_expands_ranges_and_lists_of_days(self) -> None:
        hours = Hours.model_validate({"mon-wed": "09:00-12:00", "sat,sun": ["10:00-11:00", "13:00-14:00"]})
        assert [len(hours.weeks[0].day(day)) for day in range(7)] == [1, 1, 1, 0, 0, 2, 2]

    @given(st.integers(1, 6), st.integers(-400, 400))
    def test_rotation_repeats_from_its_first_week(self, turns: int, days: int) -> None:
        weeks = [{"mon-sun": f"{8 + turn:02}:00-16:30"} for turn in range(turns)]
        hours = Hours.model_validate({"first_week": "2026-01-05", "weeks": weeks})
        expected = 8 + days // 7 % turns
        assert hours.slots_on(date(2026, 1, 5) + timedelta(days=days))[0].start_minute == expected * 60

    @pytest.mark.parametrize(
        ("hours", "wrong"),
        [
            ("nine to five", "is no opening time"),
            ({"mon": ["09:00-12:00", "11:59-14:00"]}, "overlap on mon at 11:59"),
            ({"mon": "20:00-04:00", "tue": "03:00-09:00"}, "overlap on tue at 03:00"),
            ({"sun": "20:00-04:00", "mon": "03:00-09:00"}, "overlap on mon at 03:00"),
            ({"mon-fri": "09:00-12:00", "tue": "13:00-14:00"}, "the day tue is given twice"),
            ({"fri-mon": "09:00-12:00"}, "runs backwards"),
            ({"monday": "09:00-12:00"}, "names no days"),
            ({"weeks": [{"mon": "09:00-10:00"}, {"tue": "09:00-10:00"}]}, "need first_week"),
            ({"first_week": "2026-01-06", "weeks": [{"mon": "09:00-10:00"}]}, "is no Monday: 2026-01-05 is"),
            (
                {"first_week": "2026-01-05", "weeks": [{"sun": "20:00-04:00"}, {"mon": "03:00-09:00"}]},
                "overlap on mon at 03:00 of week 2",
            ),
        ],
    )
    def test_refuses_hours_that_cannot_be(self, hours: object, wrong: str) -> None:
        with pytest.raises(ValidationError) as error:
            Hours.model_validate(hours)
        assert wrong in message(error)


class TestValues:
    def test_money_is_written_as_it_was_read(self) -> None:
        money = Money.model_validate("50.00 EUR")
        assert (str(money.amount), money.currency, money.model_dump_json()) == ("50.00", "EUR", '"50.00 EUR"')

    @pytest.mark.parametrize("text", ["50", "EUR 50", "-1 EUR", "50 euro", "NaN EUR", ""])
    def test_refuses_what_is_no_money(self, text: str) -> None:
        with pytest.raises(ValidationError):
            Money.model_validate(text)

    def test_names_the_time_zone_that_was_meant(self) -> None:
        with pytest.raises(ValidationError, match="did you mean Europe/Amsterdam"):
            TypeAdapter(TimeZone).validate_python("Europe/Amsterdm")

    def test_refuses_a_language_that_does_not_exist(self) -> None:
        with pytest.raises(ValidationError, match="unknown language 'xx'"):
            TypeAdapter(Language).validate_python("xx")


class TestPolicy:
    @pytest.mark.parametrize("template", ["Later.", "By {by}, {name}.", "By {by", "By {by:x}", "By {by.real}", ""])
    def test_refuses_a_holding_reply_that_could_not_be_sent(self, template: str) -> None:
        with pytest.raises(ValidationError):
            Policy(holding_replies={"en": (template,)})

    def test_refuses_a_signature_without_a_person(self) -> None:
        with pytest.raises(ValidationError, match="must contain"):
            Policy(signature="The {brand} team")

    def test_refuses_a_warning_after_the_deadline(self) -> None:
        with pytest.raises(ValidationError, match="a warning comes before the deadline"):
            Policy(first_reply_minutes=10, warn_before_minutes=10)


class TestParts:
    def test_signs_with_name_and_brand(self) -> None:
        brand = Brand.model_validate(BRAND | {"policy": {"signature": "{first_name} ({initials}), {brand}"}})
        assert brand.signed("Hello", Person.model_validate(ANNA)) == "Hello\nAnna (AV), Kettle"

    @pytest.mark.parametrize(("level", "speaks"), [("A1", True), ("B2", True), ("C1", False)])
    def test_speaks_up_to_their_level(self, level: str, speaks: bool) -> None:
        assert Person.model_validate(ANNA).speaks("en", level) is speaks  # type: ignore[arg-type]
        assert not Person.model_validate(ANNA).speaks("de")

    def test_refuses_leave_that_ends_before_it_begins(self) -> None:
        with pytest.raises(ValidationError, match="before it begins"):
            Person.model_validate(ANNA | {"leave": [{"first_day": "2026-03-02", "last_day": "2026-03-01"}]})

    @pytest.mark.parametrize(
        ("fields", "wrong"),
        [
            ({"kind": "webhook"}, "needs secret_env"),
            ({"kind": "mail"}, "needs from_address"),
            ({"kind": "web", "secret_env": "X"}, "belong to a webhook"),
            ({"kind": "web", "from_address": "a@b.org"}, "belongs to mail"),
        ],
    )
    def test_refuses_a_channel_that_lacks_what_its_kind_needs(self, fields: dict[str, str], wrong: str) -> None:
        channel = {"id": "c", "name": "C", "brand": "kettle", "audience": "private", "max_length": 100}
        with pytest.raises(ValidationError, match=wrong):
            Channel.model_validate(channel | fields)

    def test_refuses_a_topic_without_a_name_for_the_desk(self) -> None:
        with pytest.raises(ValidationError, match="names lacks nl"):
            Topic.model_validate({"id": "t", "names": {"en": "T"}})


class TestOrganisation:
    def test_finds_its_parts_by_id(self) -> None:
        org = organisation()
        assert (org.brand("kettle").name, org.channel("reviews").brand) == ("Kettle", "kettle")
        assert (org.person("anna").first_name, org.topic("beans").parent) == ("Anna", "grinder")

    def test_says_which_id_was_meant_when_there_is_none(self) -> None:
        with pytest.raises(NotInOrganisation, match=r"has no brand 'ketle' \(did you mean kettle\?\)"):
            organisation().brand("ketle")

    def test_takes_the_skill_of_the_nearest_parent(self) -> None:
        org = organisation()
        skills = {topic["id"]: org.skill_for(str(topic["id"])) for topic in TOPICS}
        assert skills == {"product": "coffee", "grinder": "coffee", "beans": "taste", "other": None}

    def test_pool_holds_its_brands_and_their_people(self) -> None:
        org = organisation()
        assert [brand.id for brand in org.brands_of("partners")] == ["brush"]
        assert [person.id for person in org.people_of("partners")] == ["bob"]

    def test_survives_json(self) -> None:
        org = organisation()
        assert Organisation.model_validate_json(org.model_dump_json()) == org
