"""What a case is about as a whole, as far as its messages and people have told (U1, U3)."""

from schemas.events.message import Classification
from schemas.events.understanding import CaseReclassified
from services.desk.domain.case_view import CaseView
from services.desk.domain.folding import Moment, folds

AS_A_WHOLE = ("intent", "sentiment", "urgency")


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
