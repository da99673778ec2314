"""Who goes off shift soon, or is away already, with open cases; and who could take each of them (O6)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.desk.domain.board import Row
from services.desk.domain.coverage import Member
from services.desk.domain.wallboard import Weight, due_at, held_by

STAYS = timedelta(hours=2)
"""Who takes a case over should be there for so long yet."""
Why = Literal["ending", "off", "absent"]
Lack = Literal["language", "room", "stays"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """One case, and who could take it. `to` empty: nobody of the brand will be there."""

    row: Row
    needed: bool
    """Something is due before the owner is back, or the customer waits for us."""
    to: str = ""
    lacks: tuple[Lack, ...] = ()
    """What the best there is does not have: the customer's language, room, or enough of the shift left."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """Somebody with open cases who is not there, or soon will not be."""

    member: Member
    why: Why
    leaves_at: datetime | None
    """The end of the shift; None for who is away already."""
    back_at: datetime | None
    """None: nobody can tell."""
    proposals: tuple[Proposal, ...]
    waiting: tuple[Row, ...]
    """Those on their way already: offered to somebody."""
    there: frozenset[str]
    """Who is at work when they leave, or now."""
    covered: tuple[Row, ...]
    """Those in which somebody acts for the owner until they are back."""

    @property
    def needed(self) -> int:
        return sum(each.needed for each in self.proposals)


def leaving(
    rows: Sequence[Row], members: Mapping[str, Member], now: datetime, within: timedelta, weight: Weight
) -> list[Leaving]:
    """Those who are not at work, or whose shift ends `within`, with their open cases; who needs it first comes first.

    `rows` are open cases. The proposals of all together do not fill anybody beyond their room while somebody else has some.
    """
    held = held_by(rows, weight)
    by_owner: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (due_at(row) is None, due_at(row) or row.opened_at, row.id)):
        if row.owner in members:
            by_owner.setdefault(row.owner, []).append(row)
    gone = {owner: found for owner in by_owner if (found := _away(members[owner], now, within))}
    planned = []
    for owner, (why, leaves_at, back_at) in sorted(gone.items(), key=lambda item: (item[1][1] or now, item[0])):
        mine = by_owner[owner]
        until = back_at or now + timedelta(days=7)
        covered = [
            row for row in mine if row.needs.covered_by and (row.needs.cover_until or now) >= min(until, now + within)
        ]
        left = [row for row in mine if row not in covered and not row.offered_to]
        since = leaves_at or now
        others = (each for id, each in members.items() if id not in gone and each.owns)
        there = [(each, _stays(each, since)) for each in others if each.at_work(since)]
        proposals = [_proposal(row, there, back_at, held, weight) for row in left]
        offered = tuple(row for row in mine if row.offered_to and row not in covered)
        planned.append(
            Leaving(
                members[owner],
                why,
                leaves_at,
                back_at,
                tuple(proposals),
                offered,
                frozenset(each.person.id for each, _ in there),
                tuple(covered),
            )
        )
    return sorted(planned, key=lambda each: (not each.needed, each.leaves_at or now, each.member.person.id))


def _away(member: Member, now: datetime, within: timedelta) -> tuple[Why, datetime | None, datetime | None] | None:
    if member.is_absent(now):
        return "absent", None, member.back_at(now)
    leaves_at = member.leaves_at(now)
    if leaves_at is None:
        back_at = member.back_at(now)
        return None if back_at and back_at - now <= STAYS / 4 else ("off", None, back_at)
    if leaves_at - now > within:
        return None
    return "ending", leaves_at, member.back_at(leaves_at)


def _stays(member: Member, since: datetime) -> bool:
    return (member.leaves_at(since) or since) - since >= STAYS


def _proposal(
    row: Row,
    candidates: Iterable[tuple[Member, bool]],
    back_at: datetime | None,
    held: dict[str, float],
    weight: Weight,
) -> Proposal:
    """`candidates` are at work then; with whether they stay long enough. Whoever is proposed holds the case from here on."""
    due = due_at(row)
    needed = row.needs.wrote_at is not None or (due is not None and (back_at is None or due < back_at))

    def lacks(each: Member, stays: bool) -> tuple[Lack, ...]:
        speaks = row.language == "und" or each.speaks(row.language)
        room = each.person.capacity - held.get(each.person.id, 0.0) >= weight(row.channel)
        conditions: tuple[tuple[Lack, bool], ...] = (("language", speaks), ("room", room), ("stays", stays))
        return tuple(name for name, met in conditions if not met)

    def order(candidate: tuple[Member, bool]) -> tuple[bool, bool, bool, float, str]:
        each, missing = candidate[0], lacks(*candidate)
        share = held.get(each.person.id, 0.0) / each.person.capacity
        return "language" in missing, "room" in missing, "stays" in missing, share, each.person.id

    of_brand = [each for each in candidates if row.brand in each[0].person.brands]
    best = min(of_brand, key=order, default=None)
    if best is None:
        return Proposal(row, needed)
    missing, to = lacks(*best), best[0].person.id
    held[to] = held.get(to, 0.0) + weight(row.channel)
    return Proposal(row, needed, to, missing)
