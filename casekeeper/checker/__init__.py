"""An independent judge of a whole run: reads the event log and what the customers got, and trusts no service.

It knows the contracts in `schemas` only. What was sent, every record of every topic, and what arrived at the receiving end
go in; figures and findings come out.
"""

from collections.abc import Collection, Iterable, Sequence

from casekeeper.checker.doubles import doubles
from casekeeper.checker.figures import counts
from casekeeper.checker.log import Log
from casekeeper.checker.lost import lost
from casekeeper.checker.order import order
from casekeeper.checker.owners import owners
from casekeeper.checker.verdict import Evidence, ReceivedReply, SentMessage, Verdict
from schemas.envelope import Envelope
from services.chassis.kafka import Record

__all__ = ["Evidence", "ReceivedReply", "SentMessage", "Verdict", "check"]


def check(
    sent: Sequence[SentMessage],
    records: Iterable[Record | Envelope],
    received: Sequence[ReceivedReply],
    *,
    expect_finished: bool = True,
    receives: Collection[str] | None = None,
) -> Verdict:
    """Judge a run that has come to rest.

    `records` are those of all topics of the registry, each partition in its order. `receives` names the channels whose
    receiving end is in `received`; by default those of which at least one reply arrived. With `expect_finished=False`, what
    waits for people or for a moment to come (an owner, a consult's answer, a promise) is not held to be lost; what only
    machines do still is.
    """
    log = Log.of(records)
    evidence = Evidence(log, tuple(sent), tuple(received), expect_finished, receives)
    found = {
        "lost": list(lost(evidence)),
        "double_effects": list(doubles(evidence)),
        "owner_violations": list(owners(evidence)),
        "order_violations": list(order(evidence)),
    }
    return Verdict.of(counts(evidence), found, log.unreadable)
