"""What surveys hear of cases (F5): what they are about until they close, and what their customers say to a survey."""

from datetime import datetime, timedelta

from schemas.events.case import CaseAbsorbed, CaseClosed, CaseMessageAdded, CaseOpened, CaseUnmerged
from schemas.events.reply import ReplySent
from schemas.events.survey import SurveyClassified, SurveyReplied
from schemas.organisation import NotInOrganisation, Organisation
from schemas.organisation_aftercare import SurveyPolicy
from schemas.working_time import opening_hours
from services.chassis.documents import Context, Decision
from services.chassis.table import Table
from services.followup.domain import surveys, surveys_answers
from services.followup.domain.surveys import Survey, SurveyChange, survey_id
from services.followup.domain.surveys_customer import SurveyCustomer, customer_id, opt_out
from services.followup.store.surveys import SURVEY_CUSTOMERS, SURVEYS


def listen(table: Table, organisation: Organisation) -> None:
    """Put into the table what surveys are made of. Cases of brands that ask nobody are not kept."""

    @table.on(CaseOpened, SURVEYS, id=_survey)
    def case_opened(state: Survey | None, event: CaseOpened, _: Context) -> Decision[Survey] | None:
        asks = survey_policy(organisation, event.brand)
        return Decision(surveys.case_opened(event)) if asks and state is None else None

    @table.on(CaseMessageAdded, SURVEYS, id=_survey)
    def message_added(state: Survey | None, event: CaseMessageAdded, _: Context) -> Decision[Survey] | None:
        return Decision(surveys.message_added(state, event)) if state and state.status == "watching" else None

    @table.on(CaseAbsorbed, SURVEYS, id=_survey)
    def case_absorbed(state: Survey | None, event: CaseAbsorbed, _: Context) -> Decision[Survey] | None:
        return Decision(surveys.case_absorbed(state, event)) if state and state.status == "watching" else None

    @table.on(ReplySent, SURVEYS, id=_survey)
    def reply_sent(state: Survey | None, _: ReplySent, __: Context) -> Decision[Survey] | None:
        return None if state is None or state.spoken else Decision(state.model_copy(update={"spoken": True}))

    @table.on(CaseUnmerged, SURVEYS, id=_survey)
    def case_unmerged(state: Survey | None, _: CaseUnmerged, __: Context) -> Decision[Survey] | None:
        return Decision(state.model_copy(update={"closed": False})) if state and state.closed else None

    _listen_to_the_end(table, organisation)


def _listen_to_the_end(table: Table, organisation: Organisation) -> None:
    """The case closes, and its customer says something to the survey."""

    @table.on(CaseClosed, SURVEYS, id=_survey)
    def case_closed(state: Survey | None, event: CaseClosed, context: Context) -> Decision[Survey] | None:
        policy = survey_policy(organisation, event.brand)
        if state is None or policy is None:
            return None
        closed_at = event.closed_at or context.occurred_at or context.now
        ask_at = _when_open(organisation, event.brand, closed_at + timedelta(hours=policy.after_hours))
        after = surveys.case_closed(state, event, policy, _country(organisation, event.owner), ask_at)
        return Decision(after) if after else None

    @table.on(SurveyReplied, SURVEYS, id=lambda event: event.survey_id)
    def survey_replied(state: Survey | None, event: SurveyReplied, context: Context) -> Decision[Survey] | None:
        return decision(surveys_answers.replied(state, event, context.now))

    @table.on(SurveyClassified, SURVEYS, id=lambda event: event.survey_id)
    def survey_classified(state: Survey | None, event: SurveyClassified, _: Context) -> Decision[Survey] | None:
        after = surveys_answers.classified(state, event)
        return Decision(after) if after else None

    @table.on(SurveyReplied, SURVEY_CUSTOMERS, id=_customer)
    def opted_out(
        state: SurveyCustomer | None, event: SurveyReplied, context: Context
    ) -> Decision[SurveyCustomer] | None:
        after = opt_out(state, context.now) if event.declined else None
        return Decision(after) if after else None


def survey_policy(organisation: Organisation, brand: str) -> SurveyPolicy | None:
    """How a brand asks its customers; None: not at all, or nobody knows the brand any more."""
    try:
        return organisation.brand(brand).policy.survey
    except NotInOrganisation:
        return None


def decision(change: SurveyChange | None) -> Decision[Survey] | None:
    """The decision that a change of the rules is."""
    return None if change is None else Decision(*change)


def _survey(event: CaseOpened | CaseMessageAdded | CaseAbsorbed | CaseClosed | CaseUnmerged | ReplySent) -> str:
    return survey_id(event.case_id)


def _customer(event: SurveyReplied) -> str:
    message = event.message
    return customer_id(message.brand, message.channel, message.author.id)


def _when_open(organisation: Organisation, brand: str, moment: datetime) -> datetime:
    """Then, or when the brand opens next: nobody is written to in the night of a brand that sleeps."""
    calendar = organisation.calendar(organisation.brand(brand).calendar)
    return opening_hours(calendar).next_open(moment) or moment


def _country(organisation: Organisation, owner: str) -> str:
    people = organisation.by_id["people"]
    return str(people[owner].country) if owner in people else ""
