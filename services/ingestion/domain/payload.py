"""What channels send: the bodies of our three ways in, checked once and with the field named in every error."""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from schemas.base import without_nul
from schemas.events.message import MAX_TEXT_CHARACTERS

MAX_REACH = 10**12
MAX_ATTACHMENTS = 20


class Malformed(ValueError):
    """A body, or a field of it, that can not be taken; nothing was stored."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field, self.problem = field, problem


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("the moment lies outside the calendar") from None


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(without_nul)]
Line = Annotated[str, StringConstraints(max_length=500), AfterValidator(without_nul)]
Text = Annotated[str, StringConstraints(max_length=MAX_TEXT_CHARACTERS), AfterValidator(without_nul)]
Link = Annotated[str, StringConstraints(max_length=2000, pattern=r"^https?://[^\s\x00-\x20]+$")]
"""Only the web: a link that a browser would run instead of fetch never reaches an agent's page."""


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class WireAuthor(_Wire):
    """Who wrote, as the channel knows them."""

    id: Id
    name: Line | None = None
    handle: Line | None = None
    address: Line | None = None
    time_zone: Line | None = None
    """An IANA name. One that does not exist is left out: the message is worth more than it."""


class WireAttachment(_Wire):
    """A picture, GIF, video or file, by reference (V6)."""

    url: Link
    media_type: Line = ""
    name: Line = ""
    alt: Line = ""


def _require_content(text: str, attachments: tuple[WireAttachment, ...]) -> None:
    if not text and not attachments:
        raise ValueError("text: a message needs text or an attachment")


class WireMessage(_Wire):
    """One message of a customer. Without `conversation` the author's conversation with the brand is meant."""

    id: Id
    conversation: Id | None = None
    author: WireAuthor
    text: Text = ""
    sent_at: Moment
    reach: Annotated[int, Field(ge=0, le=MAX_REACH)] | None = None
    reply_to: Annotated[str, StringConstraints(max_length=200), AfterValidator(without_nul)] | None = None
    attachments: Annotated[tuple[WireAttachment, ...], Field(max_length=MAX_ATTACHMENTS)] = ()

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        _require_content(self.text, self.attachments)
        return self


class WebhookBody(_Wire):
    """The body of a signed webhook."""

    type: Literal["message.created"]
    timestamp: Moment | None = None
    data: WireMessage


class WebMessage(_Wire):
    """What a customer typed on the brand's own conversation page."""

    conversation: Annotated[Id, StringConstraints(max_length=120)]
    author_id: Id
    author_name: Line = ""
    text: Text = ""
    client_message_id: Annotated[Id, StringConstraints(max_length=64)]
    attachments: Annotated[tuple[WireAttachment, ...], Field(max_length=MAX_ATTACHMENTS)] = ()

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        _require_content(self.text, self.attachments)
        return self


W = TypeVar("W", bound=_Wire)


def parse(kind: type[W], raw: bytes) -> W:
    """A body from its JSON. Raises Malformed with the first field that is wrong (`body` for JSON that is not)."""
    try:
        return kind.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        problem = first["msg"].removeprefix("Value error, ")
        path = [str(part) for part in first["loc"]]
        if first["type"] == "value_error" and problem.startswith("text: "):
            path, problem = [*path, "text"], problem.removeprefix("text: ")
        raise Malformed(".".join(path) or "body", problem) from None
