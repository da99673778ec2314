"""By when things should have happened, in the plainest way: straight from the events and the lines of the policy."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from schemas.organisation import Organisation
from schemas.organisation_hours import Hours
from schemas.working_time import WorkingTime, opening_hours, working_time

if TYPE_CHECKING:
    from tests.unit.followup.figures.naive import History

ALWAYS_OPEN = Hours.model_validate("24/7")
A_MOMENT = 1e-6
ON_A_CONSULT = ("ConsultAccepted", "ConsultDeclined", "ConsultOfferExpired", "ConsultAskedBack", "ConsultClarified")
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Said:
    """Who said something when."""

    at: datetime
    by: str
    who: str = ""


class Target:
    """What the policy wants of one case."""

    def __init__(self, history: "History", organisation: Organisation) -> None:
        self.history = history
        brand = organisation.brand(history.first("CaseOpened").brand)
        self.clocks = brand.policy.clocks
        self.calendar = organisation.calendar(brand.calendar)
        self.people = {each.id: each for each in organisation.people}

    def due(self, clock: str, begun: datetime) -> datetime | None:
        """So many minutes after the beginning, in the hours that count."""
        rule = self.rule(clock)
        return self.hours(rule).after(begun, rule.minutes) if rule else None

    def resolution(self, begun: datetime, ended: datetime | None) -> datetime | None:
        """The same, with the clock standing still between the moments at which it was not for us to act."""
        rule = self.rule("resolution")
        if rule is None:
            return ended
        hours, left, end = self.hours(rule), float(rule.minutes), ended or NEVER
        marks = {begun, end, *(at for at in self.moments() if begun < at < end)}
        for first, last in pairwise(sorted(marks)):
            if self.stands_still(first):
                continue
            if last == NEVER:
                return hours.after(first, left)
            worked = hours.working_minutes_between(first, last)
            if left < worked + A_MOMENT:
                return hours.after(first, min(left, worked - A_MOMENT))
            left -= worked
        return ended

    def consult(self, asked: Any, over: datetime | None) -> datetime | None:
        """Moment by moment: who has it, how much time they have left, and whether they wait for the owner."""
        rule = self.rule("consult")
        due, holder, left, waits, since = asked.due_at, "", 0.0, False, asked.due_at
        for told in self.history.told if rule else ():
            event, at, kind = told.event, told.at, type(told.event).__name__
            if kind not in ON_A_CONSULT or event.consult_id != asked.consult_id:
                continue
            if (due and due <= at) or (over and over <= at):
                break
            if holder and not waits:
                left -= self.hours_of(holder).working_minutes_between(since, at)
            if kind == "ConsultAccepted":
                holder, left = event.specialist, float(rule.minutes)
            elif kind in ("ConsultDeclined", "ConsultOfferExpired") and event.specialist == holder:
                holder, due = "", max(asked.due_at, at)
            waits = kind == "ConsultAskedBack" or (waits and kind != "ConsultClarified")
            since = at
            if holder:
                due = None if waits else self.hours_of(holder).after(at, left)
        return due or over

    def hours_of(self, person: str) -> WorkingTime:
        found = self.people.get(person)
        return working_time(found) if found else WorkingTime("UTC", ALWAYS_OPEN)

    def rule(self, clock: str) -> Any:
        """The line of the policy that names the most of language and urgency."""
        rules = self.clocks.lengths if self.clocks else ()
        language, urgency = self.language(), self.urgency()
        holding = [
            each
            for each in rules
            if each.clock == clock
            and (not each.languages or language in each.languages)
            and (not each.urgencies or urgency in each.urgencies)
        ]
        return max(holding, key=lambda each: bool(each.languages) + bool(each.urgencies), default=None)

    def hours(self, rule: Any) -> WorkingTime:
        zones = [each.event.message.author.time_zone for each in self.history.all("CaseMessageAdded")]
        zone = next((each for each in reversed(zones) if each), self.history.first("CaseOpened").customer.time_zone)
        if rule.hours == "always":
            return WorkingTime("UTC", ALWAYS_OPEN)
        if rule.hours == "customer" and zone:
            return opening_hours(self.calendar.model_copy(update={"time_zone": zone}))
        return opening_hours(self.calendar)

    def language(self) -> str:
        read = self.history.all("CaseReclassified")
        return str(read[-1].event.language if read else self.history.first("CaseOpened").language)

    def urgency(self) -> str:
        read, heard = self.history.all("CaseReclassified"), self.history.first("CaseMessageAdded")
        return str(read[-1].event.urgency if read else heard.classification.urgency if heard else "normal")

    def talk(self) -> list[Said]:
        """The customer's messages, our replies, and when the owner held it answered."""
        found = [Said(each.event.message.received_at, "customer") for each in self.history.all("CaseMessageAdded")]
        replies = [each.event for each in self.history.all("ReplySent")]
        found += [Said(each.sent_at, each.kind, each.author) for each in replies]
        resolved = [each.event for each in self.history.all("CaseResolved")]
        found += [Said(each.resolved_at, "settled", each.owner) for each in resolved]
        return sorted(found, key=lambda each: (each.at, each.by != "customer"))

    def stands_still(self, at: datetime) -> bool:
        """Whether we had answered last by then, and owed nothing."""
        answered = False
        for each in self.talk():
            if each.at <= at:
                answered = each.by == "answer" or (answered and each.by != "customer")
        return answered and not any(start <= at < end for start, end in self.owed())

    def owed(self) -> Iterator[tuple[datetime, datetime]]:
        """When a specialist was asked, or a promise open."""
        for begin, endings, name in (
            ("ConsultRequested", ("ConsultAnswered", "ConsultWithdrawn"), "consult_id"),
            ("PromiseMade", ("PromiseKept", "PromiseWithdrawn"), "promise_id"),
        ):
            for each in self.history.all(begin):
                ends = [
                    moment_of(one)
                    for ending in endings
                    for one in self.history.all(ending)
                    if getattr(one.event, name) == getattr(each.event, name)
                ]
                yield moment_of(each), min(ends, default=NEVER)

    def moments(self) -> list[datetime]:
        """Whenever anything changed."""
        return [each.at for each in self.talk()] + [at for pair in self.owed() for at in pair]


def moment_of(told: Any) -> datetime:
    """When it happened: as the event says, or else its producer."""
    named = (getattr(told.event, name, None) for name in ("made_at", "answered_at", "kept_at", "withdrawn_at"))
    return next((each for each in named if each), told.at)
