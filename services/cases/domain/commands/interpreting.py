"""Interpreters: the owner does not speak the customer's language, and somebody who does puts a text into it or out of it (O2).

It is a consult like any other; only who may be asked is different. The answer is the translation, given to the owner.
"""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from schemas.base import Event, Language
from schemas.events.consult import ConsultRequested, Interpretation
from schemas.organisation import Person
from schemas.organisation_values import CEFR_LEVELS
from services.cases.domain import refusals
from services.cases.domain.case import Case
from services.cases.domain.commands.acting import Words, facts, require_acting, require_unresolved
from services.cases.domain.commands.consults import MAX_COMMENT, Links, first_wanted
from services.cases.domain.terms import Terms

UNKNOWN_LANGUAGE = "und"


class AskInterpreter(BaseModel):
    """Have a message of the customer put into a language that you speak, or a draft of yours into theirs.

    Without languages a message is put from the case's language into yours: English if you speak it, else your best one. A text
    `into` the case's language comes from yours.
    """

    text: Words
    source: Language | None = None
    into: Language | None = None
    level: Literal["B2", "C1", "C2"] = Field(
        default="B2", description="How well the interpreter speaks the language that you do not, at least."
    )
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_COMMENT)] = ""
    attachments: Links = ()
    due_minutes: int = Field(default=30, gt=0, le=60 * 24 * 14)


def ask_interpreter(
    case: Case, command: AskInterpreter, actor: str, terms: Terms, consult_id: str, now: datetime
) -> list[Event]:
    """Ask for an interpreter; routing decides who it is. Raises Refused, NothingToInterpret too."""
    require_acting(case, actor, now)
    require_unresolved(case)
    asker = terms.person(actor)
    source, target = _languages(case, command, asker)
    requested = ConsultRequested(
        **facts(case),
        consult_id=consult_id,
        asked_by=actor,
        question=command.text,
        language=min((source, target), key=lambda language: _level(asker, language)),
        due_at=now + timedelta(minutes=command.due_minutes),
        attachments=command.attachments,
        interpretation=Interpretation(source=source, target=target, level=command.level, note=command.note),
    )
    return [requested, *first_wanted(case, requested, now)]


def _languages(case: Case, command: AskInterpreter, asker: Person) -> tuple[str, str]:
    """From which language into which."""
    own = asker.own_language
    target = command.into or own
    source = command.source or (case.language if target != case.language else own)
    if UNKNOWN_LANGUAGE in (source, target):
        raise refusals.NothingToInterpret(
            "nobody knows yet which language the customer writes; name it as source or into"
        )
    if source == target:
        raise refusals.NothingToInterpret(f"the text is to be put from {source} into {target}; name two languages")
    return source, target


def _level(person: Person, language: str) -> int:
    """How well somebody speaks a language; below all levels for who does not."""
    return CEFR_LEVELS.index(person.languages[language]) if language in person.languages else -1
