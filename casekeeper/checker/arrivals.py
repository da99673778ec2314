"""What the customers got: every message of every reply that was sent, once, and those of a long reply in order."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from casekeeper.checker.verdict import Evidence
from schemas.events.delivery import DeliveryCancelled
from schemas.events.reply import ReplyQueued, ReplySent


def repeated(evidence: Evidence) -> Iterator[str]:
    """A sentence for each message that arrived more than once."""
    deliveries: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for each in evidence.received:
        if each.reply_id:
            deliveries[(each.reply_id, each.part)][each.delivery_id] += 1
    parts = _parts(evidence)
    for (id, part), times in deliveries.items():
        what = f"reply {id}" if parts.get(id, 1) == 1 else f"part {part} of reply {id}"
        if len(times) > 1:
            yield f"{what} arrived under {len(times)} delivery ids"
        elif times.total() > 1:
            yield f"{what} arrived {times.total()} times as delivery {next(iter(times))}"


def missing(evidence: Evidence) -> Iterator[str]:
    """A sentence for each reply that is marked sent and did not arrive, or not all of it."""
    arrived: dict[str, set[int]] = defaultdict(set)
    for each in evidence.received:
        arrived[each.reply_id].add(each.part)
    channels = {each.reply_id: each.channel for each in evidence.log.all(ReplyQueued)}
    parts = _parts(evidence)
    watched = evidence.receives
    if watched is None:
        watched = {channels[id] for id in arrived if id in channels}
    for id in dict.fromkeys(each.reply_id for each in evidence.log.all(ReplySent)):
        if channels.get(id) not in watched:
            continue
        if id not in arrived:
            yield f"reply {id} is marked sent and never arrived on {channels[id]}"
            continue
        for part in range(1, parts[id] + 1):
            if part not in arrived[id]:
                yield f"part {part} of {parts[id]} of reply {id} is marked sent and never arrived on {channels[id]}"


def misplaced(evidence: Evidence) -> Iterator[str]:
    """A sentence for each message that arrived after a later one of its reply, or although it was cancelled."""
    latest: dict[str, int] = defaultdict(int)
    for each in evidence.received:
        if each.part < latest[each.reply_id]:
            yield f"part {each.part} of reply {each.reply_id} arrived after part {latest[each.reply_id]}"
        latest[each.reply_id] = max(latest[each.reply_id], each.part)
    for id in dict.fromkeys(each.reply_id for each in evidence.log.all(DeliveryCancelled)):
        if id in latest:
            yield f"reply {id} was cancelled and arrived all the same"


def _parts(evidence: Evidence) -> dict[str, int]:
    """Of how many messages each reply consists."""
    return {each.reply_id: max(1, len(each.parts)) for each in evidence.log.all(ReplyQueued)}
