"""Who should do it: what the cases ask of routing, and what routing decides, with its explanation."""

from typing import ClassVar

from pydantic import Field

from schemas.base import Event, Identifier, Language, Model, UtcDatetime
from schemas.events.message import Urgency
from schemas.organisation_values import CefrLevel


class RoutingRequest(Event):
    """Common to what flows to one pool's single writer. `request_id` is derived from what is asked."""

    request_id: Identifier
    pool: Identifier
    case_id: Identifier
    conversation: Identifier


class OwnerRequested(RoutingRequest):
    """A case needs its owner before `due_at` (O1). `preferred` is the owner whom the customer knows (O7)."""

    type: ClassVar[str] = "owner.requested.v1"
    brand: Identifier
    language: Language
    skill: str = ""
    urgency: Urgency = "normal"
    due_at: UtcDatetime
    preferred: str = ""
    requested_at: UtcDatetime | None = None
    """When the case came in; policies that go by age count from here."""
    excluded: tuple[str, ...] = ()
    """Who refused the case: they are not given it again, however late it gets."""
    weight: float = Field(default=1, gt=0)
    """Room the case takes of its owner's capacity, beside a usual one (P5)."""


class CoverRequested(OwnerRequested):
    """The owner is away: somebody is wanted who acts for them until they are back (rule 1).

    Whoever can own the case can do that, so it is asked as an owner is, and the same rules find the person.
    """

    type: ClassVar[str] = "cover.requested.v1"
    owner: Identifier
    """Who is away; also in `excluded`."""
    until: UtcDatetime
    """When the owner is back."""


class SpecialistRequested(RoutingRequest):
    """An owner wants a specialist (O2)."""

    type: ClassVar[str] = "specialist.requested.v1"
    consult_id: Identifier
    brand: Identifier
    language: Language
    skill: str = ""
    due_at: UtcDatetime
    excluded: tuple[str, ...] = ()
    specialist: str = ""
    """The one person who is meant; empty: whoever fits best."""
    country: str = ""
    """Where the specialist must be, two letters of ISO 3166; empty: anywhere."""
    weight: float = Field(default=1, gt=0)
    """Room the consult takes of the specialist's capacity, beside a usual one (P5)."""


class InterpreterRequested(SpecialistRequested):
    """An owner wants somebody who speaks `language`, to put a text into or out of it; whoever works for the brand may be asked.

    Offered, declined and passed on as a question to a specialist is: `specialist.offered.v1` says who is asked. `skill` and
    `country` say nothing here.
    """

    type: ClassVar[str] = "interpreter.requested.v1"
    other_language: Language
    """The other language of the two, which the owner speaks; the interpreter has it at B2 or better."""
    level: CefrLevel = "B2"
    """How well `language` is spoken at least."""


class ApproverRequested(RoutingRequest):
    """A reply or a grant waits for four eyes: a coach or a lead is wanted who is expected to act on it (M1, P1)."""

    type: ClassVar[str] = "approver.requested.v1"
    approval_id: Identifier
    brand: Identifier
    language: Language
    """What there is to read."""
    due_at: UtcDatetime
    excluded: tuple[str, ...] = ()
    """Its author, and who did not act in time."""
    mandates: tuple[str, ...] = ()
    """The levels of mandate that suffice; the empty one is that of a lead without any. None at all: no mandate is needed."""
    weight: float = Field(default=1, gt=0)
    """Room it takes of the approver's capacity, beside a usual one (P5)."""


class CapacityReleased(RoutingRequest):
    """The work that this request gave somebody is done: the case is resolved, the consult answered."""

    type: ClassVar[str] = "capacity.released.v1"
    person: Identifier


class CapacityTaken(RoutingRequest):
    """Work of this request that was done is there again: the case was reopened. Or it takes more or less room than before."""

    type: ClassVar[str] = "capacity.taken.v1"
    person: Identifier
    share: float = Field(default=1, gt=0, le=1)
    """Of the room that the request asked for: less than all while its case waits."""


class Candidate(Model):
    """One person who was considered, with the score by term; the lowest total wins."""

    person: Identifier
    score: float
    terms: dict[str, float] = Field(default_factory=dict)


class Explanation(Model):
    """Why this person: the best candidates, and how many lost at which condition."""

    candidates: tuple[Candidate, ...] = ()
    excluded: dict[str, int] = Field(default_factory=dict)
    """Condition (such as `off-shift`, `language`, `full`) to the number of people it ruled out."""
    relaxed: tuple[str, ...] = ()
    """Wishes that nobody could meet and were dropped, such as `language`."""
    policy: str = ""
    """The policy that chose, such as `deadline`; empty in facts written before this field existed."""
    rules: str = ""
    """A fingerprint of the rules it went by (points and times): the same one, the same rules."""


class RoutingDecision(Event):
    """Common to routing's answers."""

    request_id: Identifier
    case_id: Identifier
    conversation: Identifier


class OwnerAssigned(RoutingDecision):
    """This care agent owns the case."""

    type: ClassVar[str] = "owner.assigned.v1"
    person: Identifier
    explanation: Explanation
    decided_at: UtcDatetime


class CoverFound(RoutingDecision):
    """This care agent acts for the owner until the owner is back; the owner stays the owner (rule 1)."""

    type: ClassVar[str] = "cover.found.v1"
    person: Identifier
    explanation: Explanation
    decided_at: UtcDatetime


class SpecialistOffered(RoutingDecision):
    """This specialist is asked."""

    type: ClassVar[str] = "specialist.offered.v1"
    consult_id: Identifier
    person: Identifier
    country: str
    explanation: Explanation
    decided_at: UtcDatetime
    expires_at: UtcDatetime | None = None
    """When the offer ends unanswered, by the specialist's own working minutes; none: it does not."""


class ApproverFound(RoutingDecision):
    """This coach or lead is expected to act; the others of the brand still may."""

    type: ClassVar[str] = "approver.found.v1"
    approval_id: Identifier
    person: Identifier
    explanation: Explanation
    decided_at: UtcDatetime
    until: UtcDatetime
    """When it is passed on: at the end of their shift, or sooner, when they have had it for as long as the brand allows."""


class RequestUnserved(RoutingDecision):
    """Nobody can do it now. The request waits; `next_possible_at` is when somebody may be able to, if known."""

    type: ClassVar[str] = "request.unserved.v1"
    explanation: Explanation
    next_possible_at: UtcDatetime | None = None
    decided_at: UtcDatetime
