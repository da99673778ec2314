"""Rule 4: a reply goes draft, (approval), queued, outcome; nothing leaves twice, unseen, or after it was kept back."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schemas.base import Event
from schemas.events.approval import ApprovalEvent, ApprovalGiven, ApprovalRefused, ApprovalRequested, ApprovalWithdrawn
from schemas.events.case import CaseAbsorbed, CaseClosed, CaseMessageAdded, CaseSplit, CaseUnmerged
from schemas.events.delivery import DeliveryCancelled, DeliveryFailed, DeliverySent, DeliveryUncertain
from schemas.events.reply import (
    ReplyCancelled,
    ReplyCancelRequested,
    ReplyDiscarded,
    ReplyDrafted,
    ReplyFailed,
    ReplyQueued,
    ReplyScheduled,
    ReplySent,
    ReplyUncertain,
)
from schemas.organisation import Person
from services.cases.domain import Case
from tests.unit.cases.machine.stage import Commit
from tests.unit.cases.machine.team import AGREE
from tests.unit.cases.machine.watch import Find, Silent, hold

ON_ITS_WAY = ("held", "scheduled", "queued")
OUTCOMES: dict[type[Event], type[Event]] = {
    ReplySent: DeliverySent,
    ReplyFailed: DeliveryFailed,
    ReplyUncertain: DeliveryUncertain,
}


@dataclass
class Way:
    """How far one reply has come. Empty: nothing is known of it."""

    state: str = ""
    version: int = 0
    words: str = ""
    """Of the latest version."""
    author: str = ""
    """Who sent it off."""
    send_at: datetime | None = None
    needs_eyes: bool = False
    seen: bool = False
    """By somebody else, since it was sent off."""
    as_scheduled: str = ""
    cancelling: bool = False
    kind: str = ""
    keeps: str = ""
    takes_up: str = ""
    """The reply that did not leave, whose words it has."""
    prepared: bool = False
    """Nobody wrote it (O5)."""
    by_itself: bool = False


@dataclass(frozen=True)
class Word:
    """Something that the customer wrote."""

    at: datetime
    number: int
    """Of two of the same moment the later one counts; what another case brought counts less."""
    conversation: str
    public: bool


@dataclass
class Said:
    """The replies of one case."""

    ways: defaultdict[str, Way] = field(default_factory=lambda: defaultdict(Way))
    words: dict[str, Word] = field(default_factory=dict)
    """The customer's, by message or by the case that goes on in this one."""
    closed: bool = False
    holding: dict[str, str] = field(default_factory=dict)
    """What the customer was told by way of holding replies, by reply."""

    @property
    def on_its_way(self) -> list[str]:
        return [id_ for id_, way in self.ways.items() if way.state in ON_ITS_WAY]

    @property
    def spoken(self) -> bool:
        """Whether the customer has heard from us, or is about to, but for what would leave by itself."""
        return any(
            way.state in ("held", "queued", "sent", "uncertain") or (way.state == "scheduled" and not way.by_itself)
            for way in self.ways.values()
        )

    @property
    def last(self) -> Word:
        """Where the customer wrote last (M4)."""
        return max(self.words.values(), key=lambda word: (word.at, word.number))


class Replies(Silent):
    """The way of each reply. `public_needs_eyes` is the brand's policy."""

    def __init__(self, find: Find, *, public_needs_eyes: bool) -> None:
        self.cases: defaultdict[str, Said] = defaultdict(Said)
        self._find = find
        self._policy = public_needs_eyes
        self._changes: dict[type[Event], Callable[[Said, Any, Commit], None]] = {
            **dict.fromkeys((CaseMessageAdded, CaseSplit, CaseAbsorbed), self._wrote),
            **dict.fromkeys((CaseClosed, CaseUnmerged), self._ended),
            ReplyDrafted: self._drafted,
            ReplyScheduled: self._scheduled,
            ReplyQueued: self._queued,
            **dict.fromkeys((ReplyCancelled, ReplyDiscarded, ReplyCancelRequested), self._kept_back),
            **dict.fromkeys((ReplySent, ReplyFailed, ReplyUncertain), self._came_out),
            ApprovalRequested: self._held,
            **dict.fromkeys((ApprovalGiven, ApprovalRefused, ApprovalWithdrawn), self._decided),
        }

    def hears(self, event: Event, commit: Commit) -> None:
        if isinstance(event, ApprovalEvent) and event.subject != "reply":
            return
        if changes := self._changes.get(type(event)):
            changes(self.cases[commit.case_id], event, commit)

    def _wrote(self, said: Said, event: CaseMessageAdded | CaseSplit | CaseAbsorbed, _: Commit) -> None:
        if isinstance(event, CaseMessageAdded):
            wrote = event.message
            public = wrote.visibility == "public"
            said.words[wrote.id] = Word(wrote.sent_at, len(said.words), wrote.conversation, public)
        elif isinstance(event, CaseSplit):
            said.words = {id_: word for id_, word in said.words.items() if id_ not in event.messages}
        elif word := event.last_word:
            said.words[event.source_case] = Word(word.written_at, -1, word.conversation, word.visibility == "public")

    def _ended(self, said: Said, event: CaseClosed | CaseUnmerged, _: Commit) -> None:
        said.closed = isinstance(event, CaseClosed)

    def ends(self, commit: Commit) -> None:
        said = self.cases[commit.case_id]
        between = [way for way in said.ways.values() if way.state == "approved"]
        hold(not between, "what was approved goes on at once", commit.events)
        waiting = [way for way in said.ways.values() if way.state in ("held", "scheduled")]
        hold(not (said.closed and waiting), "nothing leaves a case that has ended", waiting)

    def agrees(self, case: Case) -> None:
        said = self.cases[case.id]
        shown = {reply.id: reply.status for reply in case.replies.values()}
        hold(shown == {id_: way.state for id_, way in said.ways.items()}, "each reply is as was said", shown, said.ways)

    def _drafted(self, said: Said, event: ReplyDrafted, _: Commit) -> None:
        way = said.ways[event.reply_id]
        hold(way.state in ("", "draft", "approved"), "only a draft has a next version", event, way)
        hold(event.version == way.version + 1, "versions have no gap", event, way)
        if event.takes_up:
            before = said.ways[event.takes_up]
            live = [
                each for each in said.ways.values() if each.takes_up == event.takes_up and each.state != "discarded"
            ]
            hold(before.state in ("cancelled", "failed"), "rule 4: nothing is said twice", event, before)
            hold(event.version == 1 and not live, "what did not leave goes on in one draft", event, live)
            way.takes_up = event.takes_up
        if event.prepared:
            hold(not said.spoken and not way.version, "O5: prepared once, where nothing was said", event, said.ways)
        way.state, way.prepared = way.state or "draft", event.prepared
        way.version, way.words, way.kind, way.keeps = event.version, event.text, event.kind, event.keeps_promise

    def _sent_off(self, said: Said, way: Way, author: Person) -> None:
        """By somebody who could act; now it is known whether others have to see it first."""
        hold(author.stage != "shadow", "P1: shadow never sends", author.id)
        way.author, way.seen = author.id, False
        way.needs_eyes = author.stage == "supervised" or (self._policy and said.last.public)

    def _held(self, said: Said, event: ApprovalRequested, _: Commit) -> None:
        way = said.ways[event.subject_id]
        hold(way.state == "draft", "only a draft waits for other eyes", event, way)
        self._sent_off(said, way, self._find(event.asked_by))
        way.state, way.send_at = "held", event.send_at

    def _decided(self, said: Said, event: ApprovalGiven | ApprovalRefused | ApprovalWithdrawn, _: Commit) -> None:
        way = said.ways[event.subject_id]
        hold(way.state == "held", "only what is held is decided about", event, way)
        if isinstance(event, ApprovalGiven):
            eyes = self._find(event.by)
            may = eyes.role in ("coach", "lead") or eyes.stage == "coach"
            hold(may and eyes.id != way.author, "P1: four eyes are two people, one of them a coach", event, way)
            way.state, way.seen = "approved", True
        else:
            way.state, way.send_at = "draft", None

    def _scheduled(self, said: Said, event: ReplyScheduled, commit: Commit) -> None:
        way = said.ways[event.reply_id]
        hold(way.state in ("draft", "approved"), "only a draft is scheduled", event, way)
        hold(event.send_at > commit.now, "it leaves later", event)
        self._may_leave(said, way, event.by)
        hold(event.version == way.version, "its latest words", event, way)
        self._words(event.text, way)
        way.state, way.send_at, way.as_scheduled = "scheduled", event.send_at, event.text
        way.by_itself = event.by_itself

    def _queued(self, said: Said, event: ReplyQueued, commit: Commit) -> None:
        way = said.ways[event.reply_id]
        hold(
            way.state in ("", "draft", "approved", "scheduled"),
            "rule 4: nothing leaves twice or from elsewhere",
            event,
            way,
        )
        if way.state == "scheduled":
            hold(way.send_at and commit.now >= way.send_at, "it leaves at its time", event, way)
            hold((event.author, event.text) == (way.author, way.as_scheduled), "as it was scheduled", event, way)
            hold(way.seen or not way.needs_eyes, "P1: seen before it leaves", event, way)
        else:
            way.kind = event.kind
            self._may_leave(said, way, event.author)
            if way.version:
                self._words(event.text, way)
        alone = way.by_itself and way.state == "scheduled"
        hold(bool(event.agreed_at) == alone, "what leaves by itself says who agreed to that", event, way)
        if event.agreed_at:
            hold(
                event.author in AGREE and not said.spoken,
                "O5: only where the owner agreed, and nothing was said",
                event,
            )
        initials = self._find(event.author).initials
        hold(event.signature == f"^{initials}" and event.text.endswith(event.signature), "V1: signed", event)
        goes_to = event.to_conversation or event.conversation
        hold(goes_to == said.last.conversation, "M4: it goes to where the customer wrote last", event, said.words)
        if event.kind == "holding":
            words = event.text.removesuffix(f"\n^{initials}")
            hold(words not in said.holding.values(), "O5: no holding reply twice", event)
            said.holding[event.reply_id] = words
        way.state, way.keeps = "queued", event.keeps_promise

    def _may_leave(self, said: Said, way: Way, author: str) -> None:
        if way.state == "approved":
            hold(author == way.author, "in the name of who sent it off", author, way)
        else:
            self._sent_off(said, way, self._find(author))
        hold(way.seen or not way.needs_eyes, "P1, rule 4: four eyes first", author, way)

    def _words(self, text: str, way: Way) -> None:
        hold(text.rpartition("\n")[0] == way.words, "the words that were written and seen leave", text, way)

    def _kept_back(
        self, said: Said, event: ReplyCancelled | ReplyDiscarded | ReplyCancelRequested, commit: Commit
    ) -> None:
        way = said.ways[event.reply_id]
        if isinstance(event, ReplyDiscarded):
            hold(way.state == "draft", "only a draft is thrown away", event, way)
            way.state = "discarded"
        elif isinstance(event, ReplyCancelRequested):
            hold(way.state == "queued" and not way.cancelling, "what is queued is cancelled once", event, way)
            way.cancelling = True
        elif way.state == "scheduled":
            way.state, way.send_at = "draft", None
        else:
            heard = isinstance(commit.heard, DeliveryCancelled) and commit.heard.reply_id == event.reply_id
            hold(way.state == "queued" and heard, "only delivery keeps back what is queued", event, way)
            way.state = "cancelled"
            said.holding.pop(event.reply_id, None)  # it was not said

    def _came_out(self, said: Said, event: ReplySent | ReplyFailed | ReplyUncertain, commit: Commit) -> None:
        way = said.ways[event.reply_id]
        heard = commit.heard
        told = type(heard) is OUTCOMES[type(event)] and getattr(heard, "reply_id") == event.reply_id  # noqa: B009
        hold(told, "delivery says what became of it", event, heard)
        before = ("queued",) if isinstance(event, ReplyUncertain) else ("queued", "uncertain")
        hold(way.state in before, "rule 4: one outcome", event, way)
        if isinstance(event, ReplySent):
            hold(event.author == way.author, "it was sent in its author's name", event, way)
        elif isinstance(event, ReplyFailed):
            said.holding.pop(event.reply_id, None)  # the customer has not had it
        way.state = {ReplySent: "sent", ReplyFailed: "failed", ReplyUncertain: "uncertain"}[type(event)]
