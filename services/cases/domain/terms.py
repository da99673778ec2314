"""What a brand has promised its customers, as far as the rules of a case need it; made from the organisation's files."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from schemas.events.message import Urgency
from schemas.organisation import Brand, Organisation, Person
from schemas.parity import on_channel
from schemas.working_time import WorkingTime, opening_hours
from services.cases.domain.replycheck.moments import monday_to_friday


@dataclass(frozen=True)
class Terms:
    """One brand's pool, deadlines and voice."""

    brand: Brand
    first_reply_due: Callable[[datetime], datetime]
    """The moment by which a message that came in then must have its first reply (O4, F3)."""
    max_length: Callable[[str], int]
    """The longest text that a channel takes, in characters."""
    person: Callable[[str], Person]
    threads: Callable[[str], bool] = lambda _: False
    """Whether a channel takes a longer text as several messages."""
    weight: Callable[[str], float] = lambda _: 1
    """Room that a case of a channel takes of its owner's capacity (P5)."""
    lineage: Callable[[str], Collection[str]] = lambda topic: (topic,)
    """A topic and all above it."""
    skill: Callable[[str], str] = lambda _: ""
    """What one must know to answer on a topic, empty for anybody. Raises NotInOrganisation for a topic that there is not."""
    time_zone: str = "UTC"
    """That of the brand's calendar: the zone to name where a customer's own is not known."""
    urgent_due: Callable[[datetime], datetime] | None = None
    """The same for what is urgent; None: as for everything else."""
    opening: WorkingTime | None = None
    """The brand's opening hours and public holidays; None: it never closes."""
    agreed: Callable[[str], datetime | None] = lambda _: None
    """Since when somebody lets prepared holding replies leave by themselves, in their name (O5); None: they do not."""
    deviating: Mapping[str, "Terms"] = field(default_factory=dict)
    """The terms of channels that differ from their brand (M2)."""

    def reply_due(self, moment: datetime, urgency: Urgency) -> datetime:
        """When a message of that urgency, come in then, must have its first reply (O4)."""
        return self.urgent_reply_due(moment) if urgency == "high" else self.first_reply_due(moment)

    def urgent_reply_due(self, moment: datetime) -> datetime:
        """When something urgent must have its first reply: never later than anything else."""
        usual = self.first_reply_due(moment)
        return min(usual, self.urgent_due(moment)) if self.urgent_due else usual

    @property
    def quiet_period(self) -> timedelta:
        """How long a resolved case stays open for another word (rule 6)."""
        return timedelta(hours=self.brand.policy.quiet_period_hours)

    def is_working_day(self, day: date) -> bool:
        """What customers take for a working day of the brand: from Monday to Friday, and not one on which it is closed."""
        return monday_to_friday(day) and (self.opening is None or self.opening.is_open_on(day))

    def knowing(self, people: Mapping[str, Person]) -> "Terms":
        """The same terms with these people as they are now, rather than as in the organisation's files (P1, P4)."""
        return replace(self, person=lambda id_: people.get(id_) or self.person(id_)) if people else self

    def on(self, channel: str) -> "Terms":
        """The terms of the brand's customers on that channel (M2)."""
        found = self.deviating.get(channel)
        return replace(found, person=self.person) if found else self

    def signed(self, text: str, author: str) -> str:
        """The text with its author's signature (V1)."""
        return self.brand.signed(text, self.person(author))


def terms_of(organisation: Organisation, brand_id: str) -> Terms:
    """A brand's terms. Raises NotInOrganisation."""
    brand = organisation.brand(brand_id)
    deviating = [each for each in organisation.channels if each.brand == brand.id and each.deviations]
    return replace(
        _terms(organisation, brand),
        deviating={each.id: _terms(organisation, on_channel(brand, each)) for each in deviating},
    )


def _terms(organisation: Organisation, brand: Brand) -> Terms:
    calendar = organisation.calendar(brand.calendar)
    hours = opening_hours(calendar)
    return Terms(
        brand,
        first_reply_due=lambda moment: hours.after(moment, brand.policy.first_reply_minutes),
        urgent_due=lambda moment: hours.after(moment, brand.policy.urgent_minutes),
        max_length=lambda channel: organisation.channel(channel).max_length,
        person=organisation.person,
        threads=lambda channel: organisation.channel(channel).threads,
        weight=lambda channel: _weight(organisation, channel),
        lineage=lambda topic: lineage(organisation, topic),
        skill=lambda topic: organisation.skill_for(topic) or "",
        time_zone=calendar.time_zone,
        opening=hours,
    )


def _weight(organisation: Organisation, channel: str) -> float:
    """1 for a channel that the organisation no longer has: its messages still need an owner."""
    found = organisation.by_id["channels"].get(channel)
    return found.weight if found else 1


def lineage(organisation: Organisation, topic: str) -> list[str]:
    """A topic and all above it, itself first; nothing for one that the organisation does not have."""
    found: list[str] = []
    topics = organisation.by_id["topics"]
    while topic in topics and topic not in found:
        found.append(topic)
        topic = topics[topic].parent or ""
    return found
