"""Practice on real cases (P6): how would you respond? Nothing leaves the house, and nobody learns who the customer was."""

from collections.abc import Iterable
from datetime import datetime

from pydantic import BaseModel, Field

from schemas.base import Identifier, UtcDatetime
from schemas.events.message import Author, Sentiment, Visibility
from schemas.events.reply import ReplyKind
from schemas.organisation import Person
from services.cases.domain import coaching_refusals
from services.cases.domain.anonymous import Masker
from services.cases.domain.case import Case
from services.cases.domain.commands.acting import Words
from services.cases.domain.records import Consult, Frozen, Heard

MOST_ANSWERS = 300
MOST_FURTHER_NAMES = 50


class MakeExercise(BaseModel):
    """Make an exercise of a closed case. `also` are names that no program can know: neighbours, villages, pets."""

    case_id: Identifier
    also: tuple[Words, ...] = Field(default=(), max_length=MOST_FURTHER_NAMES)


class AnswerExercise(BaseModel):
    """How you would respond."""

    text: Words


class CommentOnAnswer(BaseModel):
    """What a coach says about somebody's answer."""

    text: Words


class Told(Frozen):
    """What the customer said, without what would tell who it was."""

    text: str
    minutes: int
    """Since their first message."""
    sentiment: Sentiment
    attachments: int = 0
    """How many pictures or files came with it; they are not shown."""


class TeamsReply(Frozen):
    """What the team really answered, without names."""

    kind: ReplyKind
    text: str
    minutes: int


class Comment(Frozen):
    by: str
    text: str
    at: UtcDatetime


class PracticeAnswer(Frozen):
    """How somebody would have responded."""

    id: str
    by: str
    text: str
    answered_at: UtcDatetime
    comments: tuple[Comment, ...] = ()


class Exercise(Frozen):
    """A real case, anonymised. It does not say which one."""

    id: str
    brand: str
    language: str
    topic: str
    channel: str
    visibility: Visibility
    told: tuple[Told, ...]
    replies: tuple[TeamsReply, ...]
    made_by: str
    made_at: UtcDatetime
    answers: dict[str, PracticeAnswer] = Field(default_factory=dict)
    withdrawn: bool = False

    def answer_of(self, person: str) -> PracticeAnswer | None:
        """How this person would have responded."""
        return next((answer for answer in self.answers.values() if answer.by == person), None)


def exercise(
    known: Exercise | None,
    case: Case,
    id_: str,
    actor: str,
    colleagues: Iterable[Person],
    public: Iterable[str],
    also: Iterable[str],
    now: datetime,
) -> Exercise:
    """The exercise that a closed case makes; made anew it keeps its answers. `public` names may stay, as the brand's.

    Raises CaseNotClosed, and NothingToLearn when the customer never had an answer of substance.
    """
    if not case.closed:
        raise coaching_refusals.CaseNotClosed("the case is not closed; people practise on what is over")
    sent = sorted((reply for reply in case.replies.values() if reply.sent_at), key=lambda reply: reply.sent_at or now)
    answered_at = next((reply.sent_at for reply in sent if reply.kind == "answer"), None)
    heard = [each for each in case.heard if each.message.id not in case.split_off]
    told = [each for each in heard if answered_at and each.message.received_at <= answered_at]
    if not told or not answered_at:
        raise coaching_refusals.NothingToLearn("the customer never had an answer in this case")
    masker = Masker([*_customers(case), *_called(colleagues), *also], public)
    start = min(each.message.sent_at for each in told)
    return Exercise(
        id=id_,
        brand=case.brand,
        language=case.language,
        topic=case.topic,
        channel=case.channel,
        visibility=case.visibility,
        told=tuple(_told(each, start, masker) for each in told),
        replies=tuple(
            TeamsReply(kind=reply.kind, text=masker.masked(reply.text), minutes=_minutes(start, reply.sent_at or now))
            for reply in sent
        ),
        made_by=actor,
        made_at=now,
        answers=known.answers if known else {},
    )


def _told(heard: Heard, start: datetime, masker: Masker) -> Told:
    return Told(
        text=masker.masked(heard.message.text),
        minutes=_minutes(start, heard.message.sent_at),
        sentiment=heard.classification.sentiment,
        attachments=len(heard.message.attachments),
    )


def answered(known: Exercise, text: str, actor: str, answer_id: str, now: datetime) -> Exercise:
    """The exercise with somebody's answer: one each, given before seeing how the team did."""
    if known.withdrawn:
        raise coaching_refusals.ExerciseWithdrawn("a coach has taken this exercise back")
    if known.answer_of(actor):
        raise coaching_refusals.AnsweredAlready("you have answered this one, and seen how the team did; take another")
    if len(known.answers) >= MOST_ANSWERS:
        raise coaching_refusals.ExerciseFull(f"{MOST_ANSWERS} people have answered this one; take another")
    answer = PracticeAnswer(id=answer_id, by=actor, text=text, answered_at=now)
    return known.model_copy(update={"answers": known.answers | {answer.id: answer}})


def commented(known: Exercise, answer_id: str, text: str, actor: str, now: datetime) -> Exercise:
    """The exercise with a coach's comment on somebody's answer."""
    answer = known.answers.get(answer_id)
    if answer is None:
        raise coaching_refusals.AnswerUnknown(f"there is no answer {answer_id} to this exercise")
    comments = (*answer.comments, Comment(by=actor, text=text, at=now))
    return known.model_copy(
        update={"answers": known.answers | {answer_id: answer.model_copy(update={"comments": comments})}}
    )


def people_of(case: Case) -> set[str]:
    """Everybody of the team who had to do with the case; their names are masked too."""
    consulted = {name for each in case.consults.values() for name in (each.specialist, *_offered(each))}
    handed = {name for each in case.handovers.values() for name in (each.to, each.by)}
    wrote = {reply.author for reply in case.replies.values()} | {note.author for note in case.notes}
    return {case.owner, *consulted, *handed, *wrote} - {""}


def _offered(consult: Consult) -> list[str]:
    return [offer.specialist for offer in consult.offers.values()]


def _customers(case: Case) -> Iterable[str]:
    authors = {case.customer, *(each.message.author for each in case.heard)}
    authors |= {absorbed.customer for absorbed in case.absorbed.values()}
    for author in authors:
        yield from _of_author(author)


def _of_author(author: Author) -> Iterable[str]:
    yield from (author.name, author.handle, author.address, author.id)
    yield from (part for part in author.name.replace(",", " ").split() if len(part) > 1)


def _called(people: Iterable[Person]) -> Iterable[str]:
    for person in people:
        yield person.name
        yield from (part for part in person.name.split() if part[0].isupper())


def _minutes(start: datetime, moment: datetime) -> int:
    return int((moment - start).total_seconds() // 60)
