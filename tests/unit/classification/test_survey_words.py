"""Words on a survey's page are judged as a message is, under the survey's name; those of a conversation were judged there."""

from collections.abc import Sequence
from typing import Any

import pytest

from schemas.base import Event
from schemas.events.message import Classification
from schemas.events.survey import SurveyAnswered, SurveyClassified
from services.classification.domain import Classifier
from services.classification.handlers import judge_with, table

ANSWERED: dict[str, Any] = {
    "survey_id": "survey-1",
    "case_id": "case-1",
    "conversation": "conversation-1",
    "brand": "moccarel",
    "kind": "csat",
    "channel": "web-moccarel",
    "language": "nl",
    "owner": "mila",
    "team": "care",
    "score": 2,
    "way": "link",
    "requested_at": "2026-11-24T10:00:00Z",
    "answered_at": "2026-11-24T11:00:00Z",
}


def answered(comment: str, **changes: Any) -> SurveyAnswered:
    return SurveyAnswered.model_validate(ANSWERED | {"comment": comment} | changes)


async def said(classifier: Classifier, *events: SurveyAnswered) -> Sequence[Sequence[Event]]:
    watched: list[Sequence[Classification]] = []
    handlers = table(judge_with(classifier), [lambda _, labels: watched.append(labels)])
    found = await handlers.transformations[SurveyAnswered.type].transform(events)
    assert watched == [], "what watches messages is not told of surveys"
    return found


async def test_only_words_of_the_page_are_read_each_under_its_survey(classifier: Classifier) -> None:
    events = [
        answered("", survey_id="silent"),
        answered("Nog steeds lekt de machine, heel vervelend, niemand helpt!", survey_id="angry"),
        answered("3, maar hij lekt", survey_id="in the conversation", way="conversation"),
        answered("Thank you, great service!", survey_id="glad", brand="lumo"),
    ]
    silent, angry, conversation, glad = await said(classifier, *events)
    assert (list(silent), list(conversation)) == ([], [])
    (bad,), (good,) = angry, glad
    assert isinstance(bad, SurveyClassified)
    assert isinstance(good, SurveyClassified)
    assert (bad.survey_id, bad.classification.language, bad.classification.sentiment) == ("angry", "nl", "negative")
    assert (good.survey_id, good.brand, good.classification.language) == ("glad", "lumo", "en")
    assert good.classification.sentiment == "positive"


@pytest.mark.parametrize("comment", ["   ", "\n\t"])
async def test_empty_words_say_nothing(classifier: Classifier, comment: str) -> None:
    assert [list(each) for each in await said(classifier, answered(comment))] == [[]]


@pytest.mark.parametrize("comment", ["\0", "a\0b", "💔" * 1000, "?" * 2000, "\u202eabc"], ids=ascii)
async def test_any_words_are_read_as_a_message_with_them_is(classifier: Classifier, comment: str) -> None:
    ((found,),) = await said(classifier, answered(comment))
    assert isinstance(found, SurveyClassified)
    assert [found.classification] == classifier.classify([comment], ["moccarel"])


def test_more_words_than_there_may_be_are_no_event() -> None:
    with pytest.raises(ValueError, match="at most 2000 characters"):
        answered("x" * 100_000)
