"""Commands of people on a case, and reading them, over HTTP. Called by the desk and by bridges, with the acting person named.

One module per concern; `acting` has what they share.
"""

from services.cases.api import (
    agreements,
    approvals,
    coaching,
    consults,
    customers,
    grant_list,
    grants,
    library,
    mandates,
    merging,
    notes,
    ownership,
    practice,
    promise_ledger,
    promises,
    reading,
    replies,
    reply_checks,
    resolution,
    shifts,
    understanding,
)
from services.cases.api.acting import Commands

PARTS = (
    reading,
    replies,
    reply_checks,
    agreements,
    approvals,
    promises,
    library,
    consults,
    resolution,
    ownership,
    shifts,
    notes,
    merging,
    customers,
    coaching,
    grants,
    grant_list,
    mandates,
    promise_ledger,
    practice,
    understanding,
)

__all__ = ["PARTS", "Commands"]
