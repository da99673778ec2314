"""A recorded day as a world: the same customers and people, for any policy to work through; and what really happened.

What events do not tell is drawn, by the seed and alike for every policy: how much attention a reply took where nobody drafted
it first, and how quickly specialists react and answer whom nobody asked on that day.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zlib import crc32

from casekeeper.simulate.demand import Contact, seconds
from casekeeper.simulate.people import Worker
from casekeeper.simulate.recording import RecordedCase, RecordedOffer, RecordedReply, Recording
from casekeeper.simulate.scenario import Behaviour, Duration, Effort, Setting
from casekeeper.simulate.served import Agent, Piece, Served
from casekeeper.simulate.world import Cast
from schemas.organisation import Person
from schemas.working_time import working_time

USUAL_EFFORT = Effort(
    first_reply=Duration(median=5, p90=14),
    next_reply=Duration(median=3, p90=9),
    holding_reply=Duration(median=1, p90=2),
)
"""Drawn from where the events do not tell; minutes."""
USUAL_NOTICE, USUAL_ANSWER = Duration(median=10, p90=60), Duration(median=25, p90=90)
LEAST_SECONDS = 10
"""A reply drafted for less long than this was written elsewhere; how long it took is not known."""
MOST_SECONDS = 3600
"""A draft that lay for longer was not worked on all the time; how long it took is not known."""
FEWEST_OFFERS = 5
"""From so many offers on one can tell how specialists of the day reacted."""
LEAST_MINUTES = 0.05


@dataclass(frozen=True)
class Replay:
    """A day, ready to be worked through: `setting` and `cast` for a World; what happened as a World would tell it."""

    setting: Setting
    cast: Cast
    served: tuple[Served, ...]
    agents: dict[str, Agent]
    measured: int
    """Replies of which the events tell how long they took."""
    drawn: int
    """Replies of which that is drawn."""


def replay(recording: Recording, seed: int) -> Replay:
    """The world of a recording; the same seed gives the same."""
    start = recording.day.starts_at
    setting = Setting(name=f"replay of {recording.day.day}", start=start, days=1)
    specialist = _specialists(recording)
    workers = [_worker(each.person, specialist) for each in recording.people]
    agents = {
        each.person.id: Agent(each, working_time(each.person)) for each in workers if each.behaviour.role == "agent"
    }
    presence = sorted(
        ((each.at - start).total_seconds(), known.person.id, each.present)
        for known in recording.people
        for each in known.presence
    )
    for at, person_id, present in presence:
        if agent := agents.get(person_id):
            agent.comes(at) if present else agent.goes(at)
    days = [_Case(number, case, start, seed) for number, case in enumerate(recording.cases)]
    for each in days:
        each.note_work(agents)
    return Replay(
        setting,
        Cast(workers, [each.contact() for each in days], presence=presence),
        tuple(each.served() for each in days),
        agents,
        measured=sum(each.measured for each in days),
        drawn=sum(each.drawn for each in days),
    )


def _worker(person: Person, specialist: Behaviour) -> Worker:
    return Worker(person, specialist if person.role == "specialist" else Behaviour(role="agent"))


def _specialists(recording: Recording) -> Behaviour:
    """How specialists reacted on the day; where few were asked, as is usual."""
    hours = {each.person.id: working_time(each.person) for each in recording.people}
    notice: list[float] = []
    answer: list[float] = []
    ends: list[str] = []
    for consult in (consult for case in recording.cases for consult in case.consults):
        for offer in (each for each in consult.offers if each.ended_at and each.specialist in hours):
            ends.append(offer.ended)
            taken = offer.ended_at or offer.offered_at
            if offer.ended in ("accepted", "answered"):
                notice.append(hours[offer.specialist].working_minutes_between(offer.offered_at, taken))
            if offer.ended == "accepted" and consult.answered_at and consult.answered_by == offer.specialist:
                answer.append(hours[offer.specialist].working_minutes_between(taken, consult.answered_at))
    told = [end for end in ends if end != "ended"]
    enough = len(told) >= FEWEST_OFFERS
    return Behaviour(
        role="specialist",
        notice_minutes=_fitted(notice, USUAL_NOTICE),
        answer_minutes=_fitted(answer, USUAL_ANSWER),
        declines=told.count("declined") / len(told) if enough else 0,
        silent=told.count("expired") / len(told) if enough else 0,
    )


def _fitted(minutes: Sequence[float], usual: Duration) -> Duration:
    if len(minutes) < FEWEST_OFFERS:
        return usual
    ordered = sorted(max(LEAST_MINUTES, each) for each in minutes)
    return Duration(median=ordered[len(ordered) // 2], p90=ordered[int(len(ordered) * 0.9)])


class _Case:
    """One recorded case: what it was, and what it takes."""

    def __init__(self, number: int, case: RecordedCase, start: datetime, seed: int) -> None:
        self._number = number
        self._case = case
        self._start = start
        self._chance = random.Random(f"replay {seed} {case.case_id}")
        self.measured = self.drawn = 0
        replies = sorted(case.replies, key=lambda each: each.sent_at)
        self._efforts = [(reply, self._effort(reply, first=not place)) for place, reply in enumerate(replies)]

    def _effort(self, reply: RecordedReply, *, first: bool) -> float:
        """Seconds of attention."""
        written = (reply.queued_at - reply.begun_at).total_seconds() if reply.begun_at else 0.0
        if LEAST_SECONDS <= written <= MOST_SECONDS:
            self.measured += 1
            return written
        self.drawn += 1
        return self._usual(
            "holding_reply" if reply.reply_kind == "holding" else "first_reply" if first else "next_reply"
        )

    def _usual(self, what: str) -> float:
        return seconds(getattr(USUAL_EFFORT, what), self._chance)

    def contact(self) -> Contact:
        """As the world takes it: the same customer, with the same matter and as many turns."""
        case = self._case
        answers = [effort for reply, effort in self._efforts if reply.reply_kind == "answer"]
        holding = [effort for reply, effort in self._efforts if reply.reply_kind == "holding"]
        first = answers[0] if answers else self._usual("first_reply")
        pauses = tuple(self._pauses())
        later = [*answers[1:], *(self._usual("next_reply") for _ in pauses)][: len(pauses)]
        return Contact(
            number=self._number,
            at=self._after(case.opened_at),
            language=case.language,
            zone="UTC",
            skill=case.skill,
            needs_specialist=bool(case.consults),
            returning=False,
            first_reply=first,
            holding_reply=holding[0] if holding else self._usual("holding_reply"),
            next_replies=(first, *later),
            pauses=pauses,
            luck=crc32(case.case_id.encode()),
            brand=case.brand,
            weight=case.weight,
            preferred=case.preferred,
            due=(case.due_at - case.opened_at).total_seconds(),
            consults=bool(case.consults),
        )

    def served(self) -> Served:
        """As it really was."""
        case = self._case
        found = Served(self.contact(), case.owners[0].person if case.owners else "")
        sent = [reply.sent_at for reply, _ in self._efforts]
        answered = [reply.sent_at for reply, _ in self._efforts if reply.reply_kind == "answer"]
        found.first_reply = (sent[0] - case.opened_at).total_seconds() if sent else None
        found.substantive = (answered[0] - case.opened_at).total_seconds() if answered else None
        found.handovers = sum(before.person != after.person for before, after in pairwise(case.owners))
        found.consults = len(case.consults)
        found.offers = sum(len(each.offers) for each in case.consults)
        found.reoffers = sum(_asked_anew(each.offers) for each in case.consults)
        return found

    def note_work(self, agents: dict[str, Agent]) -> None:
        """What people really worked for it, ending when each reply was queued."""
        for reply, effort in self._efforts:
            if agent := agents.get(reply.author):
                ended = self._after(reply.queued_at)
                agent.pieces.append(Piece(self._number, ended - effort, ended))

    def _pauses(self) -> Iterable[float]:
        """How long the customer took before each message that came after an answer."""
        answered = [reply.sent_at for reply, _ in self._efforts if reply.reply_kind == "answer"]
        messages = sorted(self._case.messages)
        for sent, following in pairwise([*answered, datetime.max.replace(tzinfo=self._start.tzinfo)]):
            later = [each for each in messages if sent < each <= following]
            if later:
                yield max(timedelta(), later[0] - sent).total_seconds()

    def _after(self, moment: datetime) -> float:
        return (moment - self._start).total_seconds()


def _asked_anew(offers: Sequence[RecordedOffer]) -> int:
    return sum(each.ended in ("declined", "expired") for each in offers)
