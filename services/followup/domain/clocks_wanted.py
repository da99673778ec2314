"""Which clocks with a length of their own a case needs, by all that is known of it, in whatever order that was heard. Pure.

A clock runs over stretches of time; between them it stands still. All moments are counted in microseconds since 1970 here, with
FAR for "not yet".
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Protocol, TypeVar

from schemas.events.followup import ClockKind
from schemas.organisation_clocks import Clocks
from schemas.organisation_roster import Stretch, without
from services.followup.domain.clocks import CaseClocks, Waiting
from services.followup.domain.clocks_terms import Length, shifted

FAR = 2**62
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Spoke(Protocol):
    """Something that was said."""

    @property
    def by(self) -> str: ...


Turning = TypeVar("Turning", bound=Spoke)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A clock that a case needs. It has run over `stretches`, the last of which goes on if it ends at FAR."""

    kind: ClockKind
    subject_id: str
    since: datetime
    stretches: Sequence[Stretch]
    ended_at: datetime | None = None
    """When what it waits for happened."""
    person: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.kind, self.subject_id, self.person

    @property
    def runs(self) -> bool:
        """Whether it does not stand still."""
        return bool(self.stretches) and self.stretches[-1][1] == FAR

    def left(self, length: Length) -> float:
        """The minutes that are left at the beginning of the last stretch that goes on, or when it last stood still."""
        ended = [each for each in self.stretches if each[1] != FAR]
        return length.minutes - sum(
            length.hours.working_minutes_between(moment(start), moment(end)) for start, end in ended
        )

    def due_at(self, length: Length) -> datetime:
        """When it is due if it runs on; for one that stands still: if it had run on."""
        start, end = self.stretches[-1] if self.stretches else _stretch(self.since, self.since)[0]
        return shifted(length.hours, moment(start if end == FAR else end), self.left(length))

    def warn_at(self, length: Length, due_at: datetime) -> datetime:
        """When to warn; `due_at` where there is no warning."""
        return shifted(length.hours, due_at, -length.warn_before_minutes)


def wanted(state: CaseClocks, clocks: Clocks) -> Iterator[Wanted]:
    """The clocks of the case; nothing for a closed one, or before its first message is known."""
    if state.closed or state.first_heard is None:
        return
    yield from _pick_up(state)
    yield from _next_reply(state)
    yield from _consults(state, clocks)
    yield from _resolution(state, clocks)


def _pick_up(state: CaseClocks) -> Iterator[Wanted]:
    """From the opening until somebody owns it (O1)."""
    if state.opened_at:
        yield Wanted(
            "pick-up", state.case_id, state.opened_at, _stretch(state.opened_at, state.owned_at), state.owned_at
        )


def _next_reply(state: CaseClocks) -> Iterator[Wanted]:
    """From the first message after our last word until our next one. The first reply has a clock of its own."""
    for asked, heard in asked_again(state.turns):
        ended_at = heard.at if heard else None
        yield Wanted("next-reply", asked.id, asked.at, _stretch(asked.at, ended_at), ended_at)


def asked_again(turns: Iterable[Turning]) -> Iterator[tuple[Turning, Turning | None]]:
    """The customer's words that want a next reply, each with our word that ended the wait; None: nothing has."""
    spoken, since = False, None
    for turn in turns:
        if turn.by != "customer":
            if since:
                yield since, turn
            spoken, since = spoken or turn.by != "settled", None
        elif spoken and since is None:
            since = turn
    if since:
        yield since, None


def _consults(state: CaseClocks, clocks: Clocks) -> Iterator[Wanted]:
    """From accepting until the answer; before that, routing passes an offer on by itself (rule 3)."""
    for id_, consulting in state.consulting.items():
        holding = {
            who: at
            for who, at in consulting.accepted.items()
            if who not in consulting.given_back or consulting.given_back[who] < at
        }
        if not holding:
            continue
        who = max(holding, key=lambda each: (holding[each], each))
        ended_at = state.consults.get(id_, Waiting()).until
        stretches = _stretch(holding[who], ended_at)
        if "asked-back" in clocks.pauses.get("consult", ()):
            asked_back, clarified = (map(microseconds, each) for each in (consulting.asked_back, consulting.clarified))
            stretches = without(stretches, alternating(asked_back, clarified))
        yield Wanted("consult", id_, holding[who], stretches, ended_at, who)


def _resolution(state: CaseClocks, clocks: Clocks) -> Iterator[Wanted]:
    """From the opening, or the last reopening, until the owner holds it answered (F2)."""
    start = max(state.reopened_at.values()) if state.reopenings and state.reopened_at else state.opened_at
    if start is None:
        return
    resolved = len(state.resolutions) > len(state.reopenings)
    ended_at = max(datetime.fromisoformat(each) for each in state.resolutions) if resolved else None
    stretches = without(
        _stretch(start, ended_at),
        pauses(
            clocks.pauses.get("resolution", ()),
            ((microseconds(each.at), each.by) for each in state.turns),
            [each for waiting in state.consults.values() for each in _waiting(waiting)],
            [each for waiting in state.promised.values() for each in _waiting(waiting)],
        ),
    )
    yield Wanted("resolution", state.case_id, start, stretches, ended_at)


def pauses(
    causes: Collection[str],
    turns: Iterable[tuple[int, str]],
    consults: Sequence[Stretch],
    promises: Sequence[Stretch],
) -> list[Stretch]:
    """When it is not for us to act. While we owe the customer something, nobody waits for the customer.

    `turns` are moments and who spoke, in the order of time; moments are in any unit, FAR for "not yet".
    """
    found: list[Stretch] = []
    if "waiting-for-specialist" in causes:
        found += consults
    if "waiting-for-customer" in causes:
        found += without(_answered(turns), [*consults, *promises])
    return found


def _answered(turns: Iterable[tuple[int, str]]) -> Iterator[Stretch]:
    """From each answer to the next word of the customer. A holding reply is no answer (O5)."""
    since = None
    for at, by in turns:
        if by == "answer" and since is None:
            since = at
        elif by == "customer" and since is not None:
            yield since, at
            since = None
    if since is not None:
        yield since, FAR


def alternating(begins: Iterable[int], ends: Iterable[int]) -> Iterator[Stretch]:
    """From each beginning to the next end, FAR for "not yet"; moments are in any unit."""
    marks = sorted([*((each, 0) for each in begins), *((each, 1) for each in ends)])
    for (at, ended), (until, _) in pairwise([*marks, (FAR, 1)]):
        if not ended:
            yield at, until


def _waiting(waiting: Waiting) -> list[Stretch]:
    return _stretch(waiting.since, waiting.until) if waiting.since else []


def _stretch(start: datetime, end: datetime | None) -> list[Stretch]:
    first, last = microseconds(start), FAR if end is None else microseconds(end)
    return [(first, max(first, last))]


def microseconds(at: datetime) -> int:
    """Since 1970."""
    return (at - EPOCH) // timedelta(microseconds=1)


def moment(at: int) -> datetime:
    """The inverse of `microseconds`."""
    return EPOCH + timedelta(microseconds=at)
