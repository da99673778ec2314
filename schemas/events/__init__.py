"""One module per context, one class per event and version. Importing this package fills the registry."""

from schemas.events import case, consult, delivery, followup, message, promise, reply, roster, routing

__all__ = ["case", "consult", "delivery", "followup", "message", "promise", "reply", "roster", "routing"]
