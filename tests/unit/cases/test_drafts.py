"""Drafts with versions, their way out, the schedule, and taking back (rule 4, P1, V1, V6)."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from schemas.events.promise import PromiseMade
from schemas.events.reply import (
    ReplyCancelled,
    ReplyCancelRequested,
    ReplyDiscarded,
    ReplyDrafted,
    ReplyQueued,
    ReplyScheduled,
)
from services.cases.domain import Refused, fold
from services.cases.domain.commands.letters import Letter
from services.cases.domain.timers import timers, wakes_at
from tests.unit.cases.life import OWNER, START, case_events
from tests.unit.cases.replying import COLLEAGUE, SECOND, SHADOW, Waits, owned

PICTURE = {"url": "https://media.example/seal.jpg", "media_type": "image/jpeg", "name": "seal.jpg", "alt": "The seal"}


def folds(life: Waits) -> bool:
    """Rule 8: the events alone give the state."""
    return fold(case_events(life, 0)) == life.case


class TestDrafts:
    def test_a_shadow_agent_drafts_and_nothing_leaves(self) -> None:
        """P1: shadow, drafts only."""
        life = owned().drafts(SHADOW)
        assert (life.reply().status, life.reply().author, life.reply().version) == ("draft", SHADOW, 1)
        assert not life.of(ReplyQueued)
        with pytest.raises(Refused, match="only the owner"):
            life.sends(actor=SHADOW)

    def test_the_owner_sends_a_shadows_draft_in_their_own_name(self) -> None:
        """V1: signed by the person who sends it; what was drafted stays with who wrote it."""
        life = owned().drafts(SHADOW, text="It is the seal").sends()
        (queued,) = life.of(ReplyQueued)
        assert (queued.author, queued.signature, queued.text) == (OWNER, "^MI", "It is the seal\n^MI")
        assert [each.author for each in life.reply().versions] == [SHADOW]
        assert (life.reply().status, life.reply().author) == ("queued", OWNER)
        assert folds(life)

    def test_each_change_is_a_version_and_the_same_words_again_are_not(self) -> None:
        life = (
            owned()
            .drafts(SHADOW)
            .changes(1)
            .changes(2, COLLEAGUE, text="The best draft")
            .changes(3, text="The best draft")
        )
        assert [(each.version, each.author) for each in life.of(ReplyDrafted)] == [
            (1, SHADOW),
            (2, OWNER),
            (3, COLLEAGUE),
        ]
        assert life.reply().text == "The best draft"
        assert folds(life)

    def test_two_who_change_one_draft_do_not_write_over_each_other(self) -> None:
        life = owned().drafts(SHADOW).changes(1, COLLEAGUE)
        with pytest.raises(Refused, match=f"version 2 by {COLLEAGUE} came after version 1") as refused:
            life.changes(1)
        assert (refused.value.kind, refused.value.status) == ("draft-changed", 412)
        with pytest.raises(Refused, match="read it first"):
            life.sends(1)

    def test_a_draft_that_is_not_wanted_is_discarded(self) -> None:
        life = owned().drafts(SHADOW).discards(SHADOW)
        assert [each.by for each in life.of(ReplyDiscarded)] == [SHADOW]
        with pytest.raises(Refused, match="it is no draft: discarded"):
            life.sends()
        assert folds(life)

    def test_only_the_latest_versions_stay_and_the_numbers_go_on(self) -> None:
        life = owned().drafts()
        for version in range(1, 60):
            life.changes(version, text=f"Draft {version}")
        assert (len(life.reply().versions), life.reply().version) == (50, 60)

    def test_a_draft_answers_what_was_there_when_it_is_sent(self) -> None:
        life = owned().drafts()
        life.arrives(2)
        life.sends().sent("r")
        assert life.status == "waiting-for-customer"

    def test_its_promise_is_made_when_it_leaves_not_before(self) -> None:
        """F1: nobody outside has seen a draft."""
        due_at = START + timedelta(hours=4)
        life = owned().drafts(promise={"what": "a part", "due_at": due_at})
        assert not life.case.promises
        life.sends()
        assert [(each.what, each.due_at, each.reply_id) for each in life.of(PromiseMade)] == [("a part", due_at, "r")]
        assert folds(life)


class TestMedia:
    def test_pictures_and_files_go_with_a_reply(self) -> None:
        """V6."""
        life = owned().drafts(attachments=[PICTURE]).sends()
        (queued,) = life.of(ReplyQueued)
        assert [each.model_dump() for each in queued.attachments] == [PICTURE]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"url": "http://media.example/a.jpg"},
            {"url": "javascript:alert(1)"},
            {"url": "https://"},
            {"url": "https://media.example/" + "a" * 2000},
            {"url": "https://media.example/a", "media_type": "not a type"},
            {"url": "https://media.example/a", "alt": "a" * 1001},
        ],
    )
    def test_what_is_no_address_of_a_picture_or_file_is_refused(self, wrong: dict[str, str]) -> None:
        with pytest.raises(ValidationError):
            Letter.model_validate({"text": "See", "attachments": [wrong]})

    def test_there_is_a_most(self) -> None:
        with pytest.raises(ValidationError):
            Letter.model_validate({"text": "See", "attachments": [PICTURE] * 11})


class TestLongTexts:
    def test_a_channel_that_threads_gets_several_messages(self) -> None:
        life = owned()
        life.limits = {"threads": lambda _: True}
        life.writes(text="Turn it off. " * 40)
        (queued,) = life.of(ReplyQueued)
        assert len(queued.parts) > 1
        assert all(len(part) <= 280 for part in queued.parts)
        assert queued.parts[-1].endswith("\n^MI")
        assert queued.text.startswith("Turn it off. Turn")
        assert folds(life)

    def test_other_channels_refuse_it(self) -> None:
        with pytest.raises(Refused, match="web takes 280"):
            owned().writes(text="Turn it off. " * 40)

    def test_what_can_not_be_parted_is_refused(self) -> None:
        life = owned()
        life.limits = {"threads": lambda _: True}
        with pytest.raises(Refused, match="too small") as refused:
            life.writes(text="https://media.example/" + "a" * 400)
        assert refused.value.kind == "text-too-long"


class TestSchedule:
    AT = START + timedelta(hours=2)

    def test_a_reply_leaves_at_its_time(self) -> None:
        life = owned().writes(send_at=self.AT)
        (scheduled,) = life.of(ReplyScheduled)
        assert (scheduled.by, scheduled.send_at, life.reply().status) == (OWNER, self.AT, "scheduled")
        assert wakes_at(life.case) == self.AT
        assert not life.waits(hours=1).of(ReplyQueued)
        (queued,) = life.waits(hours=1).of(ReplyQueued)
        assert (queued.author, queued.text, queued.queued_at) == (OWNER, "Done\n^MI", self.AT)
        assert not timers(life.case)
        assert folds(life)

    def test_it_is_on_its_way_so_that_the_case_is_not_resolved(self) -> None:
        life = owned()
        life.answered()
        life.writes(send_at=self.AT)
        with pytest.raises(Refused, match="still on its way"):
            life.resolves()

    def test_what_the_customer_wrote_meanwhile_still_wants_an_answer(self) -> None:
        life = owned().writes(send_at=self.AT)
        life.arrives(2)
        life.waits(hours=2).sent("r")
        assert life.status == "owned"

    def test_its_author_is_away_or_owns_it_no_longer_and_it_leaves_all_the_same(self) -> None:
        """It is the author's word, and nobody took it back."""
        life = owned().writes(send_at=self.AT)
        life.documents[0].state = life.case.model_copy(update={"owner": SECOND})
        life.stages[OWNER] = "shadow"
        assert [each.author for each in life.waits(hours=2).of(ReplyQueued)] == [OWNER]

    def test_another_reply_has_reported_on_the_promise_meanwhile(self) -> None:
        life = owned()
        promise = life.promises(minutes=300)
        life.writes(send_at=self.AT, keeps_promise=promise).sent(life.replies(keeps_promise=promise))
        life.waits(hours=2)
        assert life.reply().status == "queued"
        assert life.reply().keeps_promise == ""

    def test_after_a_long_outage_it_does_not_promise_what_has_passed(self) -> None:
        """The time in its words is over: it is a draft again, and says why."""
        due_at = self.AT + timedelta(minutes=10)
        life = owned().writes(send_at=self.AT, promise={"what": "a part", "due_at": due_at}).waits(hours=9)
        assert not life.of(ReplyQueued)
        (cancelled,) = life.of(ReplyCancelled)
        assert "has passed" in cancelled.reason
        assert (life.reply().status, life.reply().text) == ("draft", "Done")
        assert folds(life)

    def test_each_reply_waits_so_long_that_its_author_can_undo_it(self) -> None:
        life = owned(undo_seconds=20).writes()
        assert life.reply().status == "scheduled"
        assert not life.waits(seconds=19).of(ReplyQueued)
        assert life.waits(seconds=1).of(ReplyQueued)

    def test_when_the_case_closes_first_it_does_not_leave(self) -> None:
        """Resolved and silent: a schedule beyond the closing is refused, so only other endings meet one that waits."""
        life = owned()
        life.answered().resolves()
        with pytest.raises(Refused, match="before the reply would leave") as refused:
            life.writes(send_at=life.now + timedelta(hours=48))
        assert refused.value.kind == "moment-not-ahead"
        life.writes(send_at=life.now + timedelta(hours=47))
        life.stages[OWNER] = "supervised"
        life.writes(id_="held")
        life.quiet_passes()
        assert (life.reply().status, life.reply("held").status, life.status) == ("draft", "draft", "closed")
        assert folds(life)


class TestCancelling:
    def test_cancelled_while_it_waits_for_its_time_it_is_a_draft_again(self) -> None:
        life = owned().writes(send_at=START + timedelta(hours=1)).cancels()
        assert (life.reply().status, life.reply().text) == ("draft", "Done")
        assert not life.waits(hours=2).of(ReplyQueued)
        life.sends()
        assert life.reply().status == "queued"
        assert folds(life)

    def test_cancelled_in_time_its_words_are_a_draft_of_their_own(self) -> None:
        life = owned().writes(text="Too soon").cancels().cancels()
        assert len(life.of(ReplyCancelRequested)) == 1
        assert life.reply().cancelling
        life.kept_back()
        assert life.reply().status == "cancelled"
        (again,) = [each for each in life.case.replies.values() if each.status == "draft"]
        assert (again.text, again.author, again.version) == ("Too soon", OWNER, 1)
        life.sends(id_=again.id)
        assert [each.reply_id for each in life.of(ReplyQueued)] == ["r", again.id]
        assert folds(life)

    def test_cancelled_too_late_it_was_sent_anyway(self) -> None:
        life = owned().writes().cancels()
        with pytest.raises(Refused, match="still on its way"):
            life.resolves()
        life.sent("r").resolves()
        assert life.reply().status == "sent"
        life.kept_back()
        assert life.reply().status == "sent"

    def test_a_promise_that_was_made_with_it_is_not_made_twice(self) -> None:
        due_at = START + timedelta(hours=4)
        life = owned().writes(promise={"what": "a part", "due_at": due_at}).cancels().kept_back()
        (again,) = [each for each in life.case.replies.values() if each.status == "draft"]
        life.sends(id_=again.id)
        assert [(each.what, each.due_at, each.reply_id) for each in life.case.open_promises] == [
            ("a part", due_at, again.id)
        ]

    def test_what_was_sent_can_not_be_taken_back(self) -> None:
        life = owned().writes()
        life.sent("r")
        with pytest.raises(Refused, match="can not be taken back: sent") as refused:
            life.cancels()
        assert (refused.value.kind, refused.value.status) == ("reply-has-left", 409)
