"""What waits beside the way of messages: bounded, and never waited for. What finds no room is dropped, and counted."""

import contextlib
import os
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from opentelemetry import metrics

from schemas.events.message import Classification, Message
from services.chassis.telemetry import Figure

_meter = metrics.get_meter("casekeeper")
dropped = _meter.create_counter(
    "care_aside_dropped", "{message}", "Messages that found no room to be read again, by purpose; judged they were"
)
waiting = Figure("care_aside_waiting_messages", "{message}", "Messages that wait to be read again, by purpose")
_lengths: dict[tuple[tuple[str, str], ...], float] = {}
_KINDER = 10
"""How much later than anything else a thread's turn comes, where the system can do that (as with `nice`)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A message that went on, with what was said of it."""

    message: Message
    label: Classification


class Aside:
    """The latest messages that were published, for one purpose. The oldest give way: they matter least by now."""

    def __init__(self, purpose: str, limit: int) -> None:
        self._purpose = purpose
        self._limit = limit
        self._offered: dict[str, Seen] = {}
        self._waiting: deque[Seen] = deque()
        self.dropped = 0
        dropped.add(0, {"purpose": purpose})

    def offer(self, messages: Sequence[Message], labels: Sequence[Classification]) -> None:
        """Note messages of the batch in hand; one that comes again because the batch failed is noted once."""
        for message, label in zip(messages, labels, strict=True):
            self._offered[message.id] = Seen(message, label)

    async def release(self) -> None:
        """The batch is published: let its messages be read."""
        self._waiting.extend(self._offered.values())
        self._offered = {}
        over = len(self._waiting) - self._limit
        for _ in range(over):
            self._waiting.popleft()
        if over > 0:
            self.dropped += over
            dropped.add(over, {"purpose": self._purpose})
        self._tell()

    def take(self, most: int) -> list[Seen]:
        """The next messages, the oldest first."""
        taken = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
        self._tell()
        return taken

    def _tell(self) -> None:
        _lengths[(("purpose", self._purpose),)] = len(self._waiting)
        waiting.put("classification", _lengths)


def kind_thread(name: str) -> ThreadPoolExecutor:
    """One thread that gives way to all others of the machine, as far as the system allows."""
    return ThreadPoolExecutor(1, thread_name_prefix=name, initializer=_give_way)


def _give_way() -> None:
    with contextlib.suppress(AttributeError, OSError):  # only Linux has priorities of threads
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _KINDER)
