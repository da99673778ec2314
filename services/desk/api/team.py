"""The team's day as JSON: the wallboard, coverage, who leaves with open cases, what wants a lead's attention (O4, O6)."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import ConfigDict, Field

from schemas.base import Model, UtcDatetime
from services.desk.api.leading import Plan, Wall, attention, plan, wall
from services.desk.api.parts import InParts, Leading, Team
from services.desk.api.shown import PersonShown
from services.desk.domain.board import Row
from services.desk.domain.coverage import HOURS_AHEAD, Place
from services.desk.domain.leaving import Lack, Leaving, Why
from services.desk.domain.wallboard import due_at

router = APIRouter(prefix="/api", tags=["desk"])
Hours = Annotated[int, Query(ge=1, le=HOURS_AHEAD, description="who leaves within so many hours")]


class Told(Model):
    """What is read from the page's own value, field by field."""

    model_config = ConfigDict(from_attributes=True)


class ClocksShown(Told):
    """Open cases by the clock that is due next; `soon`: within half an hour; `unowned` are among all of these."""

    late: int
    soon: int
    fine: int
    nothing: int
    unowned: int


class LoadShown(Told):
    """The work of a team, or in a language, and the people on shift for it."""

    key: str
    open: int
    unowned: int
    late: int
    agents: int
    held: float
    capacity: int
    elsewhere: int
    """Open cases whose owner is not on shift."""
    share: float | None
    """Of the room of those on shift that is taken; null: nobody is there."""


class HourShown(Told):
    """The fewest who speak the language at any quarter of the hour."""

    start: UtcDatetime
    agents: int
    specialists: int


class GapShown(Told):
    """A stretch without an agent who speaks the language. `specialists`: whether one who speaks it is there all the time."""

    language: str
    start: UtcDatetime
    end: UtcDatetime
    specialists: bool


class LanguageShown(Told):
    """One language in the 24 hours to come."""

    language: str
    hours: tuple[HourShown, ...]
    gaps: tuple[GapShown, ...]


class PlaceShown(Model):
    """The people on shift where clocks show the same; `offset_minutes` from UTC."""

    offset_minutes: int
    agents: int
    specialists: int
    countries: tuple[str, ...]


class CaseDue(Model):
    """A case without its customer's words or name."""

    case_id: str
    brand: str
    channel: str
    language: str
    owner: str
    wrote_at: UtcDatetime | None
    """Since when the customer waits for a word of ours."""
    due_at: UtcDatetime | None
    """When the first of its clocks is due."""

    @classmethod
    def of(cls, row: Row) -> "CaseDue":
        """From the line of the board."""
        told = {name: getattr(row, name) for name in ("brand", "channel", "language", "owner")}
        return cls(case_id=row.id, wrote_at=row.needs.wrote_at, due_at=due_at(row), **told)


class WallShown(Model):
    """The wallboard. `more_languages`: so many have no room in `ahead`; coverage has all."""

    clocks: ClocksShown
    waiting: tuple[CaseDue, ...]
    """Those whose customers wait longest."""
    ahead: tuple[LanguageShown, ...]
    more_languages: int
    places: tuple[PlaceShown, ...]
    teams: tuple[LoadShown, ...]
    languages: tuple[LoadShown, ...]
    agents_on_shift: int
    specialists_on_shift: int

    @classmethod
    def of(cls, found: Wall) -> "WallShown":
        """From what the page is made of."""
        return cls(
            clocks=ClocksShown.model_validate(found.clocks),
            waiting=tuple(map(CaseDue.of, found.waiting)),
            ahead=tuple(map(LanguageShown.model_validate, found.ahead)),
            more_languages=found.more_languages,
            places=tuple(map(_place, found.places)),
            teams=tuple(map(LoadShown.model_validate, found.teams)),
            languages=tuple(map(LoadShown.model_validate, found.languages)),
            agents_on_shift=found.agents,
            specialists_on_shift=found.specialists,
        )


class ProposalShown(Model):
    """A case that needs somebody else, and who could take it; `to` empty: nobody of the brand will be there."""

    case: CaseDue
    needed: bool
    """Something is due before the owner is back, or the customer waits for us."""
    to: str
    lacks: tuple[Lack, ...]
    """What the best there is does not have."""


class ReceiverShown(Model):
    """Somebody who could take cases; `at_work` when the owner leaves."""

    person: str
    at_work: bool


class LeavingShown(Model):
    """Somebody with open cases who is not there, or soon will not be. `back_at` null: nobody can tell."""

    person: str
    why: Why
    leaves_at: UtcDatetime | None
    back_at: UtcDatetime | None
    proposals: tuple[ProposalShown, ...]
    offered: tuple[str, ...]
    """Cases that are on their way to somebody already."""
    covered: tuple[str, ...]
    """Cases in which somebody acts for the owner until they are back."""
    receivers: tuple[ReceiverShown, ...]


class CoverageShown(Model):
    """The next day by language, and who leaves or is away with open cases. The commands are cases' own."""

    languages: tuple[LanguageShown, ...]
    leaving: tuple[LeavingShown, ...]

    @classmethod
    def of(cls, found: Plan) -> "CoverageShown":
        """From what the page is made of."""
        gone = tuple(_leaving(found, each) for each in found.leaving)
        return cls(languages=tuple(map(LanguageShown.model_validate, found.ahead)), leaving=gone)


class ColleagueShown(PersonShown):
    """Somebody who can own cases."""

    at_work: bool = Field(description="by their hours and absences")


class AttentionShown(Told):
    """How many of each want a lead's attention; follow-up and cases tell of incidents, reviews, scores and deviations."""

    approvals: int
    offered: int
    offered_to_reader: int
    refused: int
    clocks: ClocksShown
    promises: int
    left_alone: tuple[GapShown, ...]
    leaving: int
    leaving_cases: int


@router.get("/people")
async def list_people(reader: Team, desk: InParts) -> list[ColleagueShown]:
    """Everybody who can own cases of the reader's brands, who is at work now first."""
    now = desk.clock.now()
    owners = [each for each in desk.roster.members(reader.brands).values() if each.owns]
    found = [ColleagueShown(**PersonShown.of(each.person).model_dump(), at_work=each.at_work(now)) for each in owners]
    return sorted(found, key=lambda each: (not each.at_work, each.name, each.id))


@router.get("/wallboard")
async def show_wallboard(reader: Team, desk: InParts) -> WallShown:
    """Clocks, who waits longest, load against room, and who is there in the hours to come, for the reader's brands."""
    return WallShown.of(await wall(desk, reader))


@router.get("/coverage")
async def show_coverage(reader: Leading, desk: InParts, within: Hours = 2) -> CoverageShown:
    """Who speaks which language in the next 24 hours, and who leaves or is away with open cases. For coaches and leads."""
    return CoverageShown.of(await plan(desk, reader, timedelta(hours=within)))


@router.get("/attention")
async def show_attention(reader: Leading, desk: InParts) -> AttentionShown:
    """What wants attention, in numbers. For coaches and leads."""
    return AttentionShown.model_validate(await attention(desk, reader))


def _place(found: Place) -> PlaceShown:
    minutes = round(found.offset / timedelta(minutes=1))
    told = {name: getattr(found, name) for name in ("agents", "specialists", "countries")}
    return PlaceShown(offset_minutes=minutes, **told)


def _leaving(found: Plan, each: Leaving) -> LeavingShown:
    proposals = (
        ProposalShown(case=CaseDue.of(one.row), needed=one.needed, to=one.to, lacks=one.lacks) for one in each.proposals
    )
    receivers = (ReceiverShown(person=one.person.id, at_work=there) for one, there in found.receivers(each))
    return LeavingShown(
        person=each.member.person.id,
        why=each.why,
        leaves_at=each.leaves_at,
        back_at=each.back_at,
        proposals=tuple(proposals),
        offered=tuple(row.id for row in each.waiting),
        covered=tuple(row.id for row in each.covered),
        receivers=tuple(receivers),
    )
