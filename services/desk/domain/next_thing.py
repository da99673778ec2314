"""What a case needs next of whom one asks: the one reason that counts most, and the moment that goes with it.

The order of the reasons is the order of the list: a colleague waits for a yes or no, a clock is late or soon, a reply did not
arrive, somebody asks for approval, an answer came in, the customer wrote last, a promise runs; then the rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal, get_args

from schemas.events.followup import ClockKind
from services.desk.domain.case_view import OPEN, CaseView

Reason = Literal[
    "handover", "late", "soon", "undelivered", "approval", "answered", "wrote", "promise", "specialist", "waits", "rest"
]
Waits = Literal["", "specialist", "customer"]
ORDER: dict[str, int] = {reason: place for place, reason in enumerate(get_args(Reason))}
SOON = timedelta(minutes=30)
"""So near a clock is soon, also before follow-up has warned."""
NEVER = float("inf")
REMEMBERED = 10_000
"""So many answers for cases at a moment are kept: many readers ask the same within a second."""


@dataclass(frozen=True, slots=True)
class Running:
    """A clock of the case that runs (F3)."""

    kind: ClockKind
    due_at: datetime
    warned: bool = False


@dataclass(frozen=True, slots=True)
class Needs:
    """What a case can need, whoever looks and whenever: the lines of the board keep it."""

    running: tuple[Running, ...] = ()
    """The one due first in front."""
    answered_at: datetime | None = None
    """When the latest answer of a specialist came that nothing has been said to the customer since."""
    wrote_at: datetime | None = None
    """When the customer wrote what nobody has answered yet."""
    offered_until: datetime | None = None
    """Until when somebody else can say whether they take it over."""
    covered_by: str = ""
    cover_from: datetime | None = None
    cover_until: datetime | None = None

    def acting_at(self, now: datetime) -> str:
        """Who acts for the owner at this moment; empty: nobody."""
        within = self.cover_from and self.cover_until and self.cover_from <= now < self.cover_until
        return self.covered_by if within else ""


NOTHING = Needs()


@dataclass(frozen=True, slots=True)
class NextThing:
    """Why a case stands where it stands in the list. `at` is the clock's due time, or since when it waits."""

    reason: Reason
    at: datetime | None = None
    clock: ClockKind | None = None
    """Which clock `at` is the due time of; none: `at` lies in the past, or there is no moment."""

    @property
    def place(self) -> tuple[int, float]:
        """Its place in the list: the reason, then the moment, the earliest first."""
        return ORDER[self.reason], self.at.timestamp() if self.at else NEVER


def needs_of(view: CaseView) -> Needs:
    """What an open case can need; of another one nothing."""
    if view.status not in OPEN:
        return NOTHING
    cover = view.cover
    return Needs(
        running=tuple(sorted(_running(view), key=lambda clock: (clock.due_at, clock.kind))),
        answered_at=_answered_at(view),
        wrote_at=_wrote_at(view),
        offered_until=view.handover.expires_at if view.handover else None,
        covered_by=cover.person if cover else "",
        cover_from=cover.starts_at if cover else None,
        cover_until=cover.ends_at if cover else None,
    )


def _running(view: CaseView) -> Iterator[Running]:
    """The clocks that run; first reply and promises also before follow-up has told of theirs, or after it told too late."""
    if due := view.first_reply_due:
        clock = view.clock_of("first-response", view.id)
        yield Running("first-response", due, clock is not None and clock.warned)
    for promise in view.open_promises:
        clock = view.clock_of("promise", promise.id)
        yield Running("promise", promise.due_at, clock is not None and clock.warned)
    subjects = {
        "consult": {each.id for each in view.open_consults},
        "approval": {each.id for each in view.waiting_approvals},
    }
    for clock in view.clocks.values():
        if clock.stopped or clock.paused or clock.kind in ("first-response", "promise", "closing"):
            continue
        over = (clock.kind == "pick-up" and view.owner) or (clock.kind == "next-reply" and not view.unanswered)
        if over:
            continue
        if clock.kind not in subjects or clock.subject_id in subjects[clock.kind]:
            yield Running(clock.kind, clock.due_at, clock.warned)


def _answered_at(view: CaseView) -> datetime | None:
    unsaid = ("draft", "discarded", "cancelled", "failed")
    said = [each.queued_at for each in view.replies.values() if each.queued_at and each.state not in unsaid]
    spoke = max(said, default=None)
    answers = [each.answered_at for each in view.consults if each.answered_at and not each.withdrawn]
    latest = max(answers, default=None)
    return latest if latest and (spoke is None or latest > spoke) else None


def _wrote_at(view: CaseView) -> datetime | None:
    """Since when the customer waits for us to act; once they know what they wait for, a promise or a specialist is next."""
    if not view.unanswered:
        return None
    wrote = next((each.at for each in reversed(view.timeline) if each.kind == "message"), view.opened_at)
    if wrote is None or view.first_reply_open:
        return wrote
    asked = any(each.asked_at >= wrote for each in view.open_consults)
    promised = any(each.made_at >= wrote for each in view.open_promises)
    return None if asked or promised else wrote


@lru_cache(maxsize=REMEMBERED)
def next_thing(
    needs: Needs, now: datetime, *, offered: bool, undelivered: bool, approving: bool, waits_for: Waits
) -> NextThing:
    """The reason that counts most. `offered` and `approving`: whether the reader is asked to take it over, or to approve."""
    first = needs.running[0] if needs.running else None
    if offered:
        return NextThing("handover", needs.offered_until)
    if first and first.due_at <= now:
        return NextThing("late", first.due_at, first.kind)
    if first and (first.warned or first.due_at <= now + SOON):
        return NextThing("soon", first.due_at, first.kind)
    if undelivered:
        return NextThing("undelivered")
    if approving:
        return NextThing("approval")
    if needs.answered_at:
        return NextThing("answered", needs.answered_at)
    if needs.wrote_at:
        return _by_clock("wrote", needs, ("first-response", "next-reply"), needs.wrote_at)
    return _waiting(needs, first, waits_for)


def _waiting(needs: Needs, first: Running | None, waits_for: Waits) -> NextThing:
    """Nobody on our side has to act at once."""
    if any(each.kind == "promise" for each in needs.running):
        return _by_clock("promise", needs, ("promise",), None)
    reason: Reason = "specialist" if waits_for == "specialist" else "waits" if waits_for == "customer" else "rest"
    return NextThing(reason, first.due_at if first else None, first.kind if first else None)


def _by_clock(reason: Reason, needs: Needs, kinds: tuple[ClockKind, ...], since: datetime | None) -> NextThing:
    """With the due time of the first clock of these kinds, else since when it waits."""
    found = next((each for each in needs.running if each.kind in kinds), None)
    return NextThing(reason, found.due_at, found.kind) if found else NextThing(reason, since)
