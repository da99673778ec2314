"""What a case adds to the answer library: its consults' answers, without what would tell who the customer is (O2)."""

import re
from collections.abc import Iterable
from datetime import datetime

from schemas.base import UtcDatetime
from schemas.events.message import Attachment, Author
from services.cases.domain.anonymous import signers, unsigned
from services.cases.domain.case import Case
from services.cases.domain.records import Consult, Frozen, SavedConsult

QUALITY = {5: 1.0, 4: 0.92, 3: 0.84, 0: 0.8, 2: 0.6, 1: 0.4}
"""What an answer is worth beside another that fits as well, by its stars; 0: not rated."""
LATE = 0.75
"""The same for an answer that nobody waited for any more."""
SHORTEST_NAME = 3
PARTICLES = frozenset({"van", "von", "der", "den", "del", "des", "dos", "das", "ter", "ten", "the", "and"})
PHONE_DIGITS = range(8, 20)

_LINK = r"https?://\S+"
_MAIL = r"[^\s@<>()\[\]\"',;:]+@[^\s@<>()\[\]\"',;:]+\.\w{2,}"
_ACCOUNT = r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"
_DATE = r"\b(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})\b"
_DIGITS = r"(?<!\w)[+(]{0,2}\d(?:[\s().\-/]{0,2}\d){7,}(?!\w)"
_PRIVATE = re.compile(f"(?P<kept>{_LINK}|{_DATE})|(?P<mail>{_MAIL})|(?P<account>{_ACCOUNT})|(?P<digits>{_DIGITS})")
_WITHOUT_SPACES = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class Answer(Frozen):
    """An answer as the library keeps it: question and answer are masked."""

    id: str
    """The consult's, or that of one of its late answers."""
    case_id: str
    consult_id: str
    brand: str
    language: str
    skill: str
    topic: str
    specialist: str
    country: str
    question: str
    answer: str
    attachments: tuple[Attachment, ...] = ()
    stars: int = 0
    late: bool = False
    answered_at: UtcDatetime | None = None

    @property
    def quality(self) -> float:
        """Between 0 and 1: how well earlier owners were served, as far as they said."""
        return LATE if self.late else QUALITY[self.stars]


class Contribution(Frozen):
    """All that the library has from one case."""

    case_id: str
    brand: str
    answers: tuple[Answer, ...] = ()
    saved: tuple[SavedConsult, ...] = ()


def contribution(case: Case) -> Contribution:
    """What the case adds to the library."""
    names = _names(case)
    questions = [consult for consult in case.consults.values() if not consult.interpretation]
    answers = tuple(answer for consult in questions for answer in _answers(case, consult, names))
    return Contribution(case_id=case.id, brand=case.brand, answers=answers, saved=case.saved_consults)


def contributed_at(case: Case) -> datetime | None:
    """When the case last changed what the library has from it; none if it has nothing."""
    moments = [
        moment
        for consult in case.consults.values()
        for moment in (consult.answered_at, consult.rated_at, *(late.answered_at for late in consult.late_answers))
    ]
    moments += [saved.saved_at or case.opened_at for saved in case.saved_consults]
    return max((moment for moment in moments if moment), default=None)


def _answers(case: Case, consult: Consult, names: re.Pattern[str] | None) -> Iterable[Answer]:
    facts = {
        "case_id": case.id,
        "consult_id": consult.id,
        "brand": case.brand,
        "language": consult.language,
        "skill": consult.skill,
        "topic": case.topic,
        "question": masked(consult.question, names),
    }
    if consult.answer:
        yield Answer(
            **facts,
            id=consult.id,
            specialist=consult.specialist,
            country=consult.country,
            answer=masked(consult.answer, names),
            attachments=consult.answer_attachments,
            stars=consult.stars,
            answered_at=consult.answered_at,
        )
    for late in consult.late_answers:
        yield Answer(
            **facts,
            id=late.id,
            specialist=late.specialist,
            country=late.country,
            answer=masked(late.answer, names),
            attachments=late.attachments,
            late=True,
            answered_at=late.answered_at,
        )


def masked(text: str, names: re.Pattern[str] | None = None) -> str:
    """The text without mail addresses, phone and account numbers, without these names, and without those that sign it.

    Links and dates stay.
    """
    text = _PRIVATE.sub(_mask, text)
    return unsigned(names.sub("[name]", text) if names else text)


def _mask(found: re.Match[str]) -> str:
    if found["mail"]:
        return "[mail]"
    if found["account"]:
        return "[number]"
    digits = found["digits"]
    if not digits or sum(each.isdigit() for each in digits) not in PHONE_DIGITS:
        return found[0]
    # A bare number that does not begin like a phone number is mostly that of a part, which is what the answer is about.
    return digits if digits.isdigit() and not digits.startswith("0") else "[number]"


def _names(case: Case) -> re.Pattern[str] | None:
    """How the customers of a case are called, in one pattern."""
    people = {case.customer, *(heard.message.author for heard in case.heard)}
    people |= {absorbed.customer for absorbed in case.absorbed.values()}
    told = (name for heard in case.heard for name in signers(heard.message.text))
    signed = {name if name[0].isupper() else name.title() for name in told}  # "mark" is a word, "Mark" a name
    called = {name for author in people for name in _called(author)}
    return named(called | {part for name in signed for part in _parts(name)})


def _called(author: Author) -> Iterable[str]:
    yield from (author.handle, author.handle.lstrip("@"), author.address, author.id)
    yield from _parts(author.name)


def _parts(name: str) -> Iterable[str]:
    """A name and each of its parts, as it may be written elsewhere; "van" and its like are words, too."""
    yield name
    for part in re.split(r"[\s,;.]+", name):
        if part.casefold() not in PARTICLES:
            yield from (part, part.title(), part.upper())


def named(names: Iterable[str]) -> re.Pattern[str] | None:
    """A pattern of these names as whole words, with a genitive's s. Too short ones are left out: they are words, too."""
    wanted = sorted({name.strip() for name in names}, key=lambda name: (-len(name), name))
    spaced = [re.escape(name) for name in wanted if len(name) >= SHORTEST_NAME and not _WITHOUT_SPACES.search(name)]
    unspaced = [re.escape(name) for name in wanted if len(name) > 1 and _WITHOUT_SPACES.search(name)]
    patterns = [rf"(?<!\w)@?(?:{'|'.join(spaced)})s?(?!\w)"] if spaced else []
    return re.compile("|".join(patterns + unspaced)) if patterns or unspaced else None
