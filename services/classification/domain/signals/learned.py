"""Where a learned head for safety signals has its place: a model may have a head named after a kind, saying `yes` or `no`.

The shipped model has none: there are no labelled messages to learn it from. Corrections of an organisation's own can make one.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Protocol, get_args

from schemas.events.message import Signal, SignalKind

SEEN: Final = "yes"
_KINDS: Final[tuple[SignalKind, ...]] = get_args(SignalKind)


class Judged(Protocol):
    """What a head says."""

    @property
    def label(self) -> str: ...
    @property
    def confidence(self) -> float: ...


def with_learned(by_rule: Iterable[Signal], judged: Mapping[str, Judged]) -> tuple[Signal, ...]:
    """The signals of the rules, then the kinds that only a head has seen. A rule names its words, so it goes first."""
    signals = {signal.kind: signal for signal in by_rule}
    for kind in _KINDS:
        head = judged.get(kind)
        if kind not in signals and head is not None and head.label == SEEN:
            signals[kind] = Signal(kind=kind, confidence=head.confidence)
    return tuple(signals.values())
