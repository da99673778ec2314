"""How events flow: rates and lag from how far topics and their readers have come (I4). A fold of samples; nothing is asked.

Which topic leads from where to where is the registry's to say (`schemas.topics`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from schemas.topics import TOPICS, Topic, retry_topic

WINDOW = timedelta(seconds=60)
"""Rates are those of the last minute."""
SHORTEST = timedelta(seconds=2)
"""Over less time a rate says nothing."""
SLOW_SECONDS = 30.0
"""What takes longer than this to catch up at the present pace is late."""

HopState = Literal["calm", "behind", "stuck"]
"""calm: what comes is handled at once; behind: something waits; stuck: something waits and nothing of it is handled."""


@dataclass(frozen=True, slots=True)
class Sample:
    """How far everything was at a moment, in records."""

    at: datetime
    ends: Mapping[str, int]
    """By topic: what was ever written."""
    done: Mapping[tuple[str, str], int]
    """By service and topic: what of it the service has acknowledged."""
    lag: Mapping[tuple[str, str], tuple[int, ...]]
    """By service and topic: what lies beyond that, partition by partition."""


@dataclass(frozen=True, slots=True)
class Hop:
    """What one service takes from one topic. Rates are events per second, None while they are not known yet."""

    topic: str
    service: str
    rate: float | None
    lag: int
    partitions: tuple[int, ...]
    state: HopState
    behind_seconds: float | None
    """How long it takes to catch up at the present pace; None: nothing waits, or nothing moves."""

    @property
    def late(self) -> bool:
        """Whether somebody should look."""
        return self.state == "stuck" or (self.behind_seconds or 0) > SLOW_SECONDS


@dataclass(frozen=True, slots=True)
class Stream:
    """One topic: who writes it, how much comes, and who takes it."""

    topic: str
    description: str
    producer: str
    rate: float | None
    records: int
    hops: tuple[Hop, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """Everything at one moment. `seconds`: over how much time the rates were taken."""

    at: datetime
    seconds: float
    streams: tuple[Stream, ...]
    retries: tuple[Hop, ...]
    """What was replayed and is not handled yet, by service."""

    @property
    def hops(self) -> list[Hop]:
        """All of them, in the order of the registry."""
        return [hop for stream in self.streams for hop in stream.hops]


def listeners(topics: Sequence[Topic] = TOPICS) -> dict[str, list[str]]:
    """Each service that listens, with its topics and that of its second chances."""
    found: dict[str, list[str]] = {}
    for topic in topics:
        for service in topic.consumers:
            found.setdefault(service, [retry_topic(service)]).append(topic.name)
    return found


def remembered(samples: Sequence[Sample]) -> list[Sample]:
    """Those that are needed for the rates of the last minute: of the older ones, the youngest."""
    if not samples:
        return []
    since = samples[-1].at - WINDOW
    older = sum(each.at <= since for each in samples)
    return list(samples[max(0, older - 1) :])


def flow(samples: Sequence[Sample], topics: Sequence[Topic] = TOPICS) -> Flow | None:
    """The flow as of the last sample; None without any."""
    if not samples:
        return None
    last, kept = samples[-1], remembered(samples)
    streams = tuple(
        Stream(
            each.name,
            each.description,
            each.producer,
            _rate(kept, lambda sample, name=each.name: sample.ends.get(name)),  # type: ignore[misc]
            last.ends.get(each.name, 0),
            tuple(_hop(kept, each.name, service) for service in each.consumers),
        )
        for each in topics
    )
    retries = tuple(_hop(kept, retry_topic(service), service) for service in listeners(topics))
    return Flow(last.at, (last.at - kept[0].at).total_seconds(), streams, retries)


def _hop(samples: Sequence[Sample], topic: str, service: str) -> Hop:
    name = (service, topic)
    partitions = tuple(max(0, each) for each in samples[-1].lag.get(name, ()))
    lag, rate = sum(partitions), _rate(samples, lambda sample: sample.done.get(name))
    state: HopState = "calm" if not lag else "stuck" if rate == 0 and _waited(samples, name) else "behind"
    return Hop(topic, service, rate, lag, partitions, state, round(lag / rate, 1) if lag and rate else None)


def _waited(samples: Sequence[Sample], name: tuple[str, str]) -> bool:
    """Whether something waited all the time, so that it could have been handled."""
    return all(sum(sample.lag.get(name, ())) > 0 for sample in samples)


def _rate(samples: Sequence[Sample], read: Callable[[Sample], int | None]) -> float | None:
    """Records per second. A number that falls says that the broker began anew: what was before does not count."""
    found = [(sample.at, value) for sample in samples if (value := read(sample)) is not None]
    for number in range(len(found) - 1, 0, -1):
        if found[number][1] < found[number - 1][1]:
            found = found[number:]
            break
    if len(found) < 2 or (elapsed := found[-1][0] - found[0][0]) < SHORTEST:
        return None
    return round((found[-1][1] - found[0][1]) / elapsed.total_seconds(), 2)
