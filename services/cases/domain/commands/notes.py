"""What colleagues tell each other in a case (rule 2), and what is special about it (F6). The customer sees nothing of it."""

from datetime import datetime

from pydantic import BaseModel, Field

from schemas.base import Event
from schemas.events.case import CaseMarked, CaseNoteAdded, CaseUnmarked
from schemas.events.message import Attachment
from services.cases.domain import coaching_refusals
from services.cases.domain.case import Case
from services.cases.domain.commands.acting import Words, facts

MOST_ATTACHMENTS = 10


class WriteNote(BaseModel):
    """Something for colleagues."""

    text: Words
    attachments: tuple[Attachment, ...] = Field(default=(), max_length=MOST_ATTACHMENTS)


class MarkSpecial(BaseModel):
    """What is special: a birth, a family visit, a kindness (F6)."""

    text: Words


def write_note(case: Case, command: WriteNote, actor: str, note_id: str, now: datetime) -> list[Event]:
    """Add a note, in a closed case too: what is known later helps whoever looks back."""
    note = CaseNoteAdded(
        **facts(case),
        note_id=note_id,
        author=actor,
        text=command.text,
        attachments=command.attachments,
        added_at=now,
    )
    return [note]


def mark_special(case: Case, command: MarkSpecial, actor: str, now: datetime) -> list[Event]:
    """Mark the case as a special story, or say better what is special; the same again changes nothing."""
    if case.special and case.special.text == command.text:
        return []
    return [CaseMarked(**facts(case), mark="special-story", by=actor, text=command.text, marked_at=now)]


def unmark_special(case: Case, actor: str) -> list[Event]:
    """Take the mark away. Raises NotMarked."""
    if case.special is None:
        raise coaching_refusals.NotMarked("the case is not marked as a special story")
    return [CaseUnmarked(**facts(case), mark="special-story", by=actor)]
