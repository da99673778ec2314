"""What is said to a customer, and what must hold before it may leave (rules 4 and 5, V1, V3, V6, O5)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, HttpUrl, StringConstraints, TypeAdapter, UrlConstraints

from schemas.events.message import Attachment
from schemas.events.reply import Pledge, ReplyKind
from services.cases.domain import holding, refusals, reply_refusals
from services.cases.domain.addressee import last_word
from services.cases.domain.case import Case
from services.cases.domain.commands.acting import MAX_TEXT, require_unresolved
from services.cases.domain.commands.promises import NewPromise
from services.cases.domain.parts import split
from services.cases.domain.records import Reply
from services.cases.domain.replycheck import FILL_IN, About, Advice, check
from services.cases.domain.terms import Terms

MAX_ATTACHMENTS = 10
BLOCKING_CHECKS = frozenset({FILL_IN})
"""What blocks for every brand that does not list it as advice only: nobody means to send a gap."""
_HTTPS = TypeAdapter[HttpUrl](
    Annotated[HttpUrl, UrlConstraints(allowed_schemes=["https"], host_required=True, max_length=2000)]
)


def _https(url: str) -> str:
    return str(_HTTPS.validate_python(url))


class Enclosure(BaseModel):
    """A picture, GIF, video or file that goes with a reply (V6). `alt` says in words what a picture shows."""

    url: Annotated[str, StringConstraints(max_length=2000), AfterValidator(_https)]
    media_type: str = Field(default="", pattern=r"^([a-z]+/[A-Za-z0-9][A-Za-z0-9.+-]*)?$", max_length=100)
    name: str = Field(default="", max_length=200)
    alt: str = Field(default="", max_length=1000)


class Letter(BaseModel):
    """Something to say to the customer; a holding reply usually carries a promise (O5)."""

    kind: ReplyKind = "answer"
    text: str = Field(max_length=MAX_TEXT)
    promise: NewPromise | None = None
    keeps_promise: str = Field(default="", max_length=200)
    attachments: tuple[Enclosure, ...] = Field(default=(), max_length=MAX_ATTACHMENTS)

    @property
    def content(self) -> "Content":
        """What it says, as it is kept. Raises TextIsEmpty."""
        text = self.text.strip()
        if not text:
            raise refusals.TextIsEmpty("a reply needs words")
        enclosed = tuple(Attachment.model_validate(each.model_dump()) for each in self.attachments)
        promise = Pledge(what=self.promise.what, due_at=self.promise.due_at) if self.promise else None
        return Content(self.kind, text, promise, self.keeps_promise, enclosed)


@dataclass(frozen=True, slots=True)
class Content:
    """What a reply says, not signed yet."""

    kind: ReplyKind
    text: str
    promise: Pledge | None = None
    keeps_promise: str = ""
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Signed:
    """The words as they leave: whole, and in parts where the channel takes them in several messages."""

    text: str
    signature: str
    parts: tuple[str, ...] = ()


def content_of(reply: Reply) -> Content:
    """What a reply of the case says. One whose promise was made keeps it where it is recorded."""
    text = reply.versions[-1].text if reply.versions else holding.unsigned(reply)
    return Content(reply.kind, text, reply.promise, reply.keeps_promise, reply.attachments)


def as_things_are(case: Case, content: Content) -> Content:
    """A reply that waited: the promise it was to report on may have been kept by another one since."""
    kept = content.keeps_promise and content.keeps_promise not in _open_promises(case)
    return replace(content, keeps_promise="") if kept else content


def sign(case: Case, text: str, terms: Terms, author: str) -> Signed:
    """The words with their author's signature (V1), in as many messages as the channel needs. Raises TextTooLong."""
    channel = last_word(case).channel
    text, signature = terms.signed(text, author), terms.signed("", author).strip()
    limit = terms.max_length(channel)
    if len(text) <= limit:
        return Signed(text, signature)
    if not terms.threads(channel):
        raise refusals.TextTooLong(f"with its signature the reply has {len(text)} characters; {channel} takes {limit}")
    try:
        parts = split(text.removesuffix(f"\n{signature}"), limit, signature)
    except ValueError as error:
        raise refusals.TextTooLong(str(error)) from error
    return Signed(text, signature, parts)


def ready(case: Case, reply_id: str, content: Content, terms: Terms, author: str, leaves_at: datetime) -> Signed:
    """The reply as it may leave then.

    Raises TextIsEmpty, TextTooLong, PromiseNotOpen, PromiseInThePast, CaseIsResolved, HoldingReplyRepeated, ReplyCheckFailed.
    """
    if content.keeps_promise and content.keeps_promise not in _open_promises(case):
        raise refusals.PromiseNotOpen(f"the case has no open promise {content.keeps_promise}")
    if content.promise:
        require_unresolved(case)
        if content.promise.due_at <= leaves_at:
            due_at = content.promise.due_at.isoformat()
            raise refusals.PromiseInThePast(
                f"{due_at} has passed when the reply leaves; promise something that lies ahead"
            )
    _require_new_words(case, reply_id, content, terms)
    signed = sign(case, content.text, terms, author)
    if found := blocking(case, content, terms, author):
        words = "; ".join(f"“{each.words}”: {each.why.get('en', each.rule)}" for each in found)
        raise reply_refusals.ReplyCheckFailed(f"{terms.brand.name} does not let this out: {words}")
    return signed


def advice(case: Case, content: Content, terms: Terms, author: str) -> Sequence[Advice]:
    """What the reply check says of it (V2)."""
    label = case.heard[-1].classification if case.heard else None
    word = last_word(case)
    templates = terms.brand.policy.holding_replies
    about = About(
        intent=label.intent if label else "",
        sentiment=label.sentiment if label else "",
        promised=bool(content.promise or content.keeps_promise or case.open_promises),
        limit=None if terms.threads(word.channel) else terms.max_length(word.channel),
        public=word.visibility == "public",
        signature=terms.signed("", author).strip(),
        # A holding reply may be one of them as it is (O5).
        templates=tuple(templates.get(case.language, ())) if content.kind == "answer" else (),
    )
    return check(content.text, case.language, about)


def insisted_on(terms: Terms) -> frozenset[str]:
    """The rules and kinds of the reply check that the brand does not let out (V3)."""
    policy = terms.brand.policy
    return frozenset({*policy.blocking_checks, *(BLOCKING_CHECKS - {*policy.advisory_checks})})


def blocking(case: Case, content: Content, terms: Terms, author: str) -> Sequence[Advice]:
    """The advice that the brand's policy insists on (V3)."""
    listed = insisted_on(terms)
    return [each for each in advice(case, content, terms, author) if {each.rule, each.kind} & listed] if listed else ()


def is_repeated(case: Case, reply_id: str, content: Content, terms: Terms) -> bool:
    """Whether the customer has had this holding reply in this case (O5)."""
    templates = terms.brand.policy.holding_replies
    known = [template for each in templates.values() for template in each]
    said = holding.said(case, templates, besides=reply_id)
    return content.kind == "holding" and holding.said_by(content.text, known) in said


def _require_new_words(case: Case, reply_id: str, content: Content, terms: Terms) -> None:
    if is_repeated(case, reply_id, content, terms):
        raise reply_refusals.HoldingReplyRepeated(
            "the customer has had this holding reply; say where things stand in other words"
        )


def _open_promises(case: Case) -> set[str]:
    return {each.id for each in case.open_promises}
