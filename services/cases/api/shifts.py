"""At the end of a shift: many cases handed over or covered at once, and one summary for each who receives (O6)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from schemas.base import Event, Identifier
from schemas.ids import derive
from schemas.organisation import Person
from services.cases.api.acting import Acting, Actor, All, Commands, Reading, may
from services.cases.api.bulk import MOST_CASES, BulkAnswer, bulk_of, for_each
from services.cases.domain import Case
from services.cases.domain.commands import covers, handovers
from services.cases.domain.commands.covers import NameCover
from services.cases.domain.commands.handovers import MOST_MINUTES, OfferHandover, Remark
from services.cases.domain.commands.ownership import Reason, require_owned_by, spread
from services.cases.domain.summary import Summary, summary
from services.cases.domain.terms import Terms
from services.cases.store import Planned, cases_of, cases_offered_to, cases_with_ids
from services.chassis.errors import Problem
from services.chassis.http import internal_router

MOST_RECEIVERS = 50

router = internal_router()


class CasesOf(BaseModel):
    """Some of a person's cases, or all that are open."""

    model_config = ConfigDict(populate_by_name=True)

    owner: Identifier = Field(alias="from", description="Whose cases.")
    cases: list[Identifier] | None = Field(default=None, min_length=1, max_length=MOST_CASES)
    """Ids; none: all of the owner's that are open."""


class OfferHandovers(CasesOf):
    """Offer cases to one or several people: in turn, by the languages that they speak."""

    to: list[Identifier] = Field(min_length=1, max_length=MOST_RECEIVERS)
    reason: Reason
    note: Remark = ""
    minutes: int | None = Field(default=None, gt=0, le=MOST_MINUTES)


class NameCovers(CasesOf, NameCover):
    """Name one cover for cases; resolved ones are among them, for their customers may write again."""


class EndCovers(CasesOf):
    """The owner is back."""


@router.post("/handovers", status_code=202)
@may("owner", "cover", "coach", "lead")
async def offer_handovers(command: OfferHandovers, actor: Acting, cases: All) -> BulkAnswer:
    """Offer many cases, each on its own: what is refused for one case is done for the others."""

    async def plan() -> Sequence[Planned]:
        receivers = await _people(cases, actor, command.to)
        if command.owner in command.to:
            raise Problem(422, "already-the-owner", f"{command.owner} can not take over from themselves")
        found = await _meant(cases, actor, command)
        given = spread(found, receivers)
        strangers = dict.fromkeys(_unknown(command, found), receivers[0].id)
        return [
            Planned(case_id=id_, person=to, handover_id=derive("handover", actor.command, id_))
            for id_, to in (given | strangers).items()
        ]

    async def offer(part: Planned) -> None:
        one = OfferHandover(to=part.person, reason=command.reason, note=command.note, minutes=command.minutes)

        def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
            require_owned_by(case, command.owner)
            return handovers.offer_handover(case, one, actor.person, part.handover_id, terms, now, bulk_of(actor))

        await cases.carry_out(part.case_id, actor, rule, people=[part.person])

    return await for_each(cases, actor, plan, offer)


@router.get("/handovers")
@may("colleague")
async def offered_handovers(
    actor: Reading,
    cases: All,
    to: Annotated[str, Query(max_length=200, description="Who receives; by default who asks.")] = "",
    bulk_id: Annotated[str, Query(max_length=200, description="Only what was offered together.")] = "",
) -> Summary:
    """One summary of all the cases that wait for a person to take them over, of the brands that the reader serves."""
    brands = (await cases.standing(actor)).brands
    receiver = to or actor.person
    offered = await cases_offered_to(cases.service.database, receiver, bulk_id)
    return summary(receiver, [case for case in offered if case.brand in brands])


@router.post("/handovers/{bulk_id}/acceptance", status_code=202)
@may("colleague")
async def accept_handovers(bulk_id: str, actor: Acting, cases: All) -> BulkAnswer:
    """Take over all cases of a bulk that are offered to whoever acts."""

    async def plan() -> Sequence[Planned]:
        offered = await cases_offered_to(cases.service.database, actor.person, bulk_id)
        parts = [
            Planned(case_id=case.id, person=actor.person, handover_id=case.pending_handover.id)
            for case in offered
            if case.pending_handover
        ]
        if not parts:
            raise Problem(404, "nothing-offered", f"nothing of the handovers {bulk_id} waits for {actor.person}")
        return parts

    async def accept(part: Planned) -> None:
        def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
            return handovers.accept_handover(case, part.handover_id, actor.person, terms, now)

        await cases.carry_out(part.case_id, actor, rule)

    return await for_each(cases, actor, plan, accept)


@router.post("/covers", status_code=202)
@may("owner", "lead")
async def name_covers(command: NameCovers, actor: Acting, cases: All) -> BulkAnswer:
    """Name one cover for many cases of an owner."""

    async def plan() -> Sequence[Planned]:
        await _people(cases, actor, [command.cover])
        found = await _meant(cases, actor, command, resolved_too=True)
        return _parts(command, found, command.cover)

    async def name(part: Planned) -> None:
        def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
            require_owned_by(case, command.owner)
            return covers.name_cover(case, command, actor.person, terms, now)

        await cases.carry_out(part.case_id, actor, rule, people=[command.cover])

    return await for_each(cases, actor, plan, name)


@router.post("/covers/end", status_code=202)
@may("owner", "lead")
async def end_covers(command: EndCovers, actor: Acting, cases: All) -> BulkAnswer:
    """The owner is back: whatever covers are named for their cases end."""

    async def plan() -> Sequence[Planned]:
        found = await _meant(cases, actor, command, resolved_too=True)
        covered = [case for case in found if case.cover or command.cases]
        return _parts(command, covered, command.owner)

    async def end(part: Planned) -> None:
        def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
            require_owned_by(case, command.owner)
            return covers.end_cover(case, actor.person, terms, now)

        await cases.carry_out(part.case_id, actor, rule)

    return await for_each(cases, actor, plan, end)


def _parts(command: CasesOf, found: Sequence[Case], person: str) -> list[Planned]:
    ids = [*(case.id for case in found), *_unknown(command, found)]
    return [Planned(case_id=id_, person=person) for id_ in ids]


async def _meant(cases: Commands, actor: Actor, command: CasesOf, *, resolved_too: bool = False) -> list[Case]:
    """The cases that the command is about, of the brands that the actor serves."""
    await _people(cases, actor, [command.owner])
    brands = (await cases.standing(actor)).brands
    database = cases.service.database
    if command.cases is None:
        found = await cases_of(database, command.owner, resolved_too=resolved_too)
    else:
        found = await cases_with_ids(database, command.cases)
    return [case for case in found if case.brand in brands]


def _unknown(command: CasesOf, found: Sequence[Case]) -> list[str]:
    """Named cases that are not there, or not for the actor to see: refused as such, each by itself."""
    known = {case.id for case in found}
    return [id_ for id_ in dict.fromkeys(command.cases or ()) if id_ not in known]


async def _people(cases: Commands, actor: Actor, ids: Sequence[str]) -> list[Person]:
    """These people as they are now. Raises Problem 422 for somebody whom the organisation does not have."""
    known = (await cases.standing(actor, *ids)).known
    people = cases.organisation.by_id["people"]
    for id_ in ids:
        if id_ not in known and id_ not in people:
            raise Problem(422, "unknown-person", f"the organisation has no person {id_!r}")
    return [known.get(id_) or people[id_] for id_ in dict.fromkeys(ids)]
