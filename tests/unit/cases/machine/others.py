"""The other services around the cases: routing with its own engine, delivery and follow-up as far as they speak to cases."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from schemas.base import Event
from schemas.events.case import CaseOpened, CaseResolved
from schemas.events.delivery import DeliveryCancelled, DeliveryFailed, DeliverySent, DeliveryUncertain
from schemas.events.followup import ClockBreached, ClockWarned
from schemas.events.promise import PromiseMade
from schemas.events.reply import ReplyCancelRequested, ReplyQueued
from schemas.events.routing import (
    ApproverFound,
    ApproverRequested,
    CapacityReleased,
    CapacityTaken,
    CoverFound,
    CoverRequested,
    Explanation,
    OwnerAssigned,
    OwnerRequested,
    RequestUnserved,
    RoutingRequest,
    SpecialistOffered,
    SpecialistRequested,
)
from schemas.ids import derive
from schemas.organisation import Person
from services.routing.domain import Engine, Nobody
from tests.unit.cases.machine.stage import Lane, Stage
from tests.unit.cases.machine.team import Staff

WARNINGS = {"promise": timedelta(minutes=60), "first-response": timedelta(minutes=15)}
"""So long before it is due it is said."""
OFFER = timedelta(minutes=30)
"""So long a specialist has an offer."""
RELIEVED = timedelta(minutes=5)
"""So long somebody is expected to approve."""
Wanted = OwnerRequested | SpecialistRequested | ApproverRequested


@dataclass
class Asked:
    """A request, and who has it."""

    request: Wanted
    status: str = "waiting"
    person: str = ""


class Routing:
    """Routing's own engine behind its one lane, which keeps the order of all requests."""

    def __init__(self, staff: Staff) -> None:
        self.engine = Engine()
        for each in staff.people.values():
            self.engine.upsert(each)
        self.lane = Lane()
        self.asked: dict[str, Asked] = {}
        self._seen: set[str] = set()

    def hear(self, stage: Stage) -> None:
        """The next request; what it decides goes to the cases."""
        id_, event = self.lane.next()
        assert isinstance(event, RoutingRequest)
        if id_ in self._seen:
            return
        self._seen.add(id_)
        asked = self.asked.get(event.request_id)
        if isinstance(event, Wanted) and asked is None:
            self.asked[event.request_id] = Asked(event)
            self._decide(self.asked[event.request_id], stage)
        elif isinstance(event, CapacityReleased) and asked and not self._is_anothers(asked, event.person):
            asked.status = "done"
            self.engine.release(event.request_id)
        elif isinstance(event, CapacityTaken) and asked:
            asked.status, asked.person = "assigned", event.person
            self.engine.assign(event.request_id, event.person, self.engine.weight_of(asked.request) * event.share)

    def try_again(self, stage: Stage) -> None:
        """Serve what waits, as far as somebody has room by now, least slack first."""
        waiting = [each for each in self.asked.values() if each.status == "waiting"]
        for asked in sorted(waiting, key=lambda each: each.request.due_at):
            self._decide(asked, stage, again=True)

    def there(self, person: Person, there: bool) -> None:
        """Somebody comes, goes or has grown."""
        self.engine.upsert(person, there)

    def _decide(self, asked: Asked, stage: Stage, *, again: bool = False) -> None:
        request = asked.request
        outcome = self.engine.decide(self._among_others(request), stage.now, explain=False)
        names = {name: getattr(request, name) for name in ("request_id", "case_id", "conversation")}
        told: dict[str, Any] = {**names, "explanation": Explanation(), "decided_at": stage.now}
        if isinstance(outcome, Nobody):
            if not again:
                stage.say(RequestUnserved(**told), derive("unserved", request.request_id))
            return
        asked.status, asked.person = "assigned", outcome.person
        self.engine.assign(request.request_id, outcome.person, self.engine.weight_of(request))
        told |= {"person": outcome.person}
        if isinstance(request, CoverRequested):
            stage.say(CoverFound(**told), derive("decided", request.request_id))
        elif isinstance(request, OwnerRequested):
            stage.say(OwnerAssigned(**told), derive("decided", request.request_id))
        elif isinstance(request, ApproverRequested):
            expected = {"approval_id": request.approval_id, "until": stage.now + RELIEVED}
            stage.say(ApproverFound(**told, **expected), derive("decided", request.request_id))
        else:
            offer = {"consult_id": request.consult_id, "country": outcome.country, "expires_at": stage.now + OFFER}
            stage.say(SpecialistOffered(**told, **offer), derive("decided", request.request_id))

    def _among_others(self, request: Wanted) -> Wanted:
        """Nobody is asked the same twice at a time."""
        if not isinstance(request, SpecialistRequested):
            return request
        others = [
            each.person
            for each in self.asked.values()
            if each.status == "assigned"
            and isinstance(each.request, SpecialistRequested)
            and each.request.consult_id == request.consult_id
        ]
        return request.model_copy(update={"excluded": (*request.excluded, *others)})

    @staticmethod
    def _is_anothers(asked: Asked, person: str) -> bool:
        """The case went to its next owner before the end of the earlier one's work was heard of."""
        taken = isinstance(asked.request, OwnerRequested) and asked.status == "assigned"
        return taken and person not in (asked.person, "nobody")


@dataclass
class Delivery:
    """Takes each reply once, and says once what became of it; of what was uncertain it may learn the truth later."""

    lane: Lane = field(default_factory=Lane)
    at_hand: dict[str, ReplyQueued] = field(default_factory=dict)
    uncertain: dict[str, ReplyQueued] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    left: list[str] = field(default_factory=list)
    """Each reply that a customer has, every time they got it."""

    def hear(self, stage: Stage) -> None:
        """The next that cases say of replies: taken, or kept back in time."""
        _, event = self.lane.next()
        if isinstance(event, ReplyQueued) and event.reply_id not in self.taken:
            self.taken.add(event.reply_id)
            self.at_hand[event.reply_id] = event
        elif isinstance(event, ReplyCancelRequested) and (reply := self.at_hand.pop(event.reply_id, None)):
            stage.say(DeliveryCancelled(**_names(reply)), derive("cancelled", reply.reply_id))

    def act(self, stage: Stage, reply_id: str, outcome: str) -> None:
        """Try to send what is at hand, or learn what became of what was uncertain."""
        reply = self.at_hand.pop(reply_id, None) or self.uncertain.pop(reply_id)
        names = _names(reply)
        if outcome == "sent":
            self.left.append(reply_id)
            stage.say(DeliverySent(**names, receipt="r", sent_at=stage.now), derive("sent", reply_id))
        elif outcome == "uncertain":
            self.uncertain[reply_id] = reply
            stage.say(DeliveryUncertain(**names, reason="no answer"), derive("uncertain", reply_id))
        else:
            stage.say(DeliveryFailed(**names, reason="refused"), derive("failed", reply_id))


@dataclass
class Followup:
    """Its clocks: it tells of each end of a quiet period, promise and first reply in its time, also when that is old news."""

    due: dict[tuple[str, str, datetime], ClockBreached] = field(default_factory=dict)
    warned: set[tuple[str, str, datetime]] = field(default_factory=set)
    said: set[tuple[str, str, datetime]] = field(default_factory=set)

    def hear(self, event: Event) -> None:
        if isinstance(event, CaseResolved):
            self._set(event, "closing", event.case_id, event.closes_at)
        elif isinstance(event, CaseOpened):
            self._set(event, "first-response", event.case_id, event.first_reply_due_at)
        elif isinstance(event, PromiseMade):
            self._set(event, "promise", event.promise_id, event.due_at)

    def speak(self, stage: Stage) -> None:
        """What has become due and was not said."""
        for key, breach in sorted(self.due.items(), key=lambda each: each[0][2]):
            name = (key[0], key[1], key[2].isoformat())
            if key[0] in WARNINGS and key[2] - WARNINGS[key[0]] <= stage.now and key not in self.warned:
                self.warned.add(key)
                stage.say(ClockWarned.model_validate(breach.model_dump()), derive("warned", *name))
            if key[2] <= stage.now and key not in self.said:
                self.said.add(key)
                stage.say(breach, derive("breached", *name))

    def _set(self, event: CaseResolved | PromiseMade | CaseOpened, kind: str, subject: str, due_at: datetime) -> None:
        names = {"case_id": event.case_id, "conversation": event.conversation, "brand": event.brand}
        facts = {"clock_id": f"{kind}-{subject}-{due_at.isoformat()}", "subject_id": subject, "due_at": due_at}
        self.due[kind, subject, due_at] = ClockBreached.model_validate({**names, **facts, "kind": kind})


def _names(reply: ReplyQueued) -> dict[str, str]:
    return {"reply_id": reply.reply_id, "case_id": reply.case_id, "conversation": reply.conversation}
