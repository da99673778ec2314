"""The example organisation keeps what it promises: round the clock, in every language, the same at each generation."""

import json
import runpy
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays
import pytest

from schemas.organisation import Organisation, Person
from schemas.organisation_file import load

FOLDER = Path(__file__).parents[3] / "deploy" / "example-org"
HOLDING_LANGUAGES = {"en", "nl", "de", "fr", "es", "pt", "it", "tr", "pl"}
CONSULT_LANGUAGES = [*sorted(HOLDING_LANGUAGES), "ja", "zh", "ar", "ru", "hi"]
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def org() -> Organisation:
    return load(FOLDER)


def people(org: Organisation, role: str) -> list[Person]:
    return [person for person in org.people if person.role == role]


def shifts(person: Person, days: int) -> Iterator[tuple[datetime, datetime]]:
    """Start and end of every shift from a Monday on, in UTC."""
    zone = ZoneInfo(person.time_zone)
    for number in range(-1, days):
        day = MONDAY.date() + timedelta(days=number)
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
        for slot in person.hours.slots_on(day):
            start, end = (midnight + timedelta(minutes=minute) for minute in (slot.start_minute, slot.end_minute))
            yield start.astimezone(UTC), end.astimezone(UTC)


def on_duty(staff: list[Person], moment: datetime, days: int) -> list[int]:
    """How many of them work, at each hour of so many days."""
    spans = [list(shifts(person, days + 7)) for person in staff]
    hours = [moment + timedelta(hours=hour) for hour in range(24 * days)]
    return [sum(any(start <= hour < end for start, end in own) for own in spans) for hour in hours]


class TestPeople:
    def test_are_forty_agents_and_five_hundred_specialists_in_sixty_countries(self, org: Organisation) -> None:
        specialists = people(org, "specialist")
        assert (len(people(org, "agent")), len(specialists)) == (40, 500)
        assert len({person.country for person in specialists}) >= 60
        assert all(len(person.skills) == 2 for person in specialists)
        assert all(person.email.endswith(".example") for person in org.people)

    def test_agents_cover_every_hour_of_the_rotation(self, org: Organisation) -> None:
        agents = [person for person in people(org, "agent") if person.stage == "independent"]
        assert min(on_duty(agents, MONDAY + timedelta(minutes=30), days=35)) >= 4

    def test_agents_rest_eleven_hours_between_shifts(self, org: Organisation) -> None:
        for person in people(org, "agent"):
            for (_, end), (start, _) in pairwise(shifts(person, days=77)):
                assert start - end >= timedelta(hours=11), person.id

    @pytest.mark.parametrize("language", CONSULT_LANGUAGES)
    def test_a_consult_finds_somebody_at_most_hours(self, org: Organisation, language: str) -> None:
        speakers = [person for person in people(org, "specialist") if person.speaks(language, "C1")]
        assert len({person.country for person in speakers}) >= 3
        assert len({person.time_zone for person in speakers}) >= 3
        assert {skill for person in speakers for skill in person.skills} == {skill.id for skill in org.skills}
        tuesday = MONDAY + timedelta(days=1, minutes=30)
        assert sum(count > 0 for count in on_duty(speakers, tuesday, days=1)) >= 16

    def test_public_holidays_of_every_region_are_known(self, org: Organisation) -> None:
        for region in {person.public_holidays for person in org.people if person.public_holidays}:
            country, _, subdivision = region.partition("-")
            assert holidays.country_holidays(country, subdiv=subdivision or None, years=(2021, 2026)), region

    def test_are_generated_as_committed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.syspath_prepend(str(FOLDER))
        generated = runpy.run_path(str(FOLDER / "generate_people.py"))["files"]()
        for name, content in generated.items():
            assert (FOLDER / "people" / name).read_text(encoding="utf-8") == content


class TestBrands:
    def test_hold_in_nine_languages_with_two_variants(self, org: Organisation) -> None:
        for brand in org.brands:
            assert set(brand.policy.holding_replies) == HOLDING_LANGUAGES
            assert all(len(set(variants)) == 2 for variants in brand.policy.holding_replies.values())

    def test_have_a_web_conversation_a_mail_address_and_social_media_each(self, org: Organisation) -> None:
        for brand in org.brands:
            channels = [channel for channel in org.channels if channel.brand == brand.id]
            assert {channel.kind for channel in channels} == {"webhook", "web", "mail"}
            assert min(channel.max_length for channel in channels) == 280

    def test_topics_have_words_and_an_answerable_skill(self, org: Organisation) -> None:
        leaves = [topic for topic in org.topics if topic.id not in {other.parent for other in org.topics}]
        assert len(leaves) >= 12
        for topic in leaves:
            assert org.skill_for(topic.id)
            assert set(topic.words) == set(topic.names) == HOLDING_LANGUAGES
            words = [word for group in topic.words.values() for word in group]
            assert words == [word.lower() for word in words]


@pytest.fixture(scope="module")
def lines() -> list[dict[str, object]]:
    files = sorted((FOLDER / "samples").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


class TestSamples:
    def test_are_small(self) -> None:
        assert sum(file.stat().st_size for file in (FOLDER / "samples").iterdir()) < 400_000

    def test_go_to_channels_that_exist_and_have_ids_of_their_own(
        self, org: Organisation, lines: list[dict[str, object]]
    ) -> None:
        ids: list[str] = []
        for line in lines:
            assert line.keys() == set("conversation brand channel author messages language topic source".split())  # noqa: SIM905
            assert org.channel(str(line["channel"])).brand == line["brand"]
            if line["topic"] is not None:
                org.topic(str(line["topic"]))
            messages: list[dict[str, object]] = line["messages"]  # type: ignore[assignment]
            seconds = [int(str(message["sent_after_seconds"])) for message in messages]
            assert seconds[0] == 0
            assert seconds == sorted(seconds)
            assert all(str(message["text"]).strip() for message in messages)
            ids += [str(message["id"]) for message in messages]
        assert len(ids) == len(set(ids)) > 340
        assert len({str(line["conversation"]) for line in lines}) == len(lines)

    def test_are_twenty_five_messages_in_each_language_of_ours(self, lines: list[dict[str, object]]) -> None:
        counts: dict[str, int] = {}
        for line in lines:
            if line["source"] == "written-for-casekeeper":
                language = str(line["language"])
                counts[language] = counts.get(language, 0) + len(line["messages"])  # type: ignore[arg-type]
        assert counts == dict.fromkeys(HOLDING_LANGUAGES - {"en"}, 25)
