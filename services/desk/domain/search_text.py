"""What of a case can be found: its words, masked, and what it is filtered by."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field

from schemas.base import Model
from schemas.masking import masked_text
from services.desk.domain.case_view import CaseView, Status
from services.desk.domain.next_thing import needs_of
from services.desk.domain.search_words import Piece, folded, marked, pattern_of
from services.desk.domain.timeline import Entry, EntryKind

Kind = Literal["customer", "promise", "consult", "answer", "message", "reply", "note"]
OF_ENTRY: dict[EntryKind, Kind] = {
    "message": "message",
    "reply": "reply",
    "note": "note",
    "marked": "note",
    "escalated": "note",
    "handover-offered": "note",
    "consult-asked-back": "consult",
    "consult-clarified": "consult",
}
EXCERPT_CHARACTERS = 180
BEFORE_CHARACTERS = 50
MOST_EXCERPTS = 2


class Part(Model):
    """Some words of a case, already masked (M3)."""

    kind: Kind
    text: str
    at: datetime | None = None


class Found(Model):
    """A case as it can be found. Moments as milliseconds where they are searched by."""

    id: str
    brand: str
    channel: str
    language: str
    topic: str
    status: Status
    owner: str
    customer: str
    urgency: str
    countries: tuple[str, ...] = ()
    opened_at: datetime
    updated_at: datetime
    due_at: datetime | None = None
    """When its first running clock is due."""
    open_promise: bool = False
    parts: tuple[Part, ...] = Field(default=())
    """The latest last."""


def found_of(view: CaseView, country_of: Callable[[str], str]) -> Found:
    """The case as it can be found. `country_of` tells a person's country, empty when nobody knows."""
    if view.opened_at is None or view.updated_at is None:
        raise ValueError(f"case {view.id} is not opened")
    needs = needs_of(view)
    asked = {offer.country for consult in view.consults for offer in consult.offers.values()}
    return Found(
        id=view.id,
        brand=view.brand,
        channel=view.channel,
        language=view.language,
        topic=view.topic,
        status=view.status,
        owner=view.owner,
        customer=view.called,
        urgency=view.understood.urgency if view.understood else "normal",
        countries=tuple(sorted((asked | {country_of(view.owner)}) - {""})),
        opened_at=view.opened_at,
        updated_at=view.updated_at,
        due_at=needs.running[0].due_at if needs.running else None,
        open_promise=bool(view.open_promises),
        parts=tuple(_masked(part) for part in _parts(view) if part.text),
    )


def _masked(part: Part) -> Part:
    return part.model_copy(update={"text": masked_text(part.text)})


def _parts(view: CaseView) -> Iterator[Part]:
    if view.customer:
        names = dict.fromkeys(filter(None, (view.customer.name, view.customer.handle)))
        yield from (Part(kind="customer", text=each) for each in names)
    for promise in view.promises:
        yield Part(kind="promise", text=promise.what, at=promise.made_at)
    for consult in view.consults:
        yield Part(kind="consult", text=consult.question, at=consult.asked_at)
        yield Part(kind="answer", text=consult.answer, at=consult.answered_at)
    yield from (_of_entry(entry) for entry in view.timeline if entry.kind in OF_ENTRY)


def _of_entry(entry: Entry) -> Part:
    return Part(kind=OF_ENTRY[entry.kind], text=entry.text, at=entry.at)


class Excerpt(Model):
    """What was found in a case, with the words that were looked for marked."""

    kind: Kind
    pieces: tuple[Piece, ...]
    at: datetime | None = None


def excerpts(found: Found, beginnings: list[str]) -> Sequence[Excerpt]:
    """Where the case has the words looked for, most of them first; how it ends when it has none."""
    scored = [(_places(part.text, beginnings), number, part) for number, part in enumerate(found.parts)]
    best = sorted((each for each in scored if each[0]), key=lambda each: (-len(each[0]), -each[1]))[:MOST_EXCERPTS]
    shown = [part for _, _, part in best] or [part for part in found.parts if part.kind == "message"][-1:]
    return [_excerpt(part, beginnings) for part in shown]


def _places(text: str, beginnings: list[str]) -> list[int]:
    """Where in the folded text each of those looked for that it has occurs first; near enough to choose an excerpt by."""
    plain = folded(text)
    return [found.start() for each in beginnings if (found := pattern_of(each).search(plain))]


def _excerpt(part: Part, beginnings: list[str]) -> Excerpt:
    text = " ".join(part.text.split())
    first = min(_places(text, beginnings), default=0)
    start = 0 if first <= BEFORE_CHARACTERS or len(text) <= EXCERPT_CHARACTERS else first - BEFORE_CHARACTERS
    cut = text[start : start + EXCERPT_CHARACTERS]
    begun, goes_on = "…" if start else "", "…" if start + EXCERPT_CHARACTERS < len(text) else ""
    return Excerpt(kind=part.kind, pieces=tuple(marked(f"{begun}{cut}{goes_on}", beginnings)), at=part.at)
