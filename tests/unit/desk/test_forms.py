"""What people type, before it becomes a command."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import Problem
from services.desk.pages.forms import (
    FormState,
    case_named,
    consult_body,
    departure,
    due_at,
    minutes,
    new_promise,
    reply_body,
    spoken,
)
from tests.unit.desk.stories import NOON

AMSTERDAM = "Europe/Amsterdam"


class TestDueAt:
    def test_is_so_many_minutes_from_now(self) -> None:
        assert due_at({"due": "60"}, NOON) == NOON + timedelta(hours=1)

    def test_is_a_local_time_in_the_readers_zone(self) -> None:
        chosen = {"due": "other", "due_at": "2026-11-21T09:30", "zone": AMSTERDAM}
        assert due_at(chosen, NOON).isoformat() == "2026-11-21T08:30:00+00:00"

    @pytest.mark.parametrize(
        "values",
        [
            {"due": "other"},
            {"due": "other", "due_at": "soon", "zone": AMSTERDAM},
            {"due": "other", "due_at": "2026-11-21T09:30", "zone": "Mars/Olympus"},
            {"due": "other", "due_at": "2026-11-21T09:30", "zone": "../../etc/passwd"},
            {"due": "-5"},
            {"due": "99999999"},
            {"due": "²"},
        ],
    )
    def test_says_what_is_wrong(self, values: dict[str, str]) -> None:
        with pytest.raises(Problem) as refused:
            due_at(values, NOON)
        assert refused.value.status == 400

    @given(st.dictionaries(st.sampled_from(["due", "due_at", "zone"]), st.text(max_size=30)))
    def test_takes_anything_or_refuses_it_clearly(self, values: dict[str, str]) -> None:
        try:
            due_at(values, NOON)
        except Problem as problem:
            assert problem.status == 400  # noqa: PT017 - any other error would be a bug


class TestReply:
    def test_is_the_words_and_what_they_promise(self) -> None:
        values = {"text": " Hello ", "kind": "holding", "promising": "yes", "what": "the part", "due": "240"}
        body = reply_body(values, NOON, "en", AMSTERDAM)
        due = (NOON + timedelta(hours=4)).isoformat()
        assert body == {
            "kind": "holding",
            "text": "Hello",
            "promise": {"what": "the part", "due_at": due},
            "keeps_promise": "",
        }

    def test_says_the_promised_time_in_the_customers_language(self) -> None:
        values = {"text": "Uiterlijk {by}.", "promising": "yes", "what": "it", "due": "240"}
        assert reply_body(values, NOON, "nl", AMSTERDAM)["text"].startswith("Uiterlijk 20 november 17:00")

    def test_promises_nothing_unless_told_to(self) -> None:
        assert reply_body({"text": "Hello", "what": "left over", "due": "60"}, NOON, "en", "UTC")["promise"] is None

    @pytest.mark.parametrize(
        ("values", "kind"),
        [
            ({}, "text-empty"),
            ({"text": "  "}, "text-empty"),
            ({"text": "by {by}"}, "promise-time-missing"),
            ({"text": "x", "kind": "spam"}, "invalid-request"),
            ({"text": "x", "promising": "yes", "what": " "}, "promise-words-missing"),
        ],
    )
    def test_refuses_what_makes_no_sense(self, values: dict[str, str], kind: str) -> None:
        with pytest.raises(Problem) as refused:
            reply_body(values, NOON, "en", "UTC")
        assert refused.value.kind == kind


def test_a_moment_is_spoken_in_english_where_the_language_is_unknown() -> None:
    assert spoken(NOON, "und", "UTC") == spoken(NOON, "en", "UTC")


def test_a_consult_needs_a_question_and_a_time_that_is_offered() -> None:
    assert consult_body({"question": "Why?", "due_minutes": "60"})["due_minutes"] == 60
    for values in ({"question": " "}, {"question": "Why?", "due_minutes": "soon"}):
        with pytest.raises(Problem):
            consult_body(values)


def test_a_promise_needs_words() -> None:
    assert new_promise({"what": "x" * 600}, NOON)["what"] == "x" * 500
    with pytest.raises(Problem):
        new_promise({"what": ""}, NOON)


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "", "20161", "٣"])
def test_minutes_are_a_number_within_two_weeks(text: str) -> None:
    with pytest.raises(Problem):
        minutes(text, "due")


class TestFormState:
    def test_a_refused_form_gets_a_new_name_and_an_uncertain_one_keeps_it(self) -> None:
        form = FormState({"text": "kept"}, key="one")
        refused, unsure = form.failed(Problem(409, "x", "no")), form.failed(Problem(503, "unavailable", "?"))
        assert refused.key != "one"
        assert unsure.key == "one"
        assert refused.values == unsure.values == {"text": "kept"}


class TestCountedFrom:
    """A double click on "in an hour" names the same moment both times."""

    @pytest.mark.parametrize("pressed_after", [0.0, 0.2, 4.9])
    def test_is_the_moment_at_which_the_form_was_shown(self, pressed_after: float) -> None:
        shown = {"shown_at": NOON.isoformat(), "due": "60"}
        assert due_at(shown, NOON + timedelta(minutes=pressed_after)) == NOON + timedelta(hours=1)

    def test_moves_on_with_a_form_that_stays_open(self) -> None:
        shown = {"shown_at": NOON.isoformat(), "due": "60"}
        assert due_at(shown, NOON + timedelta(hours=3, minutes=2)) == NOON + timedelta(hours=4)

    @pytest.mark.parametrize("words", ["", "soon", "2026-11-20T12:00", "2090-01-01T00:00:00+00:00"])
    def test_is_now_for_a_form_that_does_not_say(self, words: str) -> None:
        assert due_at({"shown_at": words, "due": "60"}, NOON) == NOON + timedelta(hours=1)


class TestProposedPromise:
    def test_goes_with_the_reply_when_its_author_agrees(self) -> None:
        values = {"text": "I call you tomorrow.", "proposed": "2026-11-21T10:00:00Z call you"}
        body = reply_body(values, NOON, "en", "UTC")
        assert body["promise"] == {"what": "call you", "due_at": "2026-11-21T10:00:00+00:00"}

    @pytest.mark.parametrize("words", ["soon call you", "2026-11-21T10:00:00Z", "2026-11-21T10:00:00Z "])
    def test_is_one_of_those_offered(self, words: str) -> None:
        with pytest.raises(Problem) as refused:
            reply_body({"text": "x", "proposed": words}, NOON, "en", "UTC")
        assert refused.value.status == 400


@pytest.mark.parametrize(
    "text",
    [
        "c-1",
        " c-1 ",
        "/cases/c-1",
        "https://desk.example/cases/c-1/",
        "https://desk.example/cases/c-1?draft=d#composer",
    ],
)
def test_a_case_is_named_by_its_id_or_the_address_of_its_page(text: str) -> None:
    assert case_named(text) == "c-1"


def test_a_question_for_one_person_alone_names_them_and_no_number_of_places() -> None:
    values = {"question": "Why?", "places": "3", "skill": "coffee"}
    assert consult_body(values)["places"] == 3
    meant = consult_body(values | {"specialist": "salma.qasim"})
    assert meant["specialist"] == "salma.qasim"
    assert "places" not in meant


class TestDeparture:
    def test_at_once_at_a_time_or_after_a_coach_has_looked(self) -> None:
        assert departure({}) == {"send_at": None, "ask_approval": False}
        assert departure({"when": "approved"}) == {"send_at": None, "ask_approval": True}
        later = {"when": "later", "send_at": "2026-11-21T09:30", "zone": AMSTERDAM}
        assert departure(later) == {"send_at": "2026-11-21T08:30:00+00:00", "ask_approval": False}

    def test_a_time_that_is_none_is_refused(self) -> None:
        with pytest.raises(Problem, match="choose the day and the time"):
            departure({"when": "later", "send_at": "soon", "zone": AMSTERDAM})
