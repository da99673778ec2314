"""What the desk knows and may show: pure functions over events, no I/O."""

from services.desk.domain import (
    facts_case,
    facts_consults,
    facts_four_eyes,
    facts_ownership,
    facts_surveys,
    facts_understanding,
    facts_work,
)
from services.desk.domain.case_view import CaseView
from services.desk.domain.folding import FOLDS, Moment, fold

__all__ = [
    "FOLDS",
    "CaseView",
    "Moment",
    "facts_case",
    "facts_consults",
    "facts_four_eyes",
    "facts_ownership",
    "facts_surveys",
    "facts_understanding",
    "facts_work",
    "fold",
]
