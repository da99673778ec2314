"""An organisation's own model: what it may answer, what becomes of it, and when it is left alone."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.events.message import Classification
from services.classification.domain import Classifier
from services.classification.own_model.breaker import Breaker
from services.classification.own_model.contract import AnswerInvalid, Judged, read
from services.classification.own_model.merging import merged
from services.classification.settings import Settings

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
IDS = frozenset({"0", "1"})
GOOD = {"id": "0", "sentiment": "negative", "sentiment_confidence": 0.9}
SKILLS = {"coffee": "coffee-machines", "tv": ""}


def answer(*judgements: Any, model: Any = "acme-7", **more: Any) -> bytes:
    return json.dumps({"model": model, "judgements": judgements, **more}).encode()


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


class TestBreaker:
    fresh = Breaker(3, timedelta(seconds=30))

    def failed(self, times: int) -> Breaker:
        breaker = self.fresh
        for _ in range(times):
            breaker = breaker.asked(NOON).failed(NOON)
        return breaker

    def test_it_opens_after_so_many_failures_in_a_row(self) -> None:
        assert self.failed(2).may_ask(NOON)
        assert self.failed(3).state(NOON) == "open"
        assert not self.failed(3).may_ask(later(29))

    def test_an_answer_in_between_forgets_the_failures(self) -> None:
        assert self.failed(2).answered().failed(NOON).failed(NOON).state(NOON) == "closed"

    def test_after_the_pause_one_may_ask_and_nobody_else(self) -> None:
        waited = self.failed(3)
        assert waited.state(later(30)) == "half-open"
        assert waited.may_ask(later(30))
        assert not waited.asked(later(30)).may_ask(later(31))

    def test_a_probe_that_is_answered_closes_it(self) -> None:
        assert self.failed(3).asked(later(30)).answered() == self.fresh

    def test_a_probe_that_fails_opens_it_for_another_whole_pause(self) -> None:
        breaker = self.failed(3).asked(later(30)).failed(later(32))
        assert breaker.state(later(61)) == "open"
        assert breaker.state(later(62)) == "half-open"

    def test_what_was_under_way_when_it_opened_does_not_prolong_the_pause(self) -> None:
        assert self.failed(3).failed(later(20)) == self.failed(3)


class TestAnswer:
    def test_judgements_come_by_message(self) -> None:
        model, judged, wrong = read(answer(GOOD), IDS)
        assert (model, wrong) == ("acme-7", [])
        assert judged["0"].said() == {"sentiment": "negative", "sentiment_confidence": 0.9}

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"<html>",
            b"[]",
            b"null",
            b'{"model": "m"}',
            b"\xff",
            answer(GOOD, model="two words"),
            answer(GOOD, model=""),
            answer(GOOD, model=7),
            answer(GOOD, more=1),
            b"[" * 100_000,
        ],
    )
    def test_what_is_no_answer_is_refused_as_a_whole(self, body: bytes) -> None:
        with pytest.raises(AnswerInvalid):
            read(body, IDS)

    @pytest.mark.parametrize(
        "bad",
        [
            None,
            "negative",
            {},
            {"id": 1, "sentiment": "negative", "sentiment_confidence": 0.9},
            {"id": "1", "sentiment": "angry", "sentiment_confidence": 0.9},
            {"id": "1", "sentiment": "negative"},
            {"id": "1", "sentiment_confidence": 0.9},
            {"id": "1", "sentiment": "negative", "sentiment_confidence": 1.2},
            {"id": "1", "sentiment": "negative", "sentiment_confidence": "0.9"},
            {"id": "1", "sentiment": "negative", "sentiment_confidence": True},
            {"id": "1", "sentiment": "negative", "sentiment_confidence": float("nan")},
            {"id": "1", "language": "Dutch", "language_confidence": 1},
            {"id": "1", "signals": []},
            {"id": "7", "sentiment": "negative", "sentiment_confidence": 0.9},
        ],
    )
    def test_a_bad_judgement_spoils_only_itself(self, bad: Any) -> None:
        _, judged, wrong = read(answer(bad, GOOD), IDS)
        assert judged.keys() == {"0"}
        assert len(wrong) == 1

    def test_a_message_judged_twice_is_not_judged(self) -> None:
        _, judged, wrong = read(answer(GOOD, GOOD | {"sentiment": "positive"}), IDS)
        assert (judged, wrong) == ({}, ["id: judged twice"])

    def test_what_is_told_of_an_error_holds_nothing_of_the_text(self) -> None:
        _, _, wrong = read(answer({"id": "1", "intent": "my card 4111", "intent_confidence": 1}), IDS)
        assert wrong
        assert "4111" not in wrong[0]


class TestMerged:
    def label(self, classifier: Classifier, text: str) -> Classification:
        return classifier.classify([text])[0]

    def test_what_is_left_out_stays_and_the_model_is_named(self, classifier: Classifier) -> None:
        before = self.label(classifier, "Where is my parcel?")
        after = merged(before, Judged(id="0", sentiment="negative", sentiment_confidence=0.8), "acme-7", SKILLS)
        assert (after.sentiment, after.sentiment_confidence) == ("negative", 0.8)
        assert after.model == f"acme-7 over {before.model}"
        changed = {"sentiment", "sentiment_confidence", "model"}
        assert after.model_dump(exclude=changed) == before.model_dump(exclude=changed)

    def test_a_topic_brings_its_skill(self, classifier: Classifier) -> None:
        before = self.label(classifier, "Where is my parcel?")
        after = merged(before, Judged(id="0", topic="coffee", topic_confidence=0.7), "acme-7", SKILLS)
        assert (after.topic, after.skill) == ("coffee", "coffee-machines")
        none = merged(before, Judged(id="0", topic="", topic_confidence=0.7), "acme-7", SKILLS)
        assert (none.topic, none.skill) == ("", "")

    def test_a_topic_that_nobody_has_changes_nothing(self, classifier: Classifier) -> None:
        before = self.label(classifier, "Where is my parcel?")
        assert merged(before, Judged(id="0", topic="cars", topic_confidence=0.9), "acme-7", SKILLS) == before

    def test_a_danger_is_not_talked_away(self, classifier: Classifier) -> None:
        before = self.label(classifier, "My charger caught fire!")
        after = merged(before, Judged(id="0", urgency="low", urgency_confidence=1.0), "acme-7", SKILLS)
        assert after == before
        assert (after.urgency, bool(after.signals)) == ("high", True)


class TestSettings:
    @pytest.mark.parametrize("url", ["models.example", "ftp://models.example/", "https://", "file:///etc/passwd"])
    def test_an_address_that_is_none_is_refused(self, url: str) -> None:
        with pytest.raises(ValidationError, match="http or https address"):
            Settings(own_model_url=url)

    def test_a_secret_does_not_travel_in_the_clear(self) -> None:
        with pytest.raises(ValidationError, match="never travels in the clear"):
            Settings(own_model_url="http://models.example/judge", own_model_token="secret")
        assert Settings(own_model_url="http://127.0.0.1:9000/judge", own_model_token="secret")
        assert Settings(own_model_url="https://models.example/judge", own_model_token="secret")
