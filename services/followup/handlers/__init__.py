"""What follow-up does with the events of others, one module per concern, and with the passing of time (`ticking`)."""

from schemas.organisation import Organisation
from services.chassis.table import Table
from services.followup.handlers import (
    channel_tests,
    clocks,
    clocks_budget,
    escalations,
    figures,
    insights,
    invitations,
    people,
    radar,
    review,
    surveys,
)


def listening(organisation: Organisation) -> Table:
    """The table of all that follow-up listens to."""
    table = Table()
    clocks.listen(table, organisation)
    clocks_budget.listen(table)
    escalations.listen(table, organisation)
    surveys.listen(table, organisation)
    figures.listen(table, organisation)
    channel_tests.listen(table, organisation)
    radar.listen(table, organisation)
    insights.listen(table, organisation)
    invitations.listen(table)
    people.listen(table)
    review.listen(table, organisation)
    return table
