"""What would leave, and what there is to say about it, while somebody still writes (V2, V7)."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from schemas.base import UtcDatetime
from schemas.events.approval import ApprovalReason
from schemas.working_time import WorkingTime
from services.cases.domain import refusals
from services.cases.domain.addressee import last_word
from services.cases.domain.case import Case
from services.cases.domain.commands.letters import Content, Signed, advice, insisted_on, is_repeated, sign
from services.cases.domain.commands.sending import reasons_to_hold
from services.cases.domain.replycheck import Advice, proposals
from services.cases.domain.terms import Terms

WarningKind = Literal["public", "held", "draft-only", "too-long", "in-parts", "repeated", "no-alt-text"]


class ReplyWarning(BaseModel):
    """Something to know before it leaves.

    public: it is one to the world, `reach` followers of one who wrote here (V7); held: four eyes see it first, for these
    `reasons` (P1); draft-only: somebody else has to send it; too-long: the channel does not take it; in-parts: the channel gets
    several messages; repeated: the customer has had this holding reply (O5); no-alt-text: a picture that not everybody can see.
    """

    kind: WarningKind
    text: str
    reach: int | None = None
    reasons: tuple[ApprovalReason, ...] = ()


class Hint(BaseModel):
    """Advice of the reply check on the words from `start` to `end` (V2). `blocks`: the brand does not let it out (V3)."""

    rule: str
    kind: str
    start: int
    end: int
    words: str
    why: dict[str, str]
    better: str
    blocks: bool


class Proposed(BaseModel):
    """A promise that the words make, to be recorded with the reply (F1)."""

    what: str
    due_at: UtcDatetime
    start: int
    end: int
    words: str
    closed: bool = False
    """The brand is not open that day before that moment: nobody is there to keep it, by opening hours and public holidays."""
    opens_at: UtcDatetime | None = None
    """When a closed brand opens after that."""


class Preview(BaseModel):
    """A reply as the customer would get it."""

    text: str
    """Signed (V1)."""
    length: int
    limit: int
    parts: tuple[str, ...]
    """The messages that the channel would get; several only where its custom allows it."""
    warnings: tuple[ReplyWarning, ...]
    advice: tuple[Hint, ...]
    promises: tuple[Proposed, ...]


def preview(
    case: Case, content: Content, author: str, terms: Terms, now: datetime, time_zone: str | None = None
) -> Preview:
    """What would leave if this author sent it now. `time_zone` is the customer's, if known. Raises NotInOrganisation."""
    signed, trouble = _signed(case, content, terms, author)
    parts = signed.parts or (signed.text,)
    warnings = [
        *_about_readers(case),
        *_about_author(case, author, terms),
        *trouble,
        *_about_words(case, content, terms),
    ]
    if len(parts) > 1:
        warnings.append(ReplyWarning(kind="in-parts", text=f"it leaves as {len(parts)} messages"))
    return Preview(
        text=signed.text,
        length=len(signed.text),
        limit=terms.max_length(last_word(case).channel),
        parts=parts,
        warnings=tuple(warnings),
        advice=hints(advice(case, content, terms, author), terms),
        promises=proposed(
            content.text, case.language, now, time_zone or terms.time_zone, terms.on(last_word(case).channel)
        ),
    )


def hints(found: Iterable[Advice], terms: Terms) -> tuple[Hint, ...]:
    """The advice, with what the brand insists on (V3)."""
    blocking = insisted_on(terms)
    return tuple(
        Hint(
            rule=each.rule,
            kind=each.kind,
            start=each.start,
            end=each.end,
            words=each.words,
            why=each.why,
            better=each.better,
            blocks=bool(blocking & {each.rule, each.kind}),
        )
        for each in found
    )


def proposed(text: str, language: str, now: datetime, time_zone: str, terms: Terms) -> tuple[Proposed, ...]:
    """The promises that the words make, by the clock of that zone, the customer's, and by the brand's calendar (F1, F3).

    What was said is what is proposed, also where the brand is closed then: the author is told, and may say another time.
    """
    zone = ZoneInfo(time_zone)
    return tuple(
        Proposed(
            what=each.what,
            due_at=each.due_at,
            start=each.start,
            end=each.end,
            words=each.words,
            **_when_closed(each.due_at, now, zone, terms.opening),
        )
        for each in proposals(text, language, now, zone, terms.is_working_day)
    )


def _when_closed(due_at: datetime, now: datetime, zone: ZoneInfo, opening: WorkingTime | None) -> dict[str, Any]:
    midnight = datetime.combine(due_at.astimezone(zone).date(), time(), zone)
    if opening is None or opening.working_minutes_between(max(midnight, now), due_at):
        return {}
    return {"closed": True, "opens_at": opening.next_open(due_at)}


def reach(case: Case) -> int | None:
    """The highest number of followers of anybody who wrote in this case (M5); None: nobody knows."""
    return max((each.message.reach for each in case.heard if each.message.reach is not None), default=None)


def _signed(case: Case, content: Content, terms: Terms, author: str) -> tuple[Signed, list[ReplyWarning]]:
    try:
        return sign(case, content.text, terms, author), []
    except refusals.TextTooLong as refusal:
        signed = Signed(terms.signed(content.text, author), terms.signed("", author).strip())
        return signed, [ReplyWarning(kind="too-long", text=str(refusal))]


def _about_readers(case: Case) -> list[ReplyWarning]:
    if last_word(case).visibility != "public":
        return []
    followers = reach(case)
    known = f"; who wrote here has {followers} followers" if followers else ""
    return [ReplyWarning(kind="public", text=f"everybody can read this{known}", reach=followers)]


def _about_author(case: Case, author: str, terms: Terms) -> list[ReplyWarning]:
    if terms.person(author).stage == "shadow":
        return [ReplyWarning(kind="draft-only", text="at the stage shadow you write drafts; the owner sends them")]
    reasons = reasons_to_hold(case, terms, author)
    return [ReplyWarning(kind="held", text="a coach or a lead sees it first", reasons=reasons)] if reasons else []


def _about_words(case: Case, content: Content, terms: Terms) -> list[ReplyWarning]:
    found: list[ReplyWarning] = []
    if is_repeated(case, "", content, terms):
        found.append(ReplyWarning(kind="repeated", text="the customer has had this holding reply"))
    if any(each.media_type.startswith("image/") and not each.alt for each in content.attachments):
        found.append(
            ReplyWarning(kind="no-alt-text", text="say in words what the picture shows, for who can not see it")
        )
    return found
