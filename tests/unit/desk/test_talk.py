"""What a customer sees on their page."""

from datetime import timedelta

from schemas.events.case import CaseMessageAdded, CaseThanked
from schemas.events.message import Attachment
from schemas.events.reply import ReplyQueued
from services.desk.api.live import subjects_of
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
    said = lines("conversation-1", None, [folded(story.events)])
    assert [(line.text, line.mine) for line in said] == [("question", True), ("answer", False)]


def test_thanks_after_the_end_stand_where_they_were_written() -> None:
    """No case is opened for them (rule 6), and the customer's page shows them all the same."""
    story = Story().opened().wrote("question").assigned().replied("answer").resolved().closed()
    heard = next(each for each in story.events if isinstance(each, CaseMessageAdded))
    thanks = heard.message.model_copy(
        update={"id": "thanks", "text": "Thanks again!", "received_at": NOON + timedelta(days=3)}
    )
    facts = {"case_id": heard.case_id, "conversation": heard.conversation, "brand": heard.brand}
    view = folded([*story.events, CaseThanked(**facts, message=thanks, classification=heard.classification)])
    said = lines("conversation-1", None, [view])
    assert (said[-1].text, said[-1].mine, view.status) == ("Thanks again!", True, "closed")


def test_pictures_and_videos_come_with_what_was_said() -> None:
    """Images, GIFs and video are first-class in and out (V6)."""
    story = Story().opened().wrote("a photo of it").assigned().replied("so")
    video = Attachment(url="https://media.example/lid.mp4", media_type="video/mp4", name="How the lid clicks")
    events = [
        event.model_copy(update={"attachments": (video,)}) if isinstance(event, ReplyQueued) else event
        for event in story.events
    ]
    asked, answered = lines("conversation-1", None, [folded(events)])
    assert [each.name for each in asked.attachments] == ["a.jpg"]
    assert answered.attachments == (video,)


def test_a_merged_case_says_on_each_page_what_was_said_there() -> None:
    """Nobody reads what was said in another conversation, and nothing said in theirs is missing (M4)."""
    absorbed = folded(Story("case-2", "conversation-2").opened().wrote("asked there first").assigned().events)
    absorbed = absorbed.model_copy(update={"merged_into": "case-1", "closed": True})
    story = Story().opened().wrote("asked here").assigned().replied("answer here").replied("answer there", "r2")
    events = []
    for event in story.events:
        if isinstance(event, ReplyQueued) and event.text == "answer there":
            event = event.model_copy(update={"to_conversation": "conversation-2"})  # noqa: PLW2901
        events.append(event)
        if isinstance(event, CaseMessageAdded):
            there = event.message.model_copy(update={"id": "later", "conversation": "conversation-2", "text": "and?"})
            events.append(event.model_copy(update={"message": there}))
    both = [absorbed, folded(events)]
    assert [line.text for line in lines("conversation-1", None, both)] == ["asked here", "answer here"]
    assert {line.text for line in lines("conversation-2", None, both)} == {"asked there first", "and?", "answer there"}
    assert outlook(both, NOON).owner == "maaike.postma"
    assert not outlook(both, NOON).done
    assert {"talk:conversation-1", "talk:conversation-2"} <= subjects_of(both[1])


def test_a_message_shows_before_a_case_has_it_and_once_afterwards() -> None:
    view = folded(Story().opened().wrote("question").events)
    known = view.timeline[-1].ref
    talk = TALK.wrote(Written(id=known, text="question", at=NOON)).wrote(
        Written(id="new", text="and this", at=NOON + timedelta(minutes=5))
    )
    assert [line.text for line in lines("conversation-1", talk, [])] == ["question", "and this"]
    assert [line.text for line in lines("conversation-1", talk, [view])] == ["question", "and this"]


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
