"""The read model of the figures, folded anew from the topic of the cases, while events go on flowing (F4).

Each case is written guarded by its version and with the events that it was folded from, exactly as the service itself would
have done: whatever the service does meanwhile, each event has its effect once. A case that the service knows more of than we
have read is left for the next round.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from schemas.base import milliseconds
from schemas.envelope import Envelope, InvalidEnvelope
from services.chassis import kafka
from services.chassis.clock import Clock
from services.chassis.documents import SEEN_LIMIT, Document
from services.chassis.kafka import Cluster
from services.chassis.mongo import Database
from services.followup.domain.figures import FOLDED, Timings, fold
from services.followup.store.figures import TIMINGS

TOPIC = "cases.events"
ROUNDS = 5
PORTION = 250
EVERY_EVENTS = 1000

Progress = Callable[[str, int, int], None]
"""Told what is done, how far it is, and of how many (0: nobody knows)."""


@dataclass(slots=True)
class Refolded:
    """One case as its topic has it."""

    state: Timings | None = None
    seen: dict[str, None] = field(default_factory=dict)
    sequences: set[int] = field(default_factory=set)

    @property
    def whole(self) -> bool:
        """Whether the topic has every event of the case from the first on; it keeps them for a time only."""
        return len(self.sequences) == max(self.sequences, default=0)

    def take(self, envelope: Envelope) -> None:
        """One more event; the same again changes nothing."""
        self.sequences.add(envelope.sequence)
        if type(envelope.data) in FOLDED and envelope.id not in self.seen:
            self.seen[envelope.id] = None
            self.state = fold(self.state, envelope.data, envelope.time)  # type: ignore[arg-type]  # one of FOLDED


@dataclass(slots=True)
class Rebuilt:
    """What became of the cases."""

    cases: int = 0
    """In the topic."""
    changed: int = 0
    """Written, because the store had none or another; the rest was right."""
    incomplete: int = 0
    """Kept as they were: the topic does not hold them from their beginning any more."""
    busy: int = 0
    """Kept as they were: events kept coming; the service has folded them."""


async def rebuild(cluster: Cluster, database: Database, clock: Clock, progress: Progress) -> Rebuilt:
    """Fold every case anew. Raises Unavailable; it can be begun again at any time."""
    await database.prepare(TIMINGS)
    outcome, wanted = Rebuilt(), None
    for _ in range(ROUNDS):
        cases = await _read(cluster, progress)
        whole = {id: case for id, case in cases.items() if case.whole and case.state}
        if wanted is None:
            outcome.cases = sum(case.state is not None for case in cases.values())
            outcome.incomplete = outcome.cases - len(whole)
            wanted = list(whole)
        wanted = await _write(database, clock, whole, wanted, outcome, progress)
        if not wanted:
            break
    outcome.busy = len(wanted or ())
    return outcome


async def _read(cluster: Cluster, progress: Progress) -> dict[str, Refolded]:
    cases: dict[str, Refolded] = {}
    count = 0
    async for record in kafka.read(cluster, [TOPIC]):
        try:
            envelope = record.envelope()
        except InvalidEnvelope:
            continue  # it is none of ours; the services have put it aside
        cases.setdefault(envelope.subject, Refolded()).take(envelope)
        count += 1
        if count % EVERY_EVENTS == 0:
            progress("reading events", count, 0)
    progress("reading events", count, count)
    return cases


async def _write(
    database: Database,
    clock: Clock,
    cases: dict[str, Refolded],
    wanted: Sequence[str],
    outcome: Rebuilt,
    progress: Progress,
) -> list[str]:
    """The cases for which another round is needed."""
    left: list[str] = []
    done = 0
    for ids in _portions(wanted):
        stored = {each.id: each for each in await database.find(TIMINGS, {"_id": {"$in": list(ids)}})}
        now_ms = milliseconds(clock.now())
        documents = []
        for id in ids:
            document = stored.get(id) or Document(TIMINGS, id, id)
            if id not in cases or set(document.seen) - cases[id].seen.keys():
                left.append(id)
            elif _replaced(document, cases[id], now_ms):
                documents.append(document)
        if documents and not await database.replace(documents):
            left += [each.id for each in documents]  # some of them: another round finds the others right
        else:
            outcome.changed += len(documents)
        done += len(ids)
        progress("writing cases", done, len(wanted))
    return left


def _replaced(document: Document[Timings], case: Refolded, now_ms: int) -> bool:
    """Give the document the refolded state; False when it has it already."""
    assert case.state is not None  # noqa: S101 - only such cases are written
    seen = list(case.seen)[-SEEN_LIMIT:]
    if document.state and document.state.model_copy(update={"folded_ms": 0}) == case.state and document.seen == seen:
        return False
    document.state, document.seen = case.state.model_copy(update={"folded_ms": now_ms}), seen
    return True


def _portions(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), PORTION):
        yield ids[start : start + PORTION]
