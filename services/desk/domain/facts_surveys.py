"""The survey about a case: what the customer was asked, and what they said (F5)."""

from schemas.events.survey import (
    SurveyAnswered,
    SurveyAnswerRefused,
    SurveyDeclined,
    SurveyExpired,
    SurveyReplied,
    SurveyRequested,
)
from services.desk.domain.case_view import CaseView
from services.desk.domain.folding import Moment, folds
from services.desk.domain.timeline import Entry, entry_text


@folds(SurveyRequested)
def survey_requested(view: CaseView, event: SurveyRequested, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id,
        kind="survey",
        at=event.requested_at,
        by="followup",
        ref=event.survey_id,
        due_at=event.expires_at,
        conversation=event.to_conversation,
        **entry_text(event.text),
    )
    return view.saw(entry)


@folds(SurveyReplied)
def survey_replied(view: CaseView, event: SurveyReplied, moment: Moment) -> CaseView:
    """What the customer wrote; it is in no case of its own, unless there were words."""
    if event.comment:
        return view
    said = event.message
    entry = Entry(id=moment.event_id, kind="survey-replied", at=said.received_at, ref=said.id, **entry_text(said.text))
    return view.saw(entry)


@folds(SurveyAnswered)
def survey_answered(view: CaseView, event: SurveyAnswered, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id,
        kind="survey-answered",
        at=event.answered_at,
        ref=event.survey_id,
        note=f"{event.score} {event.kind}",
        **entry_text(event.comment),
    )
    return view.saw(entry)


@folds(SurveyDeclined)
def survey_declined(view: CaseView, event: SurveyDeclined, moment: Moment) -> CaseView:
    return view.saw(Entry(id=moment.event_id, kind="survey-declined", at=event.declined_at, ref=event.survey_id))


@folds(SurveyExpired)
def survey_expired(view: CaseView, event: SurveyExpired, moment: Moment) -> CaseView:
    return view.saw(Entry(id=moment.event_id, kind="survey-expired", at=event.expired_at, ref=event.survey_id))


@folds(SurveyAnswerRefused)
def survey_answer_refused(view: CaseView, event: SurveyAnswerRefused, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id,
        kind="survey-refused",
        at=event.refused_at,
        ref=event.survey_id,
        note=event.reason,
        **entry_text(event.detail),
    )
    return view.saw(entry)
