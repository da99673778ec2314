"""The case as pure functions: commands and facts in, events out, the state as a fold of the events (design 4, rule 8)."""

from services.cases.domain.case import Case, Status
from services.cases.domain.evolve import evolve, fold
from services.cases.domain.promised import Promise
from services.cases.domain.records import Consult, Reply
from services.cases.domain.refusals import Refused

__all__ = ["Case", "Consult", "Promise", "Refused", "Reply", "Status", "evolve", "fold"]
