"""What pages and API for a team tell alike: the wallboard, the hours to come, who leaves, what wants a lead's attention."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.desk.api.parts import Parts
from services.desk.domain.access import Reader
from services.desk.domain.board import Row
from services.desk.domain.coverage import Gap, LanguageAhead, Member, Place, awake, languages_to_look_at
from services.desk.domain.leaving import Leaving, leaving
from services.desk.domain.wallboard import Clocks, Load, clocks_of, loads, longest_waiting, opened

MOST_LANGUAGES = 12
"""As many lines as a wall has room for; coverage has all."""
LEAVING_WITHIN = timedelta(hours=2)
DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Wall:
    """The wallboard. `teams` and `languages`: those with work or people, the most open cases first."""

    clocks: Clocks
    waiting: Sequence[Row]
    ahead: Sequence[LanguageAhead]
    more_languages: int
    places: Sequence[Place]
    teams: Sequence[Load]
    languages: Sequence[Load]
    agents: int
    """On shift, and so the specialists."""
    specialists: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The next day by language, and who leaves or is away with open cases."""

    rows: Sequence[Row]
    """The open cases."""
    ahead: Sequence[LanguageAhead]
    leaving: Sequence[Leaving]
    members: Mapping[str, Member]

    def receivers(self, each: Leaving) -> list[tuple[Member, bool]]:
        """Who could take their cases, with whether they are at work then; those who are first."""
        owners = [member for id, member in self.members.items() if member.owns and id != each.member.person.id]
        marked = [(member, member.person.id in each.there) for member in owners]
        return sorted(marked, key=lambda one: (not one[1], one[0].person.name))


@dataclass(frozen=True, slots=True)
class Attention:
    """What wants a lead's attention, of what the desk knows itself: how many of each."""

    approvals: int
    """That the reader can decide about."""
    offered: int
    """Handovers that wait for an answer."""
    offered_to_reader: int
    refused: int
    """Cases given back to routing."""
    clocks: Clocks
    promises: int
    """Due within a day, or late."""
    left_alone: Sequence[Gap]
    """The first stretch of each language in which nobody at all speaks it."""
    leaving: int
    """People who leave within two hours, or are away, with cases that need somebody before they are back."""
    leaving_cases: int


async def wall(desk: Parts, reader: Reader) -> Wall:
    """Of the reader's brands, now."""
    now = desk.clock.now()
    rows = opened(desk.board.rows.values(), reader.brands)
    members = list(desk.roster.members(reader.brands).values())
    languages = languages_to_look_at(members, (row.language for row in rows))
    on_shift = [member for member in members if member.at_work(now)]
    pools = {brand.id: brand.pool for brand in desk.organisation.brands if brand.id in reader.brands}

    def teams_of(member: Member) -> set[str]:
        return {pools[brand] for brand in member.person.brands if brand in pools}

    def spoken_by(member: Member) -> list[str]:
        return [each for each in member.person.languages if member.speaks(each)]

    in_use = loads(rows, on_shift, now, desk.room_of, lambda row: row.language, spoken_by)
    return Wall(
        clocks=clocks_of(rows, now),
        waiting=longest_waiting(rows),
        ahead=await desk.roster.ahead(reader.brands, languages[:MOST_LANGUAGES], now),
        more_languages=len(languages[MOST_LANGUAGES:]),
        places=awake(members, now),
        teams=loads(rows, on_shift, now, desk.room_of, lambda row: pools.get(row.brand, ""), teams_of),
        languages=[each for each in in_use if each.open][:MOST_LANGUAGES],
        agents=sum(each.owns for each in on_shift),
        specialists=sum(not each.owns for each in on_shift),
    )


async def plan(desk: Parts, reader: Reader, within: timedelta) -> Plan:
    """The hours to come, and who leaves `within` them."""
    now = desk.clock.now()
    rows = opened(desk.board.rows.values(), reader.brands)
    members = desk.roster.members(reader.brands)
    languages = languages_to_look_at(members.values(), (row.language for row in rows))
    ahead = await desk.roster.ahead(reader.brands, languages, now)
    return Plan(rows, ahead, leaving(rows, members, now, within, desk.room_of), members)


async def attention(desk: Parts, reader: Reader) -> Attention:
    """Of the reader's brands, now."""
    now = desk.clock.now()
    planned = await plan(desk, reader, LEAVING_WITHIN)
    rows = planned.rows
    gone = [each.needed for each in planned.leaving if each.needed]
    return Attention(
        approvals=desk.board.approvals_for(reader.id, reader.brands),
        offered=sum(bool(row.offered_to) for row in rows),
        offered_to_reader=desk.board.offered_to(reader.id),
        refused=sum(row.refused for row in rows),
        clocks=clocks_of(rows, now),
        promises=sum(due <= now + DAY for row in rows for due in row.promises_due),
        left_alone=[each.left_alone[0] for each in planned.ahead if each.left_alone],
        leaving=len(gone),
        leaving_cases=sum(gone),
    )
