"""What a customer sees on their page."""

from datetime import timedelta

from services.desk.domain.talk import MAX_WRITTEN, Talk, Written, lines, outlook
from tests.unit.desk.stories import NOON, Story
from tests.unit.desk.test_folding import folded

TALK = Talk(conversation="conversation-1", brand="moccarel", thread="t")


def test_messages_and_sent_replies_and_nothing_internal() -> None:
    story = (
        Story().opened().wrote("question").assigned().asked("secret?", specialist="harry.carter")
        .answered("secret!", "harry.carter").replied("answer").replied("lost", "r2", outcome="failed", minutes=9)
        .replied("unsure", "r3", outcome="uncertain", minutes=10).replied("on its way", "r4", outcome="", minutes=11)
    )  # fmt: skip
    said = lines(None, [folded(story.events)])
    assert [(line.text, line.mine) for line in said] == [("question", True), ("answer", False)]


def test_a_message_shows_before_a_case_has_it_and_once_afterwards() -> None:
    view = folded(Story().opened().wrote("question").events)
    known = view.timeline[-1].ref
    talk = TALK.wrote(Written(id=known, text="question", at=NOON)).wrote(
        Written(id="new", text="and this", at=NOON + timedelta(minutes=5))
    )
    assert [line.text for line in lines(talk, [])] == ["question", "and this"]
    assert [line.text for line in lines(talk, [view])] == ["question", "and this"]


def test_own_words_are_bounded() -> None:
    talk = TALK
    for number in range(MAX_WRITTEN + 5):
        talk = talk.wrote(Written(id=str(number), text="x", at=NOON))
    assert len(talk.written) == MAX_WRITTEN
    assert talk.written[-1].id == str(MAX_WRITTEN + 4)


class TestOutlook:
    def test_promises_only_what_lies_ahead(self) -> None:
        view = folded(Story().opened(60).wrote("?").assigned().events)
        assert outlook([view], NOON).hear_by == NOON + timedelta(minutes=60)
        assert outlook([view], NOON + timedelta(minutes=61)).hear_by is None

    def test_names_the_owner(self) -> None:
        assert outlook([folded(Story().opened().assigned("sem.schouten").events)], NOON).owner == "sem.schouten"

    def test_is_done_when_the_latest_case_is(self) -> None:
        view = folded(Story().opened().wrote("?").assigned().replied("so").resolved().events)
        assert outlook([view], NOON).done
        assert not outlook([], NOON).done
