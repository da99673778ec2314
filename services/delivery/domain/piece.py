"""One message of a reply on its way out. Most replies are one; a long text is several, in order."""

from dataclasses import dataclass, replace

from schemas.events.message import Attachment
from schemas.events.reply import ReplyQueued


@dataclass(frozen=True, slots=True)
class Piece:
    """What goes out in one attempt. `number` counts from 1 to `of`."""

    reply: ReplyQueued
    number: int
    of: int
    text: str
    in_reply_to: str
    """The channel's own id of what it answers: the customer's message, or the message of ours before it."""

    @property
    def id(self) -> str:
        """By which a receiver recognises a repetition: the reply's id, with the number where there are several."""
        return self.reply.reply_id if self.of == 1 else f"{self.reply.reply_id}-{self.number}"

    @property
    def before_id(self) -> str:
        """The id of the message of ours before it."""
        return f"{self.reply.reply_id}-{self.number - 1}"

    def answering(self, receipt: str) -> "Piece":
        """The same, as an answer to the message with that id."""
        return replace(self, in_reply_to=receipt)

    @property
    def conversation(self) -> str:
        return goes_to(self.reply)

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """All of them come with the first message (V6)."""
        return self.reply.attachments if self.number == 1 else ()


def texts(reply: ReplyQueued) -> tuple[str, ...]:
    """Its messages, at least one."""
    return reply.parts or (reply.text,)


def goes_to(reply: ReplyQueued) -> str:
    """The conversation in which the customer reads it: the case's own, unless the case went on in another (M4)."""
    return reply.to_conversation or reply.conversation
