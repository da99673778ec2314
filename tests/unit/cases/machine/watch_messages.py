"""Rules 7 and 8: no word of a customer is lost or said twice, merged or split; every event has its place and number."""

from collections import Counter

from schemas.base import Event
from schemas.events.case import (
    CaseAbsorbed,
    CaseEvent,
    CaseMerged,
    CaseMergeRefused,
    CaseMessageAdded,
    CaseMessageForwarded,
    CaseSplit,
    CaseThanked,
)
from schemas.events.coaching import FeedbackGiven, FeedbackSeen
from schemas.events.survey import CaseSurveyed, SurveyReplied
from tests.unit.cases.machine.stage import Commit
from tests.unit.cases.machine.watch import Find, Silent, hold


class Messages(Silent):
    """Where each message went. `written` are the ids of all that customers wrote."""

    def __init__(self, written: set[str]) -> None:
        self._written = written
        self._added: Counter[str] = Counter()
        self._parted: set[tuple[str, str]] = set()
        self._merged: set[tuple[str, str]] = set()
        self._heard: Counter[tuple[str, str]] = Counter()
        self._asked: dict[str, CaseSurveyed] = {}
        self._answers: Counter[str] = Counter()
        self._thanks: Counter[str] = Counter()

    def hears(self, event: Event, commit: Commit) -> None:
        if isinstance(event, CaseMessageAdded):
            key = (event.message.id, commit.case_id)
            if key in self._parted:
                self._parted.remove(key)
            else:
                self._added[event.message.id] += 1
                hold(self._added[event.message.id] == 1, "rule 7: a message is in one case", event)
        elif isinstance(event, CaseSurveyed | SurveyReplied):
            self._survey(event, commit)
        elif isinstance(event, CaseThanked):
            self._thanks[event.message.id] += 1
            hold(self._thanks[event.message.id] == 1, "thanks are heard once", event)
            hold([*commit.events] == [event], "rule 6: thanks after the end lead to nothing", commit.events)
            hold("Thank you" in event.message.text, "rule 6: nothing else is taken for thanks", event)
        elif isinstance(event, CaseMessageForwarded):
            hold(event.source_case in event.through, "it says where it came through", event)
        elif isinstance(event, CaseSplit):
            new = {(id_, event.new_case) for id_ in event.messages}
            hold(not new & self._parted, "split off once", event)
            self._parted |= new
        elif isinstance(event, CaseMerged):
            self._merged.add((event.case_id, event.into))
        elif isinstance(event, CaseAbsorbed | CaseMergeRefused):
            pair = (
                (event.source_case, event.case_id) if isinstance(event, CaseAbsorbed) else (event.case_id, event.into)
            )
            hold(pair in self._merged, "only what was merged is taken in", event)
            self._heard[pair] += 1

    def _survey(self, event: CaseSurveyed | SurveyReplied, commit: Commit) -> None:
        """F5: a bare number answers a survey and opens nothing; with words it is both."""
        if isinstance(event, CaseSurveyed):
            hold(event.case_id not in self._asked, "a case has one survey", event)
            self._asked[event.case_id] = event
            return
        asked = self._asked.get(event.case_id)
        right = asked and (asked.survey_id, asked.customer_id) == (event.survey_id, event.message.author.id)
        hold(right, "an answer is that of who was asked", event, asked)
        seen_to = any(isinstance(each, CaseMessageAdded) for each in commit.events)
        hold(seen_to == bool(event.comment), "a bare answer opens no case, words are seen to", event)
        self._answers[event.message.id] += 1
        hold(self._answers[event.message.id] == 1, "an answer is told once", event)

    def rests(self) -> None:
        found = set(self._added) | set(self._answers) | set(self._thanks)
        hold(found == self._written, "no message is lost", self._written ^ found)
        hold(not self._parted, "what is split off is in its new case", self._parted)
        hold(
            set(self._heard) == self._merged, "M4: who is merged is taken in, or told that it can not be", self._merged
        )


class Envelopes(Silent):
    """Every event is about its case, under an id and a number of its own."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._numbers: Counter[tuple[str, str]] = Counter()

    def ends(self, commit: Commit) -> None:
        for envelope in commit.envelopes:
            hold(envelope.id not in self._ids, "each event has an id of its own", envelope)
            self._ids.add(envelope.id)
            topic = "cases" if isinstance(envelope.data, CaseEvent) else "routing"
            self._numbers[commit.case_id, topic] += 1
            hold(envelope.sequence == self._numbers[commit.case_id, topic], "numbers have no gap", envelope)
            hold(envelope.subject == commit.case_id and envelope.time == commit.now, "it says what and when", envelope)


class Feedbacks(Silent):
    """P3: feedback comes from a coach who is not the author, and the author has seen it."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._given: dict[str, FeedbackGiven] = {}

    def hears(self, event: Event, commit: Commit) -> None:
        if isinstance(event, FeedbackGiven):
            coach = self._find(commit.actor)
            may = coach.role in ("coach", "lead") or coach.stage == "coach"
            hold(may and event.by == commit.actor != event.author, "P3: from another, a coach", event)
            self._given[event.feedback_id] = event
        elif isinstance(event, FeedbackSeen):
            hold(commit.actor == event.by == self._given[event.feedback_id].author, "its author has seen it", event)
