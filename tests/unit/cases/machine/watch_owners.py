"""Rules 1 and 2: one owner from assignment to the end, changed in three ways only; nobody else acts but the cover in force."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schemas.base import Event
from schemas.events.approval import ApprovalGiven, ApprovalRequested
from schemas.events.case import (
    CaseAssigned,
    CaseAssignmentRefused,
    CaseClosed,
    CaseCoverEnded,
    CaseCoverNamed,
    CaseCoverUnwanted,
    CaseCoverWanted,
    CaseEscalated,
    CaseMerged,
    CaseOwnerChanged,
    CaseReopened,
    CaseResolved,
    CaseSplit,
    CaseUnmerged,
)
from schemas.events.consult import ConsultClarified, ConsultRated, ConsultRequested, ConsultSaved, ConsultWithdrawn
from schemas.events.grant import GrantProposed
from schemas.events.handover import (
    HandoverAccepted,
    HandoverDeclined,
    HandoverExpired,
    HandoverForced,
    HandoverOffered,
    HandoverWithdrawn,
)
from schemas.events.promise import PromiseBroken, PromiseKept, PromiseMade, PromiseWithdrawn
from schemas.events.reply import ReplyCancelRequested, ReplyQueued, ReplyScheduled, ReplySent
from schemas.events.routing import CoverFound, OwnerAssigned
from services.cases.domain import Case
from tests.unit.cases.machine.stage import Commit
from tests.unit.cases.machine.watch import Find, Silent, hold

BRAND = "homely"
NAMES_OWNER: tuple[type[Event], ...] = (
    CaseResolved,
    CaseReopened,
    CaseClosed,
    CaseUnmerged,
    CaseEscalated,
    CaseAssignmentRefused,
    CaseCoverNamed,
    CaseCoverEnded,
    CaseCoverWanted,
    CaseCoverUnwanted,
    HandoverOffered,
    PromiseMade,
    PromiseKept,
    PromiseBroken,
    PromiseWithdrawn,
)
ACTS: dict[type[Event], str] = {
    PromiseMade: "",
    ConsultRequested: "asked_by",
    ConsultClarified: "by",
    ConsultRated: "by",
    ConsultSaved: "by",
    ConsultWithdrawn: "",
    GrantProposed: "by",
    ApprovalRequested: "asked_by",
    ReplyQueued: "author",
    ReplyScheduled: "by",
    ReplyCancelRequested: "by",
    CaseResolved: "",
}
"""What only the owner or the cover in force does, and the field that says who; empty: whoever gave the command."""


@dataclass
class Owned:
    """Who has one case, as far as it was said."""

    owner: str = ""
    cover: CaseCoverNamed | None = None
    offered: HandoverOffered | None = None
    given_to: str = ""
    given_by: str = ""
    """The handover that was accepted or forced, until the owner has changed."""
    search: str = ""
    """The request under which somebody else is looked for."""
    refusers: set[str] = field(default_factory=set)
    replied: set[str] = field(default_factory=set)
    assigned: bool = True
    wanted: CaseCoverWanted | None = None
    """A cover whom routing looks for."""

    def acting(self, now: datetime) -> set[str]:
        covers = self.cover and self.cover.starts_at <= now < self.cover.ends_at
        return {self.owner} | ({self.cover.cover} if self.cover and covers else set())


class Owners(Silent):
    """Who owns and who acts. `find` gives people as they are now."""

    def __init__(self, find: Find) -> None:
        self.cases: defaultdict[str, Owned] = defaultdict(Owned)
        self._find = find
        self._acting: set[str] = set()
        """Who could act when the command was given; what they do may end their cover."""
        self._changes: dict[type[Event], Callable[[Owned, Any, Commit], None]] = {
            CaseAssigned: self._assigned,
            CaseOwnerChanged: self._changed,
            CaseAssignmentRefused: self._refused,
            HandoverOffered: self._offered,
            HandoverAccepted: self._handed,
            HandoverForced: self._handed,
            HandoverDeclined: self._not_handed,
            HandoverExpired: self._not_handed,
            HandoverWithdrawn: self._not_handed,
            CaseCoverNamed: self._covered,
            CaseCoverEnded: self._covered,
            CaseCoverWanted: self._cover_wanted,
            CaseCoverUnwanted: self._cover_wanted,
            ReplySent: lambda owned, event, _: owned.replied.add(event.author),
            CaseMerged: self._regrouped,
            CaseSplit: self._regrouped,
        }

    def begins(self, commit: Commit) -> None:
        self._acting = self.cases[commit.case_id].acting(commit.now)

    def hears(self, event: Event, commit: Commit) -> None:
        owned = self.cases[commit.case_id]
        if changes := self._changes.get(type(event)):
            changes(owned, event, commit)
        if isinstance(event, NAMES_OWNER):
            hold(getattr(event, "owner") == owned.owner != "", "rule 1: it names the one owner", event, owned.owner)  # noqa: B009
        if type(event) in ACTS:
            self._acted(owned, event, commit)
        if isinstance(event, CaseResolved | CaseClosed):
            owned.search = ""
            owned.offered = None if isinstance(event, CaseClosed) else owned.offered

    def ends(self, commit: Commit) -> None:
        owned = self.cases[commit.case_id]
        hold(not owned.given_to, "an accepted or forced handover changes the owner at once", commit.events)

    def agrees(self, case: Case) -> None:
        owned = self.cases[case.id]
        hold(case.owner == owned.owner, "rule 1: the owner is who was said", case.owner, owned)
        shown = case.pending_handover.id if case.pending_handover else ""
        hold(shown == (owned.offered.handover_id if owned.offered else ""), "the offer is what was said", shown, owned)
        cover = case.cover.person if case.cover else ""
        hold(cover == (owned.cover.cover if owned.cover else ""), "the cover is who was said", cover, owned)
        search = case.cover_search.request_id if case.cover_search else ""
        hold(
            search == (owned.wanted.request_id if owned.wanted else ""), "a cover is wanted as was said", search, owned
        )

    def _is(self, person: str, *roles: str) -> bool:
        found = self._find(person) if person else None
        return bool(found and found.role in roles and BRAND in found.brands)

    def _can_own(self, person: str) -> bool:
        return self._is(person, "agent", "coach", "lead") and self._find(person).stage != "shadow"

    def _assigned(self, owned: Owned, event: CaseAssigned, commit: Commit) -> None:
        hold(not owned.owner, "rule 1: assigned once", event, owned)
        heard = commit.heard
        by_routing = isinstance(heard, OwnerAssigned) and (heard.person, heard.request_id) == (
            event.owner,
            event.request_id,
        )
        hold(by_routing, "routing assigns", event, heard)
        hold(self._is(event.owner, "agent", "coach", "lead"), "whoever owns may own", event)
        owned.owner = event.owner

    def _changed(self, owned: Owned, event: CaseOwnerChanged, commit: Commit) -> None:
        hold(event.previous_owner == owned.owner != event.owner, "rule 1: from the owner to another", event, owned)
        if event.cause == "refused-assignment":
            heard = commit.heard
            asked = owned.search and isinstance(heard, OwnerAssigned) and heard.request_id == owned.search
            hold(asked and event.handover_id == owned.search, "only for one who refused", event, owned, heard)
            hold(isinstance(heard, OwnerAssigned) and heard.person == event.owner, "routing found them", event, heard)
            hold(event.owner not in owned.refusers, "nobody gets what they refused", event, owned)
            owned.assigned = True
        else:
            handed = (event.owner, event.handover_id) == (owned.given_to, owned.given_by)
            hold(handed, "rule 1: only an accepted or forced handover changes the owner", event, owned)
            owned.assigned = False
        owned.owner, owned.given_to, owned.given_by, owned.search = event.owner, "", "", ""
        hold(owned.cover is None, "the cover of the old owner has ended", event, owned)
        hold(owned.offered is None, "no offer of the old owner is left", event, owned)

    def _refused(self, owned: Owned, event: CaseAssignmentRefused, commit: Commit) -> None:
        may = commit.actor == owned.owner or self._is(commit.actor, "lead")
        hold(may and event.by == commit.actor, "the owner refuses, or a lead for them", event, commit.actor)
        hold(owned.assigned and not owned.search, "what was assigned is refused, once", event, owned)
        hold(owned.owner not in owned.replied, "whoever has replied does not refuse", event, owned)
        owned.search = event.request_id
        owned.refusers.add(owned.owner)

    def _offered(self, owned: Owned, event: HandoverOffered, commit: Commit) -> None:
        may = commit.actor in owned.acting(commit.now) or self._is(commit.actor, "coach", "lead")
        hold(may and event.by == commit.actor, "owner, cover, coach or lead offers", event, owned)
        hold(owned.offered is None, "one offer at a time", event, owned)
        hold(self._can_own(event.to) and event.to != owned.owner, "to somebody else who may own", event)
        owned.offered = event

    def _handed(self, owned: Owned, event: HandoverAccepted | HandoverForced, commit: Commit) -> None:
        if isinstance(event, HandoverForced):
            hold(self._is(commit.actor, "lead") and event.by == commit.actor, "only a lead forces", event)
            owned.given_to = event.to
        else:
            offered = owned.offered
            right = offered and (offered.handover_id, offered.to) == (event.handover_id, event.by)
            hold(right and event.by == commit.actor, "accepted by whom it is offered to", event, owned)
            hold(offered and commit.now < offered.expires_at, "accepted in time", event, owned)
            owned.given_to, owned.offered = event.by, None
        owned.given_by = event.handover_id
        hold(self._can_own(owned.given_to), "whoever owns may own", event)

    def _regrouped(self, owned: Owned, event: CaseMerged | CaseSplit, commit: Commit) -> None:
        may = commit.actor in owned.acting(commit.now) or self._is(commit.actor, "lead")
        hold(may, "only owner, cover or lead merges and splits", event, owned)

    def _not_handed(
        self, owned: Owned, event: HandoverDeclined | HandoverExpired | HandoverWithdrawn, commit: Commit
    ) -> None:
        offered = owned.offered
        hold(offered and offered.handover_id == event.handover_id, "it was offered", event, owned)
        if isinstance(event, HandoverDeclined):
            hold(offered and event.by == offered.to == commit.actor, "declined by whom it is offered to", event, owned)
        elif isinstance(event, HandoverExpired):
            hold(offered and commit.now >= offered.expires_at, "expired when its time has come", event, owned)
        owned.offered = None

    def _covered(self, owned: Owned, event: CaseCoverNamed | CaseCoverEnded, commit: Commit) -> None:
        if isinstance(event, CaseCoverEnded):
            hold(owned.cover and owned.cover.cover == event.cover, "a cover that was named ends", event, owned)
            owned.cover = None
            return
        hold(owned.cover is None, "one cover at a time", event, owned)
        if not commit.actor:
            self._cover_found(owned, event, commit)
            return
        hold(owned.wanted is None, "nobody is looked for any more", event, owned)
        may = commit.actor == owned.owner or self._is(commit.actor, "lead")
        hold(may, "owner or lead names a cover", event, commit.actor)
        hold(event.cover != owned.owner and self._can_own(event.cover), "another who may own covers", event)
        hold(commit.now <= event.starts_at < event.ends_at, "a cover has its time", event)
        owned.cover = event

    def _cover_wanted(self, owned: Owned, event: CaseCoverWanted | CaseCoverUnwanted, _: Commit) -> None:
        if isinstance(event, CaseCoverWanted):
            hold(owned.wanted is None and owned.cover is None, "one cover is looked for at a time", event, owned)
            owned.wanted = event
        else:
            hold(owned.wanted and owned.wanted.request_id == event.request_id, "it was wanted", event, owned)
            owned.wanted = None

    def _cover_found(self, owned: Owned, event: CaseCoverNamed, commit: Commit) -> None:
        """Routing has found somebody for an owner who is away."""
        heard, wanted = commit.heard, owned.wanted
        asked = wanted and isinstance(heard, CoverFound) and heard.request_id == wanted.request_id == event.request_id
        hold(
            asked and isinstance(heard, CoverFound) and heard.person == event.cover, "routing found them", event, heard
        )
        hold(event.cover not in owned.refusers | {owned.owner}, "somebody else, who has not refused it", event, owned)
        hold(wanted and commit.now == event.starts_at < event.ends_at <= wanted.until, "until the owner is back", event)
        owned.cover, owned.wanted = event, None

    def _acted(self, owned: Owned, event: Event, commit: Commit) -> None:
        let_go = isinstance(event, ReplyQueued | ReplyScheduled | PromiseMade)
        if let_go and (not commit.actor or any(isinstance(each, ApprovalGiven) for each in commit.events)):
            return  # sent off before, by who could act then: the replies' own rules
        hold(
            commit.actor in self._acting,
            "rule 2: only the owner or the cover in force",
            event,
            owned,
            commit.actor,
        )
        named = getattr(event, ACTS[type(event)]) if ACTS[type(event)] else commit.actor
        hold(named == commit.actor, "it says who did it", event, commit.actor)
