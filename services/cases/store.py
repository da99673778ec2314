"""How cases are stored: one document each; the lane is the conversation."""

from services.cases.domain import Case
from services.chassis.documents import Collection, Index

CASES = Collection(
    "cases",
    Case,
    fields=lambda case: {"status": case.status, "owner": case.owner},
    indexes=(Index(("owner", "status")),),
)
