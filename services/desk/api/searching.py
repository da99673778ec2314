"""The search as JSON, for the signed-in person (docs/desk.md has what can be typed)."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from schemas.base import UtcDatetime
from services.desk.api.finding import LARGEST_PAGE, PAGE, Answer, Hit, search, understood
from services.desk.api.parts import InParts, Team
from services.desk.api.shown import CaseInBrief
from services.desk.domain.search_query import FILTERS, LONGEST_QUERY
from services.desk.domain.search_text import Kind

router = APIRouter(prefix="/api", tags=["desk"])


class PieceShown(BaseModel):
    """A stretch of text."""

    text: str
    marked: bool = Field(description="whether it is what was looked for")


class ExcerptShown(BaseModel):
    """Some words of a case around what was looked for, masked."""

    kind: Kind
    pieces: list[PieceShown]
    at: UtcDatetime | None


class HitShown(CaseInBrief):
    """A case that was found."""

    due_at: UtcDatetime | None = Field(description="when its first running clock is due")
    open_promise: bool
    excerpts: list[ExcerptShown]

    @classmethod
    def of(cls, hit: Hit) -> "HitShown":
        shown = [
            ExcerptShown(
                kind=each.kind,
                pieces=[PieceShown(text=piece.text, marked=piece.marked) for piece in each.pieces],
                at=each.at,
            )
            for each in hit.excerpts
        ]
        fields = {name: getattr(hit.found, name) for name in cls.model_fields if name != "excerpts"}
        return cls.model_validate(fields | {"excerpts": shown})


class SearchAnswer(BaseModel):
    """Some of what was found, the best first; `next` asks for what follows (`after=`)."""

    cases: list[HitShown]
    total: int
    next: str
    complete: bool = Field(description="false while older cases are still being read after a start")

    @classmethod
    def of(cls, answer: Answer, *, complete: bool) -> "SearchAnswer":
        cases = [HitShown.of(hit) for hit in answer.hits]
        return cls(cases=cases, total=answer.total, next=answer.next, complete=complete)


class Asked(BaseModel):
    """What to look for. Empty means any."""

    q: str = Field("", max_length=LONGEST_QUERY, description="words, phrases in quotes, filters by name")
    brand: str = ""
    channel: str = ""
    language: str = ""
    state: str = Field("", description="a status; `open` for every open one")
    owner: str = Field("", description="a person's id; `me` for oneself")
    urgency: str = ""
    topic: str = ""
    country: str = Field("", description="of the owner, or of a specialist who was asked")
    from_: str = Field(
        "", alias="from", description="opened on this day, as 2026-11-20, or later, in the reader's zone"
    )
    until: str = Field("", description="opened on this day or before")
    promise: Literal["", "yes"] = Field("", description="`yes`: with an open promise")
    late: Literal["", "yes"] = Field("", description="`yes`: with a clock past its due time")
    after: str = Field("", description="`next` of the page before")
    limit: int = Field(PAGE, ge=1, le=LARGEST_PAGE)


@router.get("/search")
async def search_cases(asked: Annotated[Asked, Query()], reader: Team, desk: InParts) -> SearchAnswer:
    """Cases by what was said in them, by whom, promised, asked and answered; of the brands that the reader works for."""
    given = asked.model_dump(by_alias=True, include={name.replace("from", "from_") for name in FILTERS})
    answer = await search(desk, reader, understood(asked.q, given), asked.after, asked.limit)
    return SearchAnswer.of(answer, complete=desk.search.complete)
