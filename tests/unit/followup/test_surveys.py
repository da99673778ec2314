"""Surveys: who is asked and who is not, and which answers count (F5, V5)."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.events.case import CaseAbsorbed, CaseClosed, CaseMessageAdded, CaseOpened, LastWord
from schemas.events.message import Author, Classification, Message, Signal
from schemas.events.survey import (
    SurveyAnswered,
    SurveyAnswerRefused,
    SurveyDeclined,
    SurveyExpired,
    SurveyReplied,
    SurveyRequested,
)
from schemas.organisation_aftercare import SurveyPolicy
from services.followup.domain import surveys, surveys_answers
from services.followup.domain.surveys import SkipReason, Survey
from services.followup.domain.surveys_answers import AnswerRefused
from services.followup.domain.surveys_customer import SurveyCustomer, opt_out, reserve
from tests.unit.followup.moments import CASE, NOON, at

DAY = 24 * 60
ANA = Author(id="ana", name="Ana", address="ana@example.org")
POLICY = SurveyPolicy.model_validate(
    {
        "kind": "nps",
        "channels": ["web", "mail"],
        "texts": {"en": "0 to 10? {link}", "es": "¿Del 0 al 10? {link}"},
    }
)


def opened(**changes: Any) -> CaseOpened:
    facts = {"channel": "web", "visibility": "private", "customer": ANA, "pool": "care", "language": "es"}
    moments = {"opened_at": NOON, "first_reply_due_at": at(60)}
    return CaseOpened.model_validate(CASE | facts | moments | changes)


def message(minutes: float = 0, text: str = "It leaks", **changes: Any) -> Message:
    facts = {"id": f"m{minutes}", "brand": "moccarel", "channel": "web", "conversation": "conversation-1"}
    moments = {"sent_at": at(minutes), "received_at": at(minutes)}
    return Message.model_validate(
        facts | moments | {"external_id": f"e{minutes}", "author": ANA, "text": text} | changes
    )


def label(**changes: Any) -> Classification:
    judged = {"language": "es", "intent": "question", "sentiment": "neutral", "urgency": "normal", "topic": "leak"}
    sure = {f"{name}_confidence": 0.9 for name in judged}
    return Classification.model_validate(judged | sure | changes)


def added(minutes: float = 0, understood: Classification | None = None, **changes: Any) -> CaseMessageAdded:
    return CaseMessageAdded.model_validate(
        CASE | {"message": message(minutes, **changes), "classification": understood or label()}
    )


def known(*more: CaseMessageAdded, **changes: Any) -> Survey:
    """A case that was answered and is about to close."""
    state = surveys.case_opened(opened(**changes))
    for event in more or (added(),):
        state = surveys.message_added(state, event)
    return state.model_copy(update={"spoken": True})


def closed(state: Survey, policy: SurveyPolicy = POLICY, **changes: Any) -> Survey:
    event = CaseClosed.model_validate(CASE | {"owner": "mila", "closed_at": at(100)} | changes)
    after = surveys.case_closed(state, event, policy, "ES", at(200))
    assert after
    return after


def asked(state: Survey | None = None, **policy: Any) -> tuple[Survey, SurveyRequested]:
    rules = POLICY.model_copy(update=policy)
    change = surveys.request(closed(state or known(), rules), rules, "https://desk.example/survey/token", at(200))
    assert change
    after, (event,) = change
    return after, event


def says(score: int | None = 8, minutes: float = 300, author: Author = ANA, **changes: Any) -> SurveyReplied:
    facts = {"survey_id": surveys.survey_id("case-1"), "message": message(minutes, str(score), author=author)}
    declined = {"declined": score is None}
    return SurveyReplied.model_validate(CASE | facts | {"classification": label(), "score": score} | declined | changes)


class TestAsked:
    def test_in_the_customers_language_where_they_wrote_last_with_all_that_scores_are_told_apart_by(self) -> None:
        state, event = asked()
        assert (event.text, event.text_language) == ("¿Del 0 al 10? https://desk.example/survey/token", "es")
        assert (event.kind, event.channel, event.language, event.team) == ("nps", "web", "es", "care")
        assert (event.owner, event.country, event.recipient_id, event.in_reply_to) == ("mila", "ES", "ana", "e0")
        assert (event.requested_at, event.expires_at) == (at(200), at(200) + timedelta(days=7))
        assert (state.status, state.next_at) == ("asked", event.expires_at)

    def test_in_english_where_there_is_no_text_in_their_language(self) -> None:
        _, event = asked(known(language="pt"))
        assert (event.text_language, event.language) == ("en", "pt")

    def test_on_the_conversation_in_which_the_customer_of_a_merged_case_wrote_last(self) -> None:
        word = LastWord(
            conversation="mail-2", channel="mail", customer=Author(id="ana@mail"), external_id="x", written_at=at(50)
        )
        merged = CaseAbsorbed.model_validate(
            CASE
            | {"source_case": "case-2", "source_conversation": "mail-2", "source_channel": "mail"}
            | {"source_customer": Author(id="ana@mail"), "by": "mila", "reason": "the same", "absorbed_at": at(60)}
            | {"last_word": word}
        )
        _, event = asked(surveys.case_absorbed(known(), merged))
        assert (event.channel, event.recipient_id, event.to_conversation) == ("mail", "ana@mail", "mail-2")

    def test_what_others_write_in_a_public_thread_does_not_make_them_the_customer(self) -> None:
        _, event = asked(known(added(), added(5, author=Author(id="bob"), text="Mine leaks too")))
        assert (event.recipient_id, event.in_reply_to) == ("ana", "e0")

    def test_once(self) -> None:
        state, _ = asked()
        assert surveys.request(state, POLICY, "link", at(201)) is None


class TestNotAsked:
    @pytest.mark.parametrize(
        ("state", "reason"),
        [
            (known(test=True), "test-contact"),
            (known(added(channel="social")), "other-channel"),
            (known(added(understood=label(intent="compliment"))), "compliment"),
            (known(added(understood=label(signals=(Signal(kind="self-harm", confidence=0.9),)))), "sensitive"),
            (known().model_copy(update={"spoken": False}), "nothing-said"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_because_of_the_case(self, state: Survey, reason: SkipReason) -> None:
        after = closed(state)
        assert (after.status, after.skipped, after.next_at) == ("skipped", reason, None)
        assert surveys.request(after, POLICY, "link", at(300)) is None

    def test_a_compliment_is_asked_about_where_the_policy_says_so(self) -> None:
        policy = POLICY.model_copy(update={"after_compliments": True})
        assert closed(known(added(understood=label(intent="compliment"))), policy).status == "planned"

    def test_a_merged_case_is_asked_about_where_it_goes_on(self) -> None:
        after = closed(known(), cause="merged")
        assert (after.status, after.closed) == ("watching", True)

    def test_outside_the_share_and_always_the_same_cases(self) -> None:
        inside = [number for number in range(4000) if surveys.in_share(f"case-{number}", 0.25)]
        assert inside == [number for number in range(4000) if surveys.in_share(f"case-{number}", 0.25)]
        assert 900 < len(inside) < 1100
        assert all(surveys.in_share(f"case-{number}", 1) for number in range(100))

    def test_who_was_asked_lately_or_wants_none(self) -> None:
        first = reserve(None, "survey-1", 90, NOON)
        assert isinstance(first, SurveyCustomer)
        assert reserve(first, "survey-1", 90, at(5)) == first
        assert reserve(first, "survey-2", 90, at(89 * DAY)) == "asked-lately"
        assert isinstance(reserve(first, "survey-2", 90, at(90 * DAY)), SurveyCustomer)
        stopped = opt_out(first, at(1))
        assert stopped
        assert reserve(stopped, "survey-2", 90, at(9000 * DAY)) == "opted-out"
        assert opt_out(stopped, at(2)) is None


class TestAnswers:
    def test_a_number_in_the_conversation(self) -> None:
        state, _ = asked()
        change = surveys_answers.replied(state, says(8), at(301))
        assert change
        after, (event,) = change
        assert isinstance(event, SurveyAnswered)
        assert (event.score, event.way, event.answered_at, event.team) == (8, "conversation", at(300), "care")
        assert (after.status, after.score, after.next_at) == ("answered", 8, None)

    def test_words_come_with_how_they_were_understood(self) -> None:
        state, _ = asked()
        change = surveys_answers.replied(state, says(3, comment="it leaks again"), at(301))
        assert change
        assert (change[0].comment, change[0].sentiment, change[0].topic) == ("it leaks again", "neutral", "leak")

    def test_on_its_page(self) -> None:
        state, _ = asked()
        after, (event,) = surveys_answers.answer(state, 10, " Great ", at(400))
        assert (after.score, after.way, event.comment) == (10, "link", "Great")

    def test_what_was_written_in_time_is_in_time(self) -> None:
        state, event = asked()
        change = surveys_answers.replied(state, says(8, 200 + 7 * DAY - 1), event.expires_at + timedelta(hours=3))
        assert change
        assert isinstance(change[1][0], SurveyAnswered)

    @pytest.mark.parametrize(
        ("event", "reason"),
        [
            (says(8, author=Author(id="bob")), "somebody-else"),
            (says(11), "out-of-range"),
            (says(-1), "out-of-range"),
            (says(8, 200 + 7 * DAY), "expired"),
        ],
        ids=["somebody-else", "eleven", "minus-one", "expired"],
    )
    def test_what_does_not_count_is_told_with_its_reason_and_changes_nothing_else(
        self, event: SurveyReplied, reason: str
    ) -> None:
        state, _ = asked()
        change = surveys_answers.replied(state, event, at(200 + 8 * DAY))
        assert change
        after, (told,) = change
        assert isinstance(told, SurveyAnswerRefused)
        assert (told.reason, told.message_id) == (reason, event.message.id)
        assert after == state.model_copy(update={"refused": 1})

    def test_the_first_answer_counts(self) -> None:
        state, _ = asked()
        after, _ = surveys_answers.answer(state, 2, "", at(300))
        change = surveys_answers.replied(after, says(9, 310), at(311))
        assert change
        assert (change[0].score, change[1][0].reason) == (2, "answered-already")
        with pytest.raises(AnswerRefused, match="answered already"):
            surveys_answers.answer(after, 2, "", at(300))

    @pytest.mark.parametrize(
        ("score", "minutes", "why"),
        [(11, 300, "from 0 to 10"), (-1, 300, "from 0 to 10"), (5, 200 + 7 * DAY, "took answers until")],
    )
    def test_on_its_page_too(self, score: int, minutes: float, why: str) -> None:
        state, _ = asked()
        with pytest.raises(AnswerRefused, match=why):
            surveys_answers.answer(state, score, "", at(minutes))

    def test_nobody_was_asked(self) -> None:
        assert surveys_answers.replied(None, says(), at(300)) is None
        assert surveys_answers.replied(closed(known()), says(), at(300)) is None


class TestStop:
    def test_it_ends_the_survey(self) -> None:
        state, _ = asked()
        change = surveys_answers.replied(state, says(None), at(301))
        assert change
        after, (event,) = change
        assert isinstance(event, SurveyDeclined)
        assert (after.status, after.next_at) == ("declined", None)
        assert surveys_answers.replied(after, says(None, 310), at(311)) is None

    def test_it_is_never_too_late_and_leaves_an_answer_as_it_is(self) -> None:
        state, _ = asked()
        after, _ = surveys_answers.answer(state, 2, "", at(300))
        change = surveys_answers.decline(after, at(9000))
        assert change
        assert (change[0].status, change[0].score) == ("answered", 2)
        assert surveys_answers.decline(change[0], at(9001)) is None


class TestExpiry:
    def test_nobody_is_reminded(self) -> None:
        state, event = asked()
        assert surveys.expire(state, event.expires_at - timedelta(seconds=1)) is None
        change = surveys.expire(state, event.expires_at)
        assert change
        after, (told,) = change
        assert isinstance(told, SurveyExpired)
        assert (after.status, after.next_at) == ("expired", None)
        assert surveys.expire(after, event.expires_at) is None
