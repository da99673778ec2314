"""After a survey a bare number is an answer: it opens no case, and follow-up hears of it. Everything else is as ever (F5)."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.events.case import CaseClosed, CaseOpened
from schemas.events.followup import ClockBreached
from schemas.events.message import Attachment, Author
from schemas.events.survey import CaseSurveyed, SurveyReplied, SurveyRequested
from services.cases.domain.last_words import SurveyWords as Words
from services.cases.domain.last_words import last_words, survey_words
from tests.unit.cases.life import Life, facts

DAY = 24 * 60


def surveyed() -> Life:
    """A case that closed in silence, and whose customer was asked."""
    life = Life()
    life.arrives(1)
    life.assigned()
    life.sent(life.replies())
    life.resolves()
    life.now += timedelta(hours=48)
    closes_at = life.case.closes_at
    assert closes_at
    names = {"brand": "homely", "clock_id": "clock", "kind": "closing", "subject_id": life.case.id}
    life.hear(ClockBreached.model_validate(facts(life.case) | names | {"due_at": closes_at}))
    life.hear(asked(life))
    return life


def asked(life: Life, **changes: Any) -> SurveyRequested:
    apart = {"kind": "nps", "channel": "web", "language": "en", "owner": "mira", "team": "care"}
    told = {"text": "0 to 10?", "text_language": "en", "recipient_id": "ana", "survey_id": "survey-1"}
    moments = {"requested_at": life.now, "expires_at": life.now + timedelta(days=7)}
    return SurveyRequested.model_validate(facts(life.case) | {"brand": "homely"} | apart | told | moments | changes)


def test_a_bare_number_opens_no_case_and_is_told_to_follow_up() -> None:
    life = surveyed()
    life.arrives(2, 3 * DAY, text=" 8 ")
    assert (len(life.states), life.case.status, life.case.messages) == (1, "closed", 1)
    [answer] = life.of(SurveyReplied)
    assert (answer.survey_id, answer.score, answer.declined, answer.message.id) == ("survey-1", 8, False, "message-2")


def test_what_does_not_count_is_told_too_with_its_number() -> None:
    """Follow-up knows the scale and the time; the customer who types 11 does not want a new case."""
    life = surveyed()
    life.arrives(2, 3 * DAY, text="11")
    life.arrives(3, 20 * DAY, text="8")
    assert [each.score for each in life.of(SurveyReplied)] == [11, 8]
    assert len(life.states) == 1


def test_stop_wants_no_surveys() -> None:
    life = surveyed()
    life.arrives(2, 3 * DAY, text="Afmelden!")
    assert [(each.score, each.declined) for each in life.of(SurveyReplied)] == [(None, True)]
    assert len(life.states) == 1


def test_a_number_with_words_is_an_answer_that_somebody_sees_to() -> None:
    life = surveyed()
    first = life.case.id
    life.arrives(2, 3 * DAY, text="3 - but it leaks again")
    assert (len(life.states), life.case.status, life.case.messages) == (2, "new", 1)
    [answer] = life.of(SurveyReplied)
    assert (answer.case_id, answer.score, answer.comment) == (first, 3, "but it leaks again")


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "It leaks again"},
        {"text": "8", "author": Author(id="somebody-else")},
        {"text": "8", "attachments": (Attachment(url="https://example.org/8.jpg"),)},
        {"text": "8", "minutes": 40 * DAY},
        {"text": "8 days ago I ordered one"},
    ],
    ids=["words", "somebody-else", "picture", "long-after", "sentence"],
)
def test_anything_else_is_a_new_case(changes: dict[str, Any]) -> None:
    life = surveyed()
    life.arrives(2, **({"minutes": 3 * DAY} | changes))
    assert (len(life.states), life.case.status) == (2, "new")
    assert life.of(SurveyReplied) == []


def test_a_number_means_nothing_to_who_was_not_asked() -> None:
    life = Life()
    life.arrives(1, text="8")
    assert (life.case.status, life.of(SurveyReplied)) == ("new", [])


def test_in_an_open_case_a_number_is_a_message_for_its_owner() -> None:
    life = surveyed()
    life.arrives(2, 3 * DAY, text="And another thing")
    life.arrives(3, 3 * DAY + 1, text="8")
    assert (len(life.states), life.case.messages, life.of(SurveyReplied)) == (2, 2, [])


def test_a_case_is_surveyed_once() -> None:
    life = surveyed()
    life.hear(asked(life, survey_id="another"))
    assert [each.survey_id for each in life.of(CaseSurveyed)] == ["survey-1"]
    assert (len(life.of(CaseOpened)), len(life.of(CaseClosed))) == (1, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("8", Words(score=8)),
        ("10/10!", Words(score=10)),
        ("8️⃣", Words(score=8)),
        ("٨", Words(score=8)),
        ("-1", Words(score=-1)),
        ("9, great", Words(score=9, comment="great")),
        ("STOP.", Words(declined=True)),
        ("Keine Umfragen mehr", Words(declined=True)),
        ("7.5", None),
        ("1. It leaks", None),
        ("2 - 3 days?", None),
        ("Stop it now", None),
        ("no", None),
        ("", None),
        ("👍", None),
    ],
)
def test_what_a_message_says_to_a_survey(text: str, words: Words | None) -> None:
    assert survey_words(text) == words


def test_the_words_can_be_read() -> None:
    for name in type(last_words()).model_fields:
        assert survey_words(getattr(last_words(), name).no_surveys[0]) == Words(declined=True)
