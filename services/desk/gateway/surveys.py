"""What follow-up answers about surveys, as far as the pages show it (F5)."""

from datetime import date, datetime

from schemas.base import Model
from schemas.survey_scales import SurveyKind


class Question(Model):
    """What a customer is asked on a survey's page."""

    brand: str
    kind: SurveyKind
    lowest: int
    highest: int
    status: str
    opted_out: bool
    score: int | None = None
    expired: bool = False


class Score(Model):
    """In percent (csat) or points (nps), with its 95 % interval."""

    answers: int
    score: float
    low: float
    high: float


class Group(Model):
    """One group; without a score it is too small to be shown."""

    key: str
    score: Score | None = None


class Week(Model):
    """One week, from Monday."""

    monday: date
    score: Score | None = None


class Scores(Model):
    """All about one kind of survey."""

    kind: SurveyKind
    minimum: int
    asked: int
    answers: int
    total: Score | None = None
    spread: dict[int, int]
    groups: tuple[Group, ...] = ()
    hidden_answers: int = 0
    weeks: tuple[Week, ...] = ()


class Comment(Model):
    """What somebody wrote beside the number."""

    case_id: str
    brand: str
    channel: str
    kind: SurveyKind
    score: int
    comment: str
    sentiment: str = ""
    """Empty: nobody has read the comment yet."""
    topic: str = ""
    comment_language: str = ""
    intent: str = ""
    signals: tuple[str, ...] = ()
    answered_at: datetime


class Count(Model):
    """How many comments are of a kind; without a number they are too few to be shown."""

    key: str
    comments: int | None = None


class Words(Model):
    """Comments counted by what they are about, and in which tone."""

    comments: int
    unread: int
    topics: tuple[Count, ...] = ()
    intents: tuple[Count, ...] = ()
    sentiments: tuple[Count, ...] = ()


class Told(Model):
    """Scores and comments of a time."""

    since: datetime
    until: datetime
    by: str
    scores: tuple[Scores, ...]
    words: Words
    comments: tuple[Comment, ...]
