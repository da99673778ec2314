"""One module per context, one class per event and version. Importing this package fills the registry."""

from schemas.events import (
    approval,
    case,
    coaching,
    consult,
    customer,
    delivery,
    followup,
    grant,
    handover,
    message,
    promise,
    reply,
    roster,
    routing,
    staff,
    understanding,
)

__all__ = [
    "approval",
    "case",
    "coaching",
    "consult",
    "customer",
    "delivery",
    "followup",
    "grant",
    "handover",
    "message",
    "promise",
    "reply",
    "roster",
    "routing",
    "staff",
    "understanding",
]
