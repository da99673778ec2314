"""What cases hear of each other through their own topic: merged, split, forwarded; and feedback, kept where it is found."""

from collections.abc import Sequence

from schemas.events.case import CaseMerged, CaseMergeRefused, CaseMessageForwarded, CaseSplit
from schemas.events.coaching import FeedbackGiven, FeedbackSeen
from services.cases.domain import Case, regrouping
from services.cases.domain.arrival import case_for_forwarded, message_forwarded
from services.cases.handlers import TermsOf, by_case_id, deciding, known
from services.cases.store import CASES
from services.cases.stored_feedback import FEEDBACK, StoredFeedback
from services.chassis.documents import Context, Decision
from services.chassis.errors import Rejected
from services.chassis.table import Table


def hear_of_cases(handlers: Table, terms_of: TermsOf) -> None:
    """Let cases know what happened in other cases that concerns them."""
    decided = deciding(terms_of)

    @handlers.on(CaseMerged, CASES, lane=lambda event: event.into_conversation, locate=_target)
    def case_merged(target: Case | None, event: CaseMerged, context: Context) -> Decision[Case] | None:
        return decided(target, regrouping.absorbed(known(target, event.into), event, context.now))

    @handlers.on(CaseMergeRefused, CASES, locate=by_case_id)
    def merge_refused(source: Case | None, event: CaseMergeRefused, _: Context) -> Decision[Case] | None:
        return decided(source, regrouping.merge_refused(known(source, event.case_id), event))

    @handlers.on(CaseMessageForwarded, CASES, locate=case_for_forwarded)
    def message_arrived(case: Case | None, event: CaseMessageForwarded, context: Context) -> Decision[Case] | None:
        return decided(case, message_forwarded(case, event, context.siblings, terms_of(event.brand), context.now))

    @handlers.on(CaseSplit, CASES, locate=lambda event, _: event.new_case)
    def case_split(new: Case | None, event: CaseSplit, context: Context) -> Decision[Case] | None:
        if new is not None:
            return None
        source = known(next((each for each in context.siblings if each.id == event.case_id), None), event.case_id)
        events = regrouping.parted(source, event, terms_of(event.brand), context.now)
        if not events:
            raise Rejected(f"case {source.id} does not have the messages any more that were split off")
        return decided(None, events)


def hear_of_feedback(handlers: Table) -> None:
    """Keep feedback where the author of the reply finds it (P3)."""

    @handlers.on(FeedbackGiven, FEEDBACK, id=lambda event: event.feedback_id)
    def given(_: StoredFeedback | None, event: FeedbackGiven, __: Context) -> Decision[StoredFeedback]:
        return Decision(StoredFeedback(given=event))

    @handlers.on(FeedbackSeen, FEEDBACK, id=lambda event: event.feedback_id)
    def seen(known: StoredFeedback | None, event: FeedbackSeen, _: Context) -> Decision[StoredFeedback]:
        if known is None:
            raise Rejected(f"there is no feedback {event.feedback_id}")
        return Decision(known.model_copy(update={"seen": True}))


def _target(event: CaseMerged, _: Sequence[Case]) -> str:
    return event.into
