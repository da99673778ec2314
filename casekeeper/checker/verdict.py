"""What the judge is given, and what it says."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from casekeeper.checker.log import Log

MOST_FINDINGS = 50


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A customer's message as it was sent, `copies` times under one id of the channel; `accepted`: a copy was answered 2xx."""

    brand: str
    channel: str
    external_id: str
    conversation: str
    copies: int = 1
    accepted: bool = True

    @property
    def key(self) -> tuple[str, str, str]:
        return self.brand, self.channel, self.external_id


@dataclass(frozen=True, slots=True)
class ReceivedReply:
    """A message of a reply as it arrived at the customer's end, once for each arrival, in the order of arrival.

    `delivery_id`: its webhook-id or Message-ID. `part`: which message of a long reply it is, from 1.
    """

    reply_id: str
    delivery_id: str
    conversation: str
    text: str
    at: datetime
    part: int = 1


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a rule may look at."""

    log: Log
    sent: tuple[SentMessage, ...]
    received: tuple[ReceivedReply, ...]
    expect_finished: bool
    receives: Collection[str] | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The figures of a run. The last four are violations, and belong at zero; `findings` says what they are."""

    messages: int
    accepted: int
    duplicates_rejected: int
    cases: int
    owned: int
    consults: int
    consults_answered: int
    countries_consulted: int
    replies_sent: int
    promises_kept: int
    resolved: int
    lost: int
    double_effects: int
    owner_violations: int
    order_violations: int
    findings: tuple[str, ...] = ()
    """The first fifty, as `<figure>: <sentence>`."""
    unreadable: tuple[str, ...] = ()
    """Records on our topics that are none of our events; no violation of ours."""

    @classmethod
    def of(
        cls, counts: Mapping[str, int], found: Mapping[str, Sequence[str]], unreadable: Sequence[str] = ()
    ) -> "Verdict":
        """From counts and, by figure, a sentence for each violation."""
        findings = [f"{figure}: {sentence}" for figure, sentences in found.items() for sentence in sentences]
        violations = {figure: len(sentences) for figure, sentences in found.items()}
        return cls(**counts, **violations, findings=tuple(findings[:MOST_FINDINGS]), unreadable=tuple(unreadable))

    def figures(self) -> dict[str, int]:
        """The figures by name, in their order."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.type == "int" or each.type is int}

    @property
    def clean(self) -> bool:
        """Nothing lost, doubled or out of order, and no case ever without or with two owners."""
        return not (self.lost or self.double_effects or self.owner_violations or self.order_violations)
