"""What the case is about, and what people set right of it (U1, U3)."""

from collections.abc import Callable
from typing import Any, Final, get_args

from schemas.base import Event
from schemas.events.message import Classification
from schemas.events.understanding import CaseReclassified, ClassificationCorrected, Judgement
from services.cases.domain.case import Case
from services.cases.domain.records import Corrected
from services.cases.domain.rereading import Understanding

BY_A_PERSON: Final = "person"
"""Who judged, in place of the name of a model."""


def _reclassified(case: Case, event: CaseReclassified) -> dict[str, Any]:
    is_now = {name: getattr(event, name) for name in Understanding.model_fields}
    return is_now | {"first_reply_due_at": event.first_reply_due_at or case.first_reply_due_at}


def _corrected(case: Case, event: ClassificationCorrected) -> dict[str, Any]:
    heard = tuple(
        each.model_copy(update={"classification": corrected(each.classification, event)})
        if each.message.id == event.message_id
        else each
        for each in case.heard
    )
    by = Corrected(by=event.by, at=event.corrected_at)
    return {"heard": heard, "corrected": {**case.corrected, event.message_id: by}}


def corrected(label: Classification, event: ClassificationCorrected) -> Classification:
    """The label with what a person said in place of what was guessed."""
    given = {name: value for name in get_args(Judgement) if (value := getattr(event, name)) is not None}
    sure = {f"{name}_confidence": 1.0 for name in given}
    return label.model_copy(update={**given, **sure, "model": BY_A_PERSON})


CHANGES: dict[type[Event], Callable[[Case, Any], dict[str, Any]]] = {
    CaseReclassified: _reclassified,
    ClassificationCorrected: _corrected,
}
