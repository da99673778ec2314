"""The words of mails and digests, in the languages of their readers: gettext catalogues in `locale/`, names by taxonomy."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent

from schemas.organisation import NotInOrganisation, Organisation, Person
from schemas.organisation_values import CEFR_LEVELS
from services.chassis.texts import SOURCE_LANGUAGE, catalogues

PACKAGE = "services.followup"


def language_of(person: Person) -> str:
    """The language of mails to a colleague: of those that we have texts in, the one that they speak best; else English."""
    spoken = {name: CEFR_LEVELS.index(level) for name, level in person.languages.items() if name in catalogues(PACKAGE)}
    return max(spoken, key=lambda name: (spoken[name], name == SOURCE_LANGUAGE), default=SOURCE_LANGUAGE)


@dataclass(frozen=True)
class Words:
    """One language, and the organisation whose things are called by their names."""

    organisation: Organisation
    language: str

    @property
    def say(self) -> Callable[[str], str]:
        """gettext."""
        return catalogues(PACKAGE)[self.language].gettext

    @property
    def count(self) -> Callable[[str, str, int], str]:
        """ngettext."""
        return catalogues(PACKAGE)[self.language].ngettext

    def brand(self, id: str) -> str:
        try:
            return self.organisation.brand(id).name
        except NotInOrganisation:
            return id

    def channel(self, id: str) -> str:
        try:
            return self.organisation.channel(id).name
        except NotInOrganisation:
            return id

    def topic(self, id: str) -> str:
        if not id:
            return self.say("topic not known")
        try:
            names = self.organisation.topic(id).names
        except NotInOrganisation:
            return id
        return names.get(self.language) or names["en"]

    def cause(self, topic: str, product: str) -> str:
        return f"{self.topic(topic)} · {self.topic(product)}" if product else self.topic(topic)

    def person(self, id: str) -> str:
        try:
            return self.organisation.person(id).name
        except NotInOrganisation:
            return id

    def speech(self, code: str) -> str:
        """What a language is called."""
        return self.say("unknown language") if code == "und" else str(Locale(self.language).languages.get(code, code))

    def number(self, value: float, digits: int = 0) -> str:
        return format_decimal(round(value, digits), locale=self.language)

    def percent(self, share: float) -> str:
        return format_percent(share, "#,##0%", locale=self.language)

    def day(self, day: date, pattern: str = "d MMMM") -> str:
        return format_date(day, pattern, locale=self.language)

    def moment(self, moment: datetime, zone: ZoneInfo) -> str:
        return format_datetime(moment, "EEE d MMM HH:mm", tzinfo=zone, locale=self.language)

    def minutes(self, value: float) -> str:
        """A length of time as people say it."""
        if value < 1:
            return self.say("{n} s").format(n=round(value * 60))
        if value < 90:
            return self.say("{n} min").format(n=round(value))
        if value < 48 * 60:
            return self.say("{n} h").format(n=self.number(value / 60, 1))
        return self.say("{n} days").format(n=self.number(value / 1440, 1))
