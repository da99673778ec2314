"""A circuit breaker: who does not answer is left alone for a while, and then asked once whether they are back. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

State = Literal["closed", "open", "half-open"]


@dataclass(frozen=True, slots=True)
class Breaker:
    """Closed: asked freely. Open after so many failures in a row: not asked. After a pause half-open: one may ask."""

    most_failures: int
    pause: timedelta
    failures: int = 0
    """In a row."""
    opened_at: datetime | None = None
    probing: bool = False

    def state(self, now: datetime) -> State:
        if self.opened_at is None:
            return "closed"
        return "half-open" if self.probing or now >= self.opened_at + self.pause else "open"

    def may_ask(self, now: datetime) -> bool:
        """Whether a request may be made; say `asked` when it is."""
        return self.state(now) == "closed" or (self.state(now) == "half-open" and not self.probing)

    def asked(self, now: datetime) -> "Breaker":
        return replace(self, probing=self.state(now) == "half-open")

    def answered(self) -> "Breaker":
        """A request was answered well: all is forgotten."""
        return replace(self, failures=0, opened_at=None, probing=False)

    def failed(self, now: datetime) -> "Breaker":
        """A request failed. A failed probe, or one failure too many, opens for the whole pause; one that was under way when it
        opened changes nothing."""
        if self.opened_at is not None and not self.probing:
            return self
        failures = self.failures + 1
        opens = self.probing or failures >= self.most_failures
        return replace(self, failures=failures, opened_at=now if opens else None, probing=False)
