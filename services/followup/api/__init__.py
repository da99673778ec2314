"""Follow-up over HTTP, one module per concern; each has a `router`. Called by the desk and by systems of others.

`asking` tells who asks, and which brands they may see.
"""

from types import ModuleType

from services.followup.api import (
    channel_tests,
    clocks,
    clocks_summary,
    digest,
    escalations,
    figures,
    improvements,
    incidents,
    incidents_volume,
    insights,
    invitations,
    review,
    review_commands,
    subscriptions,
    surveys,
    surveys_answering,
)

PARTS: tuple[ModuleType, ...] = (
    channel_tests,
    clocks,
    clocks_summary,
    digest,
    escalations,
    figures,
    improvements,
    incidents,
    incidents_volume,
    insights,
    invitations,
    review,
    review_commands,
    subscriptions,
    surveys,
    surveys_answering,
)
