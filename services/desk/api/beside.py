"""What stands beside a case: who else looks at it, similar ones, whom a question would reach, whose it may be as well."""

from typing import Annotated

from fastapi import APIRouter, Query

from schemas.base import Model, UtcDatetime
from schemas.events.customer import Identity
from schemas.masking import masked_text
from schemas.organisation_templates import ReplyTemplate
from services.chassis.errors import Problem
from services.desk.api.live import case_subject
from services.desk.api.parts import FromHere, InParts, Parts, Team
from services.desk.api.reading import visible_case
from services.desk.domain import CaseView
from services.desk.domain.access import Reader
from services.desk.domain.alike import Candidate, Why, candidates
from services.desk.domain.case_view import Status
from services.desk.domain.masking import Profile, profile
from services.desk.domain.watching import Watcher
from services.desk.gateway.answers import CustomerNow
from services.desk.gateway.prospects import Prospects

router = APIRouter(prefix="/api/cases/{case_id}", tags=["desk"])
MOST_SIMILAR = 5
DEFAULT_CONSULT_MINUTES = 120
NOT_THE_OWNER = "only the owner of this case can see the customer's details"


class Looking(Model):
    """The reader has the case before them; `typing`: and writes in it."""

    typing: bool = False


class WatcherShown(Model):
    """Somebody else who has the case before them."""

    person: str
    typing: bool


class SimilarShown(Model):
    """Another case of the brand about the same; words are masked (M3)."""

    id: str
    channel: str
    language: str
    topic: str
    status: Status
    owner: str
    opened_at: UtcDatetime | None
    last_words: str
    """How the customer's latest message begins."""
    said_last: str
    """What the customer was told last."""

    @classmethod
    def of(cls, view: CaseView) -> "SimilarShown":
        """From the case."""
        same = ("id", "channel", "language", "topic", "status", "owner", "opened_at")
        words = {"last_words": masked_text(view.last_words), "said_last": masked_text(said_last(view))}
        return cls.model_validate({name: getattr(view, name) for name in same} | words)


class TemplateShown(Model):
    """A text that leaves something open in [brackets], which has to be made personal before it leaves."""

    id: str
    names: dict[str, str]
    """What people call it, by language."""
    text: str


class CandidateShown(Model):
    """Who may be the same customer on another channel, by their latest case, and why. A person says whether it is so."""

    case_id: str
    channel: str
    customer: Profile
    why: tuple[Why, ...]


@router.post("/watching", dependencies=[FromHere])
async def watch_case(case_id: str, looking: Looking, reader: Team, desk: InParts) -> list[WatcherShown]:
    """Say that the reader has the case before them, every eight seconds while they do; who else has."""
    view = await visible_case(desk, reader, case_id)
    return [
        WatcherShown(person=each.person, typing=each.typing)
        for each in await watched(desk, reader, view, typing=looking.typing)
    ]


@router.get("/similar")
async def list_similar_cases(case_id: str, reader: Team, desk: InParts) -> list[SimilarShown]:
    """Cases of other customers of the brand about the same. Earlier answers to the like are cases' `suggest-answers`."""
    view = await visible_case(desk, reader, case_id)
    return [SimilarShown.of(each) for each in await similar_to(desk, view)]


@router.get("/prospects")
async def show_prospects(
    case_id: str,
    reader: Team,
    desk: InParts,
    skill: Annotated[str, Query(max_length=100, description="what the question is about; empty: anything")] = "",
    language: Annotated[str, Query(max_length=3, description="in which it is to be answered; empty: any")] = "",
    due_minutes: Annotated[int, Query(ge=1, le=100_000)] = DEFAULT_CONSULT_MINUTES,
) -> Prospects:
    """Whom a question would reach, why, and when an answer can be expected. Nobody is asked."""
    view = await visible_case(desk, reader, case_id)
    return await prospects_of(desk, reader, view, skill, language, str(due_minutes))


@router.get("/templates")
async def list_templates(case_id: str, reader: Team, desk: InParts) -> list[TemplateShown]:
    """Texts that a reply to this customer can begin with, in their language."""
    view = await visible_case(desk, reader, case_id)
    return [TemplateShown(id=each.id, names=dict(each.names), text=text) for each, text in templates_of(desk, view)]


@router.get("/same-customer")
async def list_candidates(case_id: str, reader: Team, desk: InParts) -> list[CandidateShown]:
    """Who may be this customer on other channels of the brand. What is known of them is cases' `show-customer`."""
    view = await visible_case(desk, reader, case_id)
    found = await alike(desk, view, await customer_of(desk, reader, view))
    return [
        CandidateShown(case_id=each.view.id, channel=each.view.channel, customer=shown, why=each.why)
        for each, shown in found
    ]


@router.post("/reveal", dependencies=[FromHere])
async def reveal_customer(case_id: str, reader: Team, desk: InParts) -> Profile:
    """The customer's details as they are, for who acts in the case. That somebody looked is written down first (M3)."""
    view = await visible_case(desk, reader, case_id)
    return await revealed(desk, reader, view, NOT_THE_OWNER)


async def watched(desk: Parts, reader: Reader, view: CaseView, *, typing: bool) -> tuple[Watcher, ...]:
    """Note that the reader is there; who else is. Others hear at once of who comes, or begins to write."""
    if await desk.watching.seen(view.id, reader.id, typing=typing):
        desk.hub.wake([case_subject(view.id)])
    return await desk.watching.others(view.id, but=reader.id)


async def similar_to(desk: Parts, view: CaseView) -> list[CaseView]:
    """The few of them that fit best."""
    return (await desk.cases.similar(view))[:MOST_SIMILAR]


def templates_of(desk: Parts, view: CaseView) -> list[tuple[ReplyTemplate, str]]:
    """What a reply in the customer's language can begin with, with its text; English for a language that nobody knows."""
    brand = desk.organisation.by_id["brands"].get(view.brand)
    language = "en" if view.language == "und" else view.language
    found = [(each, each.text_in(language)) for each in (brand.policy.reply_templates if brand else ())]
    return [(each, text) for each, text in found if text]


def said_last(view: CaseView) -> str:
    """What the customer was told last; empty when nothing was."""
    return next((each.text for each in reversed(view.timeline) if each.kind == "reply"), "")


async def prospects_of(
    desk: Parts, reader: Reader, view: CaseView, skill: str, language: str, due_minutes: str
) -> Prospects:
    """As routing has them. Raises Problem."""
    wanted = {"skill": skill, "language": language, "due_minutes": due_minutes}
    return await desk.routing.see(Prospects, reader.id, "prospects", brand=view.brand, **wanted)


def identity_of(view: CaseView) -> Identity:
    """What the case's channel calls its customer. Raises Problem 404 while the desk has not heard who it is."""
    if view.customer is None:
        raise Problem(404, "customer-not-known", "nobody knows yet who the customer is")
    return Identity(brand=view.brand, channel=view.channel, author=view.customer.id)


async def customer_of(desk: Parts, reader: Reader, view: CaseView) -> CustomerNow:
    """Who the customer is over all linked identities. Raises Problem."""
    own = identity_of(view)
    return await desk.commands.see(CustomerNow, reader.id, "customers", own.brand, own.channel, own.author)


async def alike(desk: Parts, view: CaseView, found: CustomerNow) -> list[tuple[Candidate, Profile]]:
    """Who may be the same customer besides the identities that are known, masked; the surest first."""
    known = [(each.channel, each.author) for each in found.identities]
    return [
        (each, profile(each.view.customer, revealed=False))
        for each in candidates(view, await desk.cases.alike(view), known)
        if each.view.customer
    ]


async def revealed(desk: Parts, reader: Reader, view: CaseView, refusal: str) -> Profile:
    """The customer's profile as it is, once it is written down who looks. Raises Problem 403 with the sentence."""
    if not reader.may_act(view, desk.clock.now()) or view.customer is None:
        raise Problem(403, "not-the-owner", refusal)
    hidden, shown = profile(view.customer, revealed=False), profile(view.customer, revealed=True)
    fields = tuple(
        name for name in ("id", "name", "handle", "address") if getattr(hidden, name) != getattr(shown, name)
    )
    await desk.desk.note_reveal(view, reader.id, fields)
    return shown
