"""One case as it was at the end of a day: what happened that day, and what it had come to (P2). Pure."""

from datetime import datetime, timedelta

from schemas.base import Model
from schemas.events.review import Figure
from services.followup.domain.review_course import Course, Fact, FactKind

FAST = 0.25
"""A first reply within this share of its time is a fast one."""


class Seen(Model):
    """What a review knows of a case. `…_today` is of the day alone, the rest of the case until the end of that day."""

    case_id: str
    owner: str
    topic: str
    language: str
    channel: str
    marked_today: str = ""
    late_today: tuple[str, ...] = ()
    """The clocks that ran out."""
    escalated_today: tuple[str, ...] = ()
    handed_over_today: bool = False
    reopened_today: bool = False
    thanked_today: bool = False
    rated_today: int = 0
    """The best rating of a specialist's answer."""
    score_today: float | None = None
    """The customer's answer to a survey, from 0 to 1."""
    turned_today: int = 0
    """1: it began negative and sounds positive now; -1: it did not begin negative and does now."""
    settled_today: bool = False
    """Resolved for the first time."""
    closed_today: bool = False
    messages: int = 0
    handovers: int = 0
    reopenings: int = 0
    consults: int = 0
    interpreted: bool = False
    corrected: bool = False
    late: bool = False
    escalated: bool = False
    turned_negative: bool = False
    thanked: bool = False
    promises_kept: int = 0
    first_reply_share: float | None = None
    """Of the time that the first reply had, how much it took; None: there was none."""
    hours: float = 0
    """From the first message to the first resolution, or to the end of the day."""

    @property
    def fast(self) -> bool:
        return self.first_reply_share is not None and self.first_reply_share <= FAST

    def shows(self, figure: Figure) -> bool:
        """Whether the figure is true of the case."""
        return {
            "late": self.late,
            "reopened": self.reopenings > 0,
            "handed-over": self.handovers > 0,
            "turned-negative": self.turned_negative,
            "escalated": self.escalated,
            "consulted": self.consults > 0,
            "corrected": self.corrected,
            "thanked": self.thanked,
        }[figure]


def seen(course: Course, start: datetime, end: datetime) -> Seen | None:
    """The case at `end`, or None when nothing happened to it since `start`, or it is not for a review."""
    facts = sorted((each for each in course.facts if each.at < end), key=lambda each: (each.at, each.kind, each.detail))
    if course.test or not any(each.at >= start for each in facts) or any(each.kind == "merged" for each in facts):
        return None
    return Seen(
        case_id=course.case_id,
        channel=course.channel,
        language=course.language,
        **_standing(course, facts, end),
        **_today([each for each in facts if each.at >= start], facts, start),
    )


def _standing(course: Course, facts: list[Fact], end: datetime) -> dict[str, object]:
    sentiments = _sentiments(facts)
    resolved = next((each.at for each in facts if each.kind == "resolved"), end)
    owners = [each.detail for each in facts if each.kind in ("owned", "handed-over")]
    topics = [topic for each in facts if each.kind in ("message", "understood") and (topic := _topic(each))]
    return {
        "owner": owners[-1] if owners else "",
        "topic": topics[-1] if topics else "",
        "messages": _count(facts, "message"),
        "handovers": _count(facts, "handed-over"),
        "reopenings": _count(facts, "reopened"),
        "consults": _count(facts, "consulted"),
        "interpreted": any(each.kind == "consulted" and each.detail for each in facts),
        "corrected": _count(facts, "corrected") > 0,
        "late": _count(facts, "late") > 0,
        "escalated": _count(facts, "escalated") > 0,
        "turned_negative": _turn(sentiments) < 0,
        "thanked": any(each.kind == "closed" and each.detail == "thanks" for each in facts),
        "promises_kept": _count(facts, "kept"),
        "first_reply_share": _first_reply_share(course, facts),
        "hours": (resolved - course.opened_at) / timedelta(hours=1),
    }


def _today(today: list[Fact], facts: list[Fact], start: datetime) -> dict[str, object]:
    before = _sentiments([each for each in facts if each.at < start])
    turn = _turn(_sentiments(facts))
    scores = [each.number for each in today if each.kind == "scored"]
    return {
        "marked_today": _mark(today),
        "late_today": tuple(each.detail for each in today if each.kind == "late"),
        "escalated_today": tuple(each.detail for each in today if each.kind == "escalated"),
        "handed_over_today": _count(today, "handed-over") > 0,
        "reopened_today": _count(today, "reopened") > 0,
        "thanked_today": any(each.kind == "closed" and each.detail == "thanks" for each in today),
        "rated_today": max((int(each.number) for each in today if each.kind == "rated"), default=0),
        "score_today": scores[-1] if scores else None,
        "turned_today": turn if turn != _turn(before) else 0,
        "settled_today": any(each.kind == "resolved" for each in today)
        and not any(each.kind == "resolved" and each.at < start for each in facts),
        "closed_today": _count(today, "closed") > 0,
    }


def _count(facts: list[Fact], kind: FactKind) -> int:
    return sum(each.kind == kind for each in facts)


def _sentiments(facts: list[Fact]) -> list[str]:
    return [each.detail.partition(" ")[0] for each in facts if each.kind in ("message", "understood")]


def _topic(fact: Fact) -> str:
    return fact.detail.partition(" ")[2]


def _turn(sentiments: list[str]) -> int:
    if not sentiments or sentiments[0] == sentiments[-1]:
        return 0
    if sentiments[-1] == "negative":
        return -1
    return 1 if sentiments[0] == "negative" and sentiments[-1] == "positive" else 0


def _mark(today: list[Fact]) -> str:
    marks = [each for each in today if each.kind in ("marked", "unmarked")]
    return (marks[-1].detail or "-") if marks and marks[-1].kind == "marked" else ""


def _first_reply_share(course: Course, facts: list[Fact]) -> float | None:
    first = next((each.at for each in facts if each.kind == "replied" and each.number), None)
    time = (course.reply_due_at - course.opened_at).total_seconds()
    if first is None or time <= 0:
        return None
    return round((first - course.opened_at).total_seconds() / time, 4)
