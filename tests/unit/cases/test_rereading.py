"""Every message is read again in its conversation (U1), and people set right what was understood (U3)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.events.case import CaseOpened
from schemas.events.message import MessageClassified, Signal
from schemas.events.routing import OwnerRequested
from schemas.events.understanding import CaseReclassified, ClassificationCorrected, RequestChanged
from services.cases.domain import fold
from services.cases.domain.case import Case
from services.cases.domain.commands.correcting import CorrectClassification, correct_classification
from services.cases.domain.merging_refusals import MessageNotHere
from tests.unit.cases.life import OTHER, START, TERMS, Life, case_events, message

SKILLED = replace(TERMS, skill=lambda topic: {"shaver": "shaving"}.get(topic, ""))
HALF_AN_HOUR = timedelta(minutes=30)


def says(number: int, minutes: float = 0, **label: Any) -> MessageClassified:
    heard = message(number, minutes)
    return heard.model_copy(update={"classification": heard.classification.model_copy(update=label)})


def corrects(life: Life, number: int = 1, actor: str = OTHER, **said: Any) -> list[str]:
    command = CorrectClassification.model_validate({"message_id": f"message-{number}"} | said)
    return [
        event.type
        for event in life.do(
            lambda case: correct_classification(case, command, actor, f"correction-{number}", SKILLED, life.now)
        )
    ]


class TestReadingAgain:
    """U1."""

    def test_the_first_message_says_what_the_case_is(self) -> None:
        life = Life()
        life.hear(says(1, urgency="low", sentiment="positive", intent="compliment"))
        case = life.case
        assert (case.urgency, case.sentiment, case.intent, case.topic) == (
            "low",
            "positive",
            "compliment",
            "coffee-machine",
        )
        assert life.of(CaseReclassified) == []

    def test_more_of_the_same_says_nothing_new(self) -> None:
        life = Life().arrives().arrives(2, 5)
        assert life.of(CaseReclassified) == []

    def test_a_later_message_changes_topic_tone_and_urgency(self) -> None:
        life = Life().arrives()
        danger = Signal(kind="danger", confidence=0.9, rule="fire", start=0, end=2)
        life.hear(says(2, 5, urgency="high", sentiment="negative", topic="safety", skill="general", signals=(danger,)))
        (event,) = life.of(CaseReclassified)
        assert event.changed == ("sentiment", "urgency", "topic")
        assert (event.cause, event.message_id, event.by, event.signals) == ("message", "message-2", "", ("danger",))
        case = life.case
        assert (case.urgency, case.sentiment, case.topic, case.skill) == ("high", "negative", "safety", "general")

    def test_while_the_customer_waits_urgency_only_rises(self) -> None:
        life = Life()
        life.hear(says(1, urgency="high"))
        life.hear(says(2, 5, urgency="low"))
        assert life.case.urgency == "high"
        assert life.of(CaseReclassified) == []

    def test_after_an_answer_the_next_message_counts(self) -> None:
        life = Life()
        life.hear(says(1, urgency="high"))
        life.assigned().answered().hear(says(2, 5, urgency="low"))
        assert life.case.urgency == "low"

    @pytest.mark.parametrize(("confidence", "tone"), [(0.3, "negative"), (0.8, "neutral")])
    def test_an_unsure_neutral_tone_takes_no_feeling_back(self, confidence: float, tone: str) -> None:
        life = Life()
        life.hear(says(1, sentiment="negative"))
        life.hear(says(2, 5, sentiment="neutral", sentiment_confidence=confidence))
        assert life.case.sentiment == tone

    def test_what_is_not_known_changes_nothing(self) -> None:
        life = Life().arrives()
        life.hear(says(2, 5, language="und", topic="", skill="", intent="remark"))
        assert life.of(CaseReclassified) == []

    def test_an_overtaken_message_only_makes_it_more_urgent(self) -> None:
        """Rule 7."""
        life = Life().arrives(2, 5)
        life.hear(says(1, 0, urgency="high", topic="shaver", language="nl"))
        (event,) = life.of(CaseReclassified)
        assert event.changed == ("urgency",)
        assert (life.case.topic, life.case.language) == ("coffee-machine", "en")

    def test_its_topic_alone_tells_the_same_state(self) -> None:
        life = Life().arrives()
        life.hear(says(2, 5, urgency="high", sentiment="negative"))
        corrects(life, 2, topic="shaver")
        assert fold(case_events(life, 0)) == life.case


class TestUrgency:
    """O4: a more urgent case is due sooner, and who looks for its owner knows."""

    def wanted(self, life: Life) -> OwnerRequested:
        (wanted,) = life.of(OwnerRequested)
        return wanted

    def test_what_opens_as_urgent_is_due_sooner(self) -> None:
        assert SKILLED.reply_due(START, "high") == SKILLED.reply_due(START, "normal") == START + timedelta(minutes=60)
        quick = replace(SKILLED, urgent_due=lambda moment: moment + HALF_AN_HOUR)
        assert quick.reply_due(START, "high") == START + HALF_AN_HOUR
        late = replace(SKILLED, urgent_due=lambda moment: moment + timedelta(days=1))
        assert late.reply_due(START, "high") == START + timedelta(minutes=60)

    def test_what_becomes_urgent_is_due_sooner_and_routing_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tests.unit.cases.life.TERMS", replace(TERMS, urgent_due=lambda at: at + HALF_AN_HOUR))
        life = Life().arrives()
        life.hear(says(2, 5, urgency="high"))
        (event,) = life.of(CaseReclassified)
        (changed,) = life.of(RequestChanged)
        assert event.first_reply_due_at == START + timedelta(minutes=35) == changed.due_at
        assert life.case.first_reply_due_at == changed.due_at
        assert (changed.request_id, changed.urgency) == (self.wanted(life).request_id, "high")

    def test_who_has_an_owner_is_not_looked_for_again(self) -> None:
        life = Life().arrives().assigned()
        life.hear(says(2, 5, urgency="high"))
        assert len(life.of(CaseReclassified)) == 1
        assert life.of(RequestChanged) == []

    def test_after_the_first_reply_nothing_is_due_sooner(self) -> None:
        life = Life().arrives().assigned().answered()
        (opened,) = life.of(CaseOpened)
        life.hear(says(2, 5, urgency="high"))
        (event,) = life.of(CaseReclassified)
        assert event.first_reply_due_at is None
        assert life.case.first_reply_due_at == opened.first_reply_due_at


class TestSettingRight:
    """U3."""

    def test_a_person_says_what_a_message_is_and_the_case_follows(self) -> None:
        life = Life().arrives()
        assert corrects(life, topic="shaver", urgency="high") == [
            "classification.corrected.v1",
            "case.reclassified.v1",
            "request.changed.v1",
        ]
        (event,) = life.of(ClassificationCorrected)
        assert (event.by, event.topic, event.urgency, event.sentiment) == (OTHER, "shaver", "high", None)
        assert event.was == message().classification
        case: Case = life.case
        assert (case.topic, case.skill, case.urgency) == ("shaver", "shaving", "high")
        label = case.heard[0].classification
        assert (label.topic, label.topic_confidence, label.model) == ("shaver", 1.0, "person")
        assert case.corrected["message-1"].by == OTHER

    def test_a_message_may_be_about_none_of_the_topics(self) -> None:
        life = Life().arrives()
        corrects(life, topic="")
        assert (life.case.topic, life.case.skill) == ("", "")

    def test_that_it_was_understood_rightly_is_worth_knowing_once(self) -> None:
        """A confirmed label is a label; said twice it is not two."""
        life = Life().arrives()
        assert corrects(life, sentiment="neutral") == ["classification.corrected.v1"]
        assert corrects(life, sentiment="neutral") == []

    def test_in_a_closed_case_it_is_learned_from_and_nothing_else(self) -> None:
        life = Life().arrives().assigned().answered().resolves().quiet_passes()
        assert corrects(life, urgency="high") == ["classification.corrected.v1"]
        assert life.case.urgency == "normal"

    def test_a_message_that_is_not_there_is_refused(self) -> None:
        life = Life().arrives()
        with pytest.raises(MessageNotHere):
            corrects(life, 9, urgency="high")
        assert life.of(ClassificationCorrected) == []

    @pytest.mark.parametrize("said", [{}, {"urgency": "huge"}, {"language": "Dutch"}, {"intent": ""}])
    def test_what_says_nothing_or_nonsense_is_no_correction(self, said: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            CorrectClassification.model_validate({"message_id": "message-1"} | said)
