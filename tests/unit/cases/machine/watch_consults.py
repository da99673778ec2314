"""Rule 3: a consult is offered, accepted, declined or expired, answered and credited; who could not is not asked again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from schemas.base import Event
from schemas.events.case import CaseEscalated
from schemas.events.consult import (
    ConsultAccepted,
    ConsultAnswered,
    ConsultAskedBack,
    ConsultClarified,
    ConsultDeclined,
    ConsultOffered,
    ConsultOfferEnded,
    ConsultOfferEvent,
    ConsultOfferExpired,
    ConsultRated,
    ConsultRequested,
    ConsultWithdrawn,
)
from schemas.events.routing import CapacityReleased, SpecialistOffered, SpecialistRequested
from tests.unit.cases.machine.stage import Commit
from tests.unit.cases.machine.watch import Find, Silent, hold


@dataclass
class Question:
    """One consult."""

    asked: ConsultRequested
    open: bool = True
    waiting: set[str] = field(default_factory=set)
    """Requests for which nobody was found yet."""
    live: dict[str, ConsultOffered] = field(default_factory=dict)
    """Offers that can be answered, by request."""
    accepted: str = ""
    gone: set[str] = field(default_factory=set)
    """Who declined it or let it expire."""
    everybody: set[str] = field(default_factory=set)
    asked_back: set[str] = field(default_factory=set)
    answerer: str = ""


class Consults(Silent):
    """Every question to specialists."""

    def __init__(self, find: Find) -> None:
        self.questions: dict[str, Question] = {}
        self._find = find
        self._of_request: dict[str, str] = {}
        self._touched: set[str] = set()
        self._changes: dict[type[Event], Callable[[Any, Commit], object]] = {
            ConsultRequested: self._requested,
            SpecialistRequested: self._wanted,
            ConsultOffered: self._offered,
            ConsultOfferEvent: self._became,
            ConsultAnswered: self._answered,
            ConsultAskedBack: self._asked_back,
            ConsultClarified: lambda event, _: self._open(event.consult_id),
            ConsultWithdrawn: self._withdrawn,
            ConsultRated: self._rated,
            CapacityReleased: self._released,
        }

    def begins(self, _: Commit) -> None:
        self._touched = set()

    def hears(self, event: Event, commit: Commit) -> None:
        for kind, changes in self._changes.items():
            if isinstance(event, kind):
                changes(event, commit)

    def _requested(self, event: ConsultRequested, _: Commit) -> None:
        hold(event.consult_id not in self.questions, "asked once", event)
        self.questions[event.consult_id] = Question(event)

    def _asked_back(self, event: ConsultAskedBack, commit: Commit) -> None:
        question = self._open(event.consult_id)
        hold(commit.actor == event.specialist, "who asks back says so", event, commit.actor)
        hold(event.specialist in self._asked(question), "whoever is asked asks back", event, question)
        question.asked_back.add(event.specialist)

    def _withdrawn(self, event: ConsultWithdrawn, _: Commit) -> None:
        self._open(event.consult_id).open = False
        self._touched.add(event.consult_id)

    def _rated(self, event: ConsultRated, _: Commit) -> None:
        hold(event.specialist == self.questions[event.consult_id].answerer, "O2: who answered is credited", event)

    def ends(self, commit: Commit) -> None:
        for id_ in self._touched:
            question = self.questions[id_]
            places = len(question.live) + len(question.waiting)
            if not question.open:
                hold(not places, "nobody is asked any more", question, commit.events)
            elif question.accepted:
                hold(places == 1, "the first who accepts has it alone", question, commit.events)
            elif question.asked.specialist:
                told = any(isinstance(each, CaseEscalated) and each.subject_id == id_ for each in commit.events)
                hold(places == 1 or told or not places, "one person, or the owner is told", question)
            else:
                hold(places == question.asked.places, "rule 3: a new offer without the owner doing anything", question)

    def _wanted(self, event: SpecialistRequested, _: Commit) -> None:
        question = self._open(event.consult_id)
        hold(event.request_id not in self._of_request, "each request is made once", event)
        missing = question.gone - set(event.excluded)
        hold(not missing, "rule 3: who declined or let it expire is left out", event, missing)
        busy = {offer.specialist for offer in question.live.values()} if question.gone else set()
        hold(busy <= set(event.excluded), "nobody is asked twice at a time", event, busy)
        self._of_request[event.request_id] = event.consult_id
        question.waiting.add(event.request_id)
        self._touched.add(event.consult_id)

    def _offered(self, event: ConsultOffered, commit: Commit) -> None:
        question = self._open(event.consult_id)
        heard = commit.heard
        routed = isinstance(heard, SpecialistOffered) and (heard.request_id, heard.person) == (
            event.request_id,
            event.specialist,
        )
        hold(routed, "routing finds specialists", event, heard)
        hold(event.request_id in question.waiting, "for a request that waits", event, question)
        who = self._find(event.specialist)
        hold(event.brand in who.brands, "M7: somebody of the brand", event)
        if text := question.asked.interpretation:
            other = text.source if question.asked.language == text.target else text.target
            able = who.speaks(question.asked.language, text.level) and who.speaks(other, "B2")
            hold(able and who.id != question.asked.asked_by, "an interpreter speaks both, and is somebody else", event)
        else:
            hold(who.role == "specialist", "O2: a specialist", event)
        hold(event.specialist not in question.gone, "rule 3: who could not is not asked again", event, question)
        hold(not question.accepted, "nobody else is asked once somebody has it", event, question)
        question.waiting.remove(event.request_id)
        question.live[event.request_id] = event
        question.everybody.add(event.specialist)
        self._touched.add(event.consult_id)

    def _became(self, event: ConsultOfferEvent, commit: Commit) -> None:
        question = self._open_or_ended(event)
        offer = question.live.get(event.request_id)
        hold(offer and offer.specialist == event.specialist, "an offer that can be answered", event, question)
        assert offer
        self._touched.add(event.consult_id)
        if isinstance(event, ConsultAccepted):
            hold(commit.actor == event.specialist and not question.accepted, "accepted once, by who is asked", event)
            question.accepted = event.request_id
            return
        del question.live[event.request_id]
        question.accepted = "" if question.accepted == event.request_id else question.accepted
        if isinstance(event, ConsultDeclined):
            hold(commit.actor == event.specialist, "declined by who is asked", event, commit.actor)
            question.gone.add(event.specialist)
        elif isinstance(event, ConsultOfferExpired):
            hold(offer.expires_at and commit.now >= offer.expires_at, "expired when its time has come", event, offer)
            hold(event.specialist not in question.asked_back, "whoever asked back is at it", event)
            question.gone.add(event.specialist)
        else:
            assert isinstance(event, ConsultOfferEnded)

    def _answered(self, event: ConsultAnswered, commit: Commit) -> None:
        question = self.questions[event.consult_id]
        hold(commit.actor == event.specialist, "whoever answers says so", event, commit.actor)
        hold(event.specialist in question.everybody, "O2: only who was asked answers", event, question)
        if event.late:
            in_time = question.open and event.specialist in self._asked(question)
            hold(not in_time, "late is after the end", event, question)
            return
        mine = [request for request, offer in question.live.items() if offer.specialist == event.specialist]
        hold(question.open and len(mine) == 1, "answered once, by who is asked", event, question)
        question.open, question.answerer = False, event.specialist
        self._touched.add(event.consult_id)

    def _released(self, event: CapacityReleased, _: Commit) -> None:
        """The room of whoever answered, and of requests that nobody was found for."""
        if event.request_id not in self._of_request:
            return  # the work of an owner
        question = self.questions[self._of_request[event.request_id]]
        question.waiting.discard(event.request_id)
        if not question.open:
            question.live.pop(event.request_id, None)

    def _asked(self, question: Question) -> set[str]:
        return {offer.specialist for offer in question.live.values()}

    def _open(self, id_: str) -> Question:
        hold(id_ in self.questions and self.questions[id_].open, "the consult is open", id_)
        return self.questions[id_]

    def _open_or_ended(self, event: ConsultOfferEvent) -> Question:
        """Offers end when the consult does."""
        return (
            self.questions[event.consult_id] if isinstance(event, ConsultOfferEnded) else self._open(event.consult_id)
        )
