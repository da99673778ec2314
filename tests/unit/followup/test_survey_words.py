"""Words beside a survey's number: read once, counted by what they are about and how, and chosen from (F5, U1)."""

from typing import Any

import pytest

from schemas.events.message import Signal
from schemas.events.survey import SurveyClassified
from services.followup.domain import surveys_answers
from services.followup.domain.surveys import Survey
from services.followup.domain.surveys_words import Count, Wanted, words
from tests.unit.followup.moments import CASE, at
from tests.unit.followup.test_survey_scores import answered
from tests.unit.followup.test_surveys import asked, label, says


def read(state: Survey, **judged: Any) -> Survey | None:
    event = SurveyClassified.model_validate(CASE | {"survey_id": state.id, "classification": label(**judged)})
    return surveys_answers.classified(state, event)


def commented(topic: str = "leak", sentiment: str = "negative", intent: str = "complaint") -> Survey:
    said = {"comment": "Words", "topic": topic, "sentiment": sentiment, "comment_intent": intent}
    return answered(3).model_copy(update=said)


class TestReading:
    def test_words_of_the_page_become_what_the_classifier_says_of_them(self) -> None:
        state, _ = asked()
        said, _ = surveys_answers.answer(state, 2, "Der Akku brennt", at(300))
        after = read(
            said,
            language="de",
            intent="complaint",
            sentiment="negative",
            topic="battery",
            signals=(Signal(kind="danger", confidence=0.9),),
        )
        assert after
        assert (after.comment_language, after.comment_intent, after.sentiment) == ("de", "complaint", "negative")
        assert (after.topic, after.comment_signals) == ("battery", ("danger",))
        assert (after.score, after.comment, after.status, after.language) == (2, "Der Akku brennt", "answered", "es")

    def test_once(self) -> None:
        state, _ = asked()
        said, _ = surveys_answers.answer(state, 2, "It leaks", at(300))
        after = read(said, sentiment="negative")
        assert after
        assert read(after, sentiment="positive") is None

    @pytest.mark.parametrize("comment", ["", " \t\n"])
    def test_where_there_are_none_nothing_is_read_into_them(self, comment: str) -> None:
        state, _ = asked()
        said, (event,) = surveys_answers.answer(state, 2, comment, at(300))
        assert event.comment == ""
        assert read(said) is None

    def test_of_a_case_that_was_never_asked_about(self) -> None:
        event = SurveyClassified.model_validate(CASE | {"survey_id": "nobodys", "classification": label()})
        assert surveys_answers.classified(None, event) is None

    def test_words_of_a_conversation_came_with_the_same(self) -> None:
        state, _ = asked()
        change = surveys_answers.replied(state, says(3, comment="it leaks again"), at(301))
        assert change
        after = change[0]
        assert (after.comment_language, after.comment_intent, after.topic) == ("es", "question", "leak")
        assert read(after, topic="other") is None


class TestCounting:
    def test_by_topic_kind_and_tone_with_small_groups_hidden(self) -> None:
        found = [commented() for _ in range(6)]
        found += [commented("delivery", "positive", "compliment") for _ in range(7)]
        found += [commented("", "neutral", "remark") for _ in range(2)]
        told = words([*found, answered(5)], 5)
        assert (told.comments, told.unread, told.minimum) == (15, 0, 5)
        assert told.topics == (
            Count(key="delivery", comments=7),
            Count(key="leak", comments=None),  # else the total would tell how many the hidden two are
            Count(key="", comments=None),
        )
        assert [each.key for each in told.sentiments] == ["positive", "negative", "neutral"]
        assert [each.key for each in told.intents] == ["compliment", "complaint", "remark"]

    def test_what_nobody_has_read_is_in_no_group(self) -> None:
        unread = answered(4).model_copy(update={"comment": "Not yet"})
        told = words([unread, *(commented() for _ in range(5))], 5)
        assert (told.comments, told.unread, told.topics) == (6, 1, (Count(key="leak", comments=5),))

    def test_nothing_was_said(self) -> None:
        told = words([answered(4)], 5)
        assert (told.comments, told.topics, told.sentiments, told.intents) == (0, (), (), ())


class TestChoosing:
    @pytest.mark.parametrize(
        ("wanted", "fits"),
        [
            ({}, True),
            ({"topics": {"leak", "noise"}}, True),
            ({"topics": {"noise"}}, False),
            ({"sentiments": {"negative"}, "intents": {"complaint"}}, True),
            ({"sentiments": {"negative"}, "intents": {"question"}}, False),
            ({"topics": {""}}, False),
        ],
    )
    def test_a_comment_is_of_every_kind_that_was_chosen(self, wanted: dict[str, Any], fits: bool) -> None:
        assert Wanted.model_validate(wanted).fits(commented()) is fits

    def test_without_a_known_topic(self) -> None:
        assert Wanted(topics=frozenset({""})).fits(commented(topic=""))

    def test_an_unread_comment_is_there_only_where_nothing_was_chosen(self) -> None:
        unread = answered(4).model_copy(update={"comment": "Not yet"})
        assert Wanted().fits(unread)
        assert not Wanted(topics=frozenset({""})).fits(unread)
