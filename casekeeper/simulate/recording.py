"""A recorded day as a file of JSON lines: who wrote when about what, who did what until when, who was there.

The first line says of which day it is; each other line is a person of the roster or a case that came in on that day. There
are no texts in it and no customers; people of the team are in it by their ids: what routing needs, and what the clock says.
"""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from schemas.base import Identifier, Language, UtcDatetime
from schemas.events.reply import ReplyKind
from schemas.events.roster import RosterPerson


class RecordingInvalid(Exception):
    """The recording can not be used; the text says where and why."""


class Line(BaseModel):
    """One line; fields of a later version are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)


class RecordedDay(Line):
    """The first line."""

    kind: Literal["day"] = "day"
    version: Literal[1] = 1
    day: date
    """A day of UTC."""

    @property
    def starts_at(self) -> datetime:
        """Its first moment."""
        return datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC)

    @property
    def ends_at(self) -> datetime:
        """The first moment after it."""
        return self.starts_at + timedelta(days=1)


class Presence(Line):
    """Whether somebody was there, from then on; outranks their working hours."""

    at: UtcDatetime
    present: bool


class RecordedPerson(Line):
    """Somebody of the roster, as known on that day; without name and address."""

    kind: Literal["person"] = "person"
    person: RosterPerson
    presence: tuple[Presence, ...] = ()


class RecordedReply(Line):
    """What a customer got."""

    author: Identifier
    reply_kind: ReplyKind
    begun_at: UtcDatetime | None = None
    """When its first draft was written; None: nobody knows when work on it began."""
    queued_at: UtcDatetime
    sent_at: UtcDatetime


Ending = Literal["accepted", "declined", "expired", "ended", "answered", "open"]
"""What became of an offer first; `ended`: somebody else took the consult."""


class RecordedOffer(Line):
    """A specialist was asked."""

    specialist: Identifier
    offered_at: UtcDatetime
    ended: Ending = "open"
    ended_at: UtcDatetime | None = None


class RecordedConsult(Line):
    """An owner asked."""

    asked_at: UtcDatetime
    skill: str = ""
    language: Language
    offers: tuple[RecordedOffer, ...] = ()
    answered_by: str = ""
    answered_at: UtcDatetime | None = None


class RecordedOwner(Line):
    """Whose case it was, from then on."""

    person: Identifier
    since: UtcDatetime


class RecordedCase(Line):
    """A case that came in on the day, and what was done for it, also later."""

    kind: Literal["case"] = "case"
    case_id: Identifier
    brand: Identifier
    language: Language
    skill: str = ""
    opened_at: UtcDatetime
    due_at: UtcDatetime
    """When the first reply was due."""
    weight: float = Field(default=1, gt=0)
    preferred: str = ""
    messages: tuple[UtcDatetime, ...] = ()
    """When the customer's messages came in."""
    owners: tuple[RecordedOwner, ...] = ()
    replies: tuple[RecordedReply, ...] = ()
    consults: tuple[RecordedConsult, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.due_at < self.opened_at:
            raise ValueError(f"its first reply was due at {self.due_at}, before it was opened at {self.opened_at}")
        return self


Entry = RecordedDay | RecordedPerson | RecordedCase


class Recording(Line):
    """The whole."""

    day: RecordedDay
    people: tuple[RecordedPerson, ...]
    cases: tuple[RecordedCase, ...]

    def lines(self) -> Iterator[str]:
        """As JSON lines."""
        entries: tuple[Entry, ...] = (self.day, *self.people, *self.cases)
        for each in entries:
            values = each.model_dump(mode="json", exclude_defaults=True)
            yield json.dumps({"kind": each.kind, **values}, ensure_ascii=False)


_LINE: TypeAdapter[Entry] = TypeAdapter(Annotated[Entry, Field(discriminator="kind")])


def write(recording: Recording, path: Path) -> None:
    """Keep it in a file. Raises RecordingInvalid when that can not be written."""
    try:
        path.write_text("".join(f"{line}\n" for line in recording.lines()), encoding="utf-8")
    except OSError as error:
        raise RecordingInvalid(f"{path}: {error.strerror}") from error


def read(path: Path) -> Recording:
    """Read it back. Raises RecordingInvalid with the file and the line of the first mistake."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise RecordingInvalid(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RecordingInvalid(f"{path}: {error}") from error
    numbered = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not numbered:
        raise RecordingInvalid(f"{path}: it is empty")
    entries = [(number, _parsed(path, number, line)) for number, line in numbered]
    first, day = entries[0]
    if not isinstance(day, RecordedDay):
        raise RecordingInvalid(f"{path}:{first}: a recording begins with the line of its day")
    people: list[RecordedPerson] = []
    cases: list[RecordedCase] = []
    for number, each in entries[1:]:
        if isinstance(each, RecordedDay):
            raise RecordingInvalid(f"{path}:{number}: a recording is of one day; its first line says which")
        if isinstance(each, RecordedPerson):
            people.append(each)
        elif day.starts_at <= each.opened_at < day.ends_at:
            cases.append(each)
        else:
            raise RecordingInvalid(f"{path}:{number}: the case {each.case_id} did not come in on {day.day}")
    return Recording(day=day, people=tuple(people), cases=tuple(cases))


def _parsed(path: Path, number: int, line: str) -> Entry:
    try:
        return _LINE.validate_python(json.loads(line))
    except ValueError as error:
        raise RecordingInvalid(f"{path}:{number}: {_why(error)}") from error


def _why(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"this is no JSON: {error.msg} at column {error.colno}"
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc'])) or 'line'}: {first['msg']}"
    return str(error)
