"""What a specialist's link leads to, and the links of a case for its owner to pass on (O2). For the desk, which shows them.

Whoever has a link may answer with it: it names one offer to one specialist, and is good for nothing else. Nobody is signed in
at `/question-links/{token}`.
"""

from typing import Annotated, Literal

from fastapi import Depends, Request
from pydantic import BaseModel, Field

from schemas.base import UtcDatetime
from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.chassis.signing import Links
from services.followup.api.asking import Asking, InService
from services.followup.domain.invitations import LIVE, Invitation, InvitedConsult, Standing, document_id
from services.followup.handlers.invitations import link_name
from services.followup.store.invitations import INVITED, of_case

router = internal_router()


class Invited(BaseModel):
    """An offer of a consult, as its link leads to it."""

    case_id: str
    consult_id: str
    request_id: str
    specialist: str
    asked_by: str
    brand: str
    standing: Standing
    good_until: UtcDatetime = Field(description="how long the link holds, if nothing ends it before")


class Link(BaseModel):
    """The link of an offer that can still be taken up, and what became of the mail with it."""

    consult_id: str
    request_id: str
    specialist: str
    url: str
    good_until: UtcDatetime
    mail: Literal["waiting", "arrived", "given-up"] = Field(description="arrived: the mail server has taken it")
    mail_error: str


def _links(request: Request) -> Links:
    links: Links = request.app.state.question_links
    return links


QuestionLinks = Annotated[Links, Depends(_links)]


@router.get("/question-links/{token}")
async def show_question_link(token: str, service: InService, links: QuestionLinks) -> Invited:
    """What the link leads to now. 404 for a link that was not made here."""
    consult_id, _, invitation_id = (links.named(token) or "").partition(" ")
    document = await service.database.get(INVITED, document_id(consult_id)) if invitation_id else None
    consult = document.state if document else None
    if consult is None or invitation_id not in consult.invitations:
        raise Problem(404, "question-link-invalid", "this link does not lead to a question; was it copied whole?")
    invitation = consult.invitations[invitation_id]
    return Invited(
        **_named(consult, invitation),
        case_id=consult.case_id,
        asked_by=consult.asked_by,
        brand=consult.brand,
        standing=consult.standing(invitation, service.clock.now()),
    )


@router.get("/cases/{case_id}/question-links")
async def list_case_question_links(case_id: str, asker: Asking, service: InService, links: QuestionLinks) -> list[Link]:
    """The links that hold at this moment. Only for people who own cases of the brand; the desk asks for the owner only."""
    asker.require_role("agent", "coach", "lead")
    found = await of_case(service.database, case_id)
    for consult in found:
        asker.require_brand(consult.brand)
    now = service.clock.now()
    return [
        Link(
            **_named(consult, each),
            url=links.link(link_name(consult, each)),
            mail=each.stage,
            mail_error=each.error,
        )
        for consult in found
        for each in consult.invitations.values()
        if consult.standing(each, now) in LIVE
    ]


def _named(consult: InvitedConsult, invitation: Invitation) -> dict[str, object]:
    return {
        "consult_id": consult.consult_id,
        "request_id": invitation.request_id,
        "specialist": invitation.specialist,
        "good_until": consult.good_until(invitation),
    }
