"""What a case is about as a whole, as far as its messages and people have told (U1, U3)."""

from typing import get_args

from schemas.events.message import Classification
from schemas.events.understanding import CaseReclassified, ClassificationCorrected, Judgement
from services.desk.domain.case_view import CaseView
from services.desk.domain.folding import Moment, folds
from services.desk.domain.timeline import Entry

AS_A_WHOLE = ("intent", "sentiment", "urgency")
JUDGEMENTS: tuple[Judgement, ...] = get_args(Judgement)
SURE = 0.5
"""Below it another answer may be as likely; the page then says that nobody can rely on this one."""


def judged(label: Classification) -> dict[Judgement, str]:
    """What a message was taken to be; an empty topic: none was found."""
    return {name: str(getattr(label, name)) for name in JUDGEMENTS}


def unsure(label: Classification) -> tuple[Judgement, ...]:
    """What the classifier says with little confidence."""
    return tuple(name for name in JUDGEMENTS if getattr(label, f"{name}_confidence") < SURE)


@folds(ClassificationCorrected)
def classification_corrected(view: CaseView, event: ClassificationCorrected, moment: Moment) -> CaseView:
    said: dict[Judgement, str] = {name: value for name in JUDGEMENTS if (value := getattr(event, name)) is not None}
    told = tuple(
        each.model_copy(
            update={
                "understood": each.understood | said,
                "unsure": tuple(name for name in each.unsure if name not in said),
            }
        )
        if each.kind == "message" and each.ref == event.message_id
        else each
        for each in view.timeline
    )
    entry = Entry(
        id=moment.event_id,
        kind="corrected",
        at=event.corrected_at,
        by=event.by,
        ref=event.message_id,
        understood=said,
    )
    return view.model_copy(update={"timeline": told}).saw(entry)


@folds(CaseReclassified)
def case_reclassified(view: CaseView, event: CaseReclassified, _: Moment) -> CaseView:
    changes = {"topic": event.topic, "language": event.language}
    whole = {name: getattr(event, name) for name in (*AS_A_WHOLE, "language", "topic", "skill")}
    understood = view.understood.model_copy(update=whole) if view.understood else None
    due_at = event.first_reply_due_at or view.first_reply_due_at
    return view.model_copy(update={**changes, "understood": understood, "first_reply_due_at": due_at})


def with_message(view: CaseView, label: Classification) -> Classification:
    """The case with one more message. What that changes is told by itself; signals stay until the end."""
    if view.understood is None:
        return label
    kept = {name: getattr(view.understood, name) for name in AS_A_WHOLE}
    seen = {signal.kind: signal for signal in (*label.signals, *view.understood.signals)}
    return label.model_copy(update={**kept, "signals": tuple(seen.values())})
