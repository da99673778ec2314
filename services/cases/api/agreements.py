"""Whether somebody lets prepared holding replies leave by themselves, in their name (O5)."""

from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel, Field

from schemas.base import UtcDatetime
from services.cases.agreements import Agreements, HoldingAgreement
from services.cases.api.acting import Acting, All, Reading, may
from services.chassis.errors import Problem
from services.chassis.http import internal_router

router = internal_router()


class Agree(BaseModel):
    """What somebody says about themselves."""

    agreed: bool = Field(description="Whether prepared holding replies may leave by themselves, in one's own name.")


class Agreed(BaseModel):
    """One thing that somebody said."""

    agreed: bool
    by: str
    at: UtcDatetime


class AgreementNow(BaseModel):
    """Where somebody stands."""

    person: str
    agreed: bool
    since: UtcDatetime | None = Field(default=None, description="None: they do not agree.")
    changes: list[Agreed] = Field(description="All that they have said, the latest last.")


def _agreements(request: Request) -> Agreements:
    found: Agreements = request.app.state.agreements
    return found


AllAgreements = Annotated[Agreements, Depends(_agreements)]


@router.put("/people/{person}/holding-agreement")
@may("colleague")
async def agree_to_holding_replies(
    person: str, command: Agree, actor: Acting, cases: All, agreements: AllAgreements
) -> AgreementNow:
    """Say whether prepared holding replies may leave by themselves in one's own name. Nobody says that for somebody else."""
    if person != actor.person:
        raise Problem(403, "not-allowed", f"only {person} can say what leaves in the name of {person}")
    said = await agreements.say(cases.service.repository, person, agreed=command.agreed, cause=actor.cause)
    return _now(said)


@router.get("/people/{person}/holding-agreement")
@may("colleague")
async def show_holding_agreement(person: str, actor: Reading, cases: All, agreements: AllAgreements) -> AgreementNow:
    """What somebody has said about it; one's own, a coach or a lead sees everybody's."""
    standing = await cases.standing(actor, person)
    if person != actor.person and not standing.is_superior:
        raise Problem(403, "not-allowed", f"only a coach or a lead sees what others agreed to; you are {actor.person}")
    return _now(await agreements.told(cases.service.database, person))


def _now(said: HoldingAgreement) -> AgreementNow:
    changes = [Agreed(agreed=each.agreed, by=each.by, at=each.at) for each in said.changes]
    return AgreementNow(person=said.person, agreed=said.agreed_at is not None, since=said.agreed_at, changes=changes)
