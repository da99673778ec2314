"""The board: every case that is not closed, as one line each, in memory, for the live list and its counts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from schemas.masking import masked_text
from services.desk.domain.case_view import OPEN, CaseView, Status
from services.desk.domain.next_thing import NOTHING, Needs, NextThing, Waits, needs_of, next_thing

SOON = timedelta(hours=1)
DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Row:
    """One case in the list."""

    id: str
    brand: str
    channel: str
    language: str
    topic: str
    status: Status
    owner: str
    customer: str
    last_words: str
    opened_at: datetime
    updated_at: datetime
    next_due: datetime | None
    first_reply_due: datetime | None
    promises_due: tuple[datetime, ...]
    open_consults: int
    breached: bool
    troubled: bool
    urgency: str
    sentiment: str
    public: bool
    approvals_asked_by: tuple[str, ...] = ()
    """Who asked for each approval that waits."""
    offered_to: str = ""
    """Whom the owner asked to take the case over."""
    trouble: Literal["", "failed", "uncertain"] = ""
    """What became of the latest reply, when somebody has to do something about it."""
    refused: bool = False
    """Whether routing looks for another owner, because this one refused."""
    needs: Needs = NOTHING

    @classmethod
    def of(cls, view: CaseView) -> "Row":
        """The line of a case that is opened."""
        if view.opened_at is None or view.updated_at is None:
            raise ValueError(f"case {view.id} is not opened")
        return cls(
            id=view.id,
            brand=view.brand,
            channel=view.channel,
            language=view.language,
            topic=view.topic,
            status=view.status,
            owner=view.owner,
            customer=view.called,
            last_words=masked_text(view.last_words),
            opened_at=view.opened_at,
            updated_at=view.updated_at,
            next_due=view.next_due,
            first_reply_due=view.first_reply_due,
            promises_due=tuple(sorted(promise.due_at for promise in view.open_promises)),
            open_consults=len(view.open_consults),
            breached=view.breached,
            troubled=bool(view.troubled_replies),
            urgency=view.understood.urgency if view.understood else "normal",
            sentiment=view.understood.sentiment if view.understood else "neutral",
            public=view.visibility == "public",
            approvals_asked_by=tuple(each.asked_by for each in view.waiting_approvals),
            offered_to=view.handover.to if view.handover else "",
            trouble=trouble_of(view),
            refused=view.refusal is not None,
            needs=needs_of(view),
        )


WAITS: dict[Status, Waits] = {"waiting-for-specialist": "specialist", "waiting-for-customer": "customer"}


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks what needs them, and when. `approves`: they can decide about approvals."""

    person: str
    approves: bool
    now: datetime

    def approving(self, row: Row) -> bool:
        """Whether something waits for their approval: nobody approves their own."""
        return self.approves and any(asked_by != self.person for asked_by in row.approvals_asked_by)

    def concerned(self, row: Row) -> bool:
        """Whether the case asks something of them although it is not theirs."""
        return self.person in (row.offered_to, row.needs.acting_at(self.now)) or self.approving(row)

    def next_thing(self, row: Row) -> NextThing:
        """What the case needs of them next, and if it is not theirs, of its owner."""
        return next_thing(
            row.needs,
            self.now,
            offered=row.offered_to == self.person,
            undelivered=bool(row.trouble),
            approving=self.approving(row),
            waits_for=WAITS.get(row.status, ""),
        )


@dataclass(frozen=True, slots=True)
class Filters:
    """Which cases to list. Empty means any; `statuses` empty means every open one. `brands` is what the reader may see."""

    brands: frozenset[str]
    owner: str = ""
    brand: str = ""
    language: str = ""
    statuses: tuple[Status, ...] = ()
    concerning: Asking | None = None
    """With an owner: also the cases of others that ask something of this person."""

    def accepts(self, row: Row) -> bool:
        return (
            row.brand in self.brands
            and (self.owner in ("", row.owner) or (self.concerning is not None and self.concerning.concerned(row)))
            and self.brand in ("", row.brand)
            and self.language in ("", row.language)
            and row.status in (self.statuses or OPEN)
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """What a lead looks at first."""

    open: int = 0
    unowned: int = 0
    breaching: int = 0
    """First reply not sent, and due within the hour or past."""
    promises_due: int = 0
    """Open promises due within a day or past."""


@dataclass
class Board:
    """The lines, kept current by whoever handles events."""

    rows: dict[str, Row] = field(default_factory=dict)
    asking: dict[str, Row] = field(default_factory=dict)
    """Those of the lines that wait for somebody beside the owner: few, and counted for every page."""

    def take(self, view: CaseView) -> bool:
        """Note how a case is now; an older view than the known one changes nothing. Returns whether the line changed."""
        if view.status == "unopened":
            return False
        known = self.rows.get(view.id)
        if view.status == "closed":
            self.asking.pop(view.id, None)
            return self.rows.pop(view.id, None) is not None
        row = Row.of(view)
        if known is not None and (known.updated_at > row.updated_at or known == row):
            return False
        self.rows[view.id] = row
        if row.approvals_asked_by or row.offered_to:
            self.asking[view.id] = row
        else:
            self.asking.pop(view.id, None)
        return True

    def approvals_for(self, person: str, brands: frozenset[str]) -> int:
        """How many approvals wait that this coach or lead can decide about: nobody approves their own."""
        found = (row.approvals_asked_by for row in self.asking.values() if row.brand in brands)
        return sum(asked_by != person for each in found for asked_by in each)

    def offered_to(self, person: str) -> int:
        """How many cases this person is asked to take over."""
        return sum(row.offered_to == person for row in self.asking.values())

    def listed(self, filters: Filters) -> list[Row]:
        """The lines that the filters accept, in the order of their urgency."""
        found = [row for row in self.rows.values() if filters.accepts(row)]
        return sorted(found, key=urgency_order)

    def by_need(self, filters: Filters, asking: Asking) -> list[tuple[Row, NextThing]]:
        """The lines that the filters accept with what each needs, what needs the asking person first in front."""
        found = [(row, asking.next_thing(row)) for row in self.rows.values() if filters.accepts(row)]
        return sorted(found, key=lambda each: (*each[1].place, each[0].opened_at, each[0].id))

    def counts(self, filters: Filters, now: datetime) -> Counts:
        """Counts over what the reader may see and whose work it is; other filters do not change them."""
        mine = Filters(filters.brands, filters.owner)
        return counted((row for row in self.rows.values() if mine.accepts(row)), now)

    def languages(self, brands: frozenset[str]) -> Sequence[str]:
        """The languages that occur, for the filter."""
        return sorted({row.language for row in self.rows.values() if row.brand in brands})


def trouble_of(view: CaseView) -> Literal["", "failed", "uncertain"]:
    """What needs a person first: a reply of which nobody knows, else one that certainly did not arrive."""
    states = {reply.state for reply in view.troubled_replies}
    return "uncertain" if "uncertain" in states else "failed" if "failed" in states else ""


def urgency_order(row: Row) -> tuple[int, float, float, str]:
    """Nearest due first; then where a reply did not arrive, then the other cases with nothing due, latest changed first."""
    due = row.next_due.timestamp() if row.next_due else 0.0
    place = 0 if row.next_due else 1 if row.trouble else 2
    return (place, due, -row.updated_at.timestamp(), row.id)


def counted(rows: Iterable[Row], now: datetime) -> Counts:
    """The counts of these open cases."""
    rows, soon, tomorrow = list(rows), now + SOON, now + DAY
    return Counts(
        open=len(rows),
        unowned=sum(not row.owner for row in rows),
        breaching=sum(row.first_reply_due is not None and row.first_reply_due <= soon for row in rows),
        promises_due=sum(due <= tomorrow for row in rows for due in row.promises_due),
    )
