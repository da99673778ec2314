"""A customer's conversation on our own page: what they wrote, and what reached them, nothing else."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from schemas.base import Model, UtcDatetime
from schemas.events.message import Attachment
from services.desk.domain.case_view import OPEN, CaseView

MAX_WRITTEN = 100
THEIRS = ("message", "survey-replied", "thanked")
SAID = (*THEIRS, "survey")
"""What is shown as it is; a reply only once it has arrived."""


class Written(Model):
    """A message that the customer wrote here, as long as no case shows it yet."""

    id: str
    text: str
    at: UtcDatetime
    attachments: tuple[Attachment, ...] = ()


class Talk(Model):
    """One conversation of our page. `thread` is the channel's own name for it; the signed link holds it."""

    conversation: str
    brand: str
    thread: str
    name: str = ""
    written: tuple[Written, ...] = ()

    def wrote(self, message: Written) -> "Talk":
        """With one more message; what is long ago is on a case by now."""
        return self.model_copy(update={"written": (*self.written, message)[-MAX_WRITTEN:]})


class Line(Model):
    """One thing said. `by` is the name of the person of the team; empty for the customer, and for the brand itself."""

    id: str
    text: str
    at: UtcDatetime
    by: str = ""
    mine: bool = False
    taken: bool = True
    """Of the customer's own: whether the team has it by now; what was sent a moment ago is on its way."""
    attachments: tuple[Attachment, ...] = ()
    language: str = ""
    """Of its case, for programs that read the page aloud; empty as long as it is not known."""


class Outlook(Model):
    """What the customer may count on: who has the question, and by when they hear more."""

    owner: str = ""
    hear_by: UtcDatetime | None = None
    done: bool = False


def lines(conversation: str, talk: Talk | None, cases: Iterable[CaseView]) -> list[Line]:
    """The conversation in order: the customer's messages, and the replies that were sent to it.

    A merged case holds what was said in several conversations; each page shows its own only (M4).
    """
    found = {
        (entry.ref or entry.id): Line(
            id=entry.ref or entry.id,
            text=entry.text,
            at=entry.at,
            by=entry.by if entry.kind == "reply" else "",
            mine=entry.kind in THEIRS,
            attachments=entry.attachments,
            language="" if view.language == "und" else view.language,
        )
        for view in cases
        for entry in view.timeline
        if (entry.conversation or view.conversation) == conversation
        and (entry.kind in SAID or (entry.kind == "reply" and _arrived(view, entry.ref)))
    }
    waiting = [
        Line(id=each.id, text=each.text, at=each.at, mine=True, taken=False, attachments=each.attachments)
        for each in (talk.written if talk else ())
        if each.id not in found
    ]
    return sorted([*found.values(), *waiting], key=lambda line: line.at)


def _arrived(view: CaseView, reply_id: str) -> bool:
    reply = view.replies.get(reply_id)
    return reply is not None and reply.state == "sent"


def outlook(cases: Sequence[CaseView], now: datetime) -> Outlook:
    """What can be said honestly now, from the latest case; a merged one goes on in another."""
    latest = max(
        [view for view in cases if not view.merged_into] or cases, key=lambda view: view.opened_at or now, default=None
    )
    if latest is None:
        return Outlook()
    due = latest.next_due
    return Outlook(
        owner=latest.owner,
        hear_by=due if due and due > now else None,
        done=latest.status not in OPEN,
    )
