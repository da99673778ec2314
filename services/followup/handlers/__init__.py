"""What follow-up does with the events of others, one module per concern, and with the passing of time (`ticking`)."""

from schemas.organisation import Organisation
from services.chassis.table import Table
from services.followup.handlers import clocks


def listening(organisation: Organisation) -> Table:
    """The table of all that follow-up listens to."""
    table = Table()
    clocks.listen(table, organisation)
    return table
