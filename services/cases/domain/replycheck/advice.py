"""What goes into the reply check and what comes out of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

Kind = Literal[
    "condescension",
    "empty-promise",
    "scripted-deflection",
    "standard-text",
    "no-acknowledgement",
    "faceless",
    "too-long",
    "unfinished",
]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class About:
    """What the check may know beside the words; whoever knows nothing leaves the defaults, which accuse of nothing."""

    intent: str = ""
    """Of the customer's latest message: question, complaint, compliment, request, remark (U1)."""
    sentiment: str = ""
    """Of the customer's latest message: negative, neutral, positive."""
    promised: bool = False
    """Whether a promise is recorded, or kept, with this reply, or is open in the case (F1)."""
    limit: int | None = None
    """Characters that the channel takes, signature included; None: any number."""
    public: bool | None = None
    """Whether everybody can read the reply (V7); None: unknown."""
    signature: str | None = None
    """What is set below the reply when it is sent (V1), "" if nothing is; None: unknown, and not looked at."""
    templates: tuple[str, ...] = ()
    """The brand's standard texts, holes as `{by}`; none for a holding reply, which may be one (O5)."""


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing that could be said better."""

    rule: str
    """Id of the rule; the same in every language."""
    kind: Kind
    start: int
    """First character of the words concerned, counted from 0; for a whole reply 0."""
    end: int
    """One past the last character."""
    words: str
    """`text[start:end]`."""
    why: dict[str, str] = field(hash=False)
    """The reason, by language of the agent's desk: en and nl."""
    better: str = ""
    """Another way to say it, in the reply's language."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A promise that the words make, to be recorded if the agent agrees (F1)."""

    what: str
    due_at: datetime
    """UTC."""
    start: int
    """First character of the words that promise, counted from 0."""
    end: int
    words: str
    """`text[start:end]`."""
