"""Rules 4 and 5 of a case (design 4): how a reply goes, and what keeps a promise."""

from datetime import timedelta

import pytest

from schemas.base import Event
from schemas.events.delivery import DeliveryFailed, DeliveryUncertain
from schemas.events.promise import PromiseKept, PromiseMade
from schemas.events.reply import ReplyFailed, ReplyQueued, ReplySent, ReplyUncertain
from tests.unit.cases.life import (
    OWNER,
    START,
    facts,
)
from tests.unit.cases.test_rules import owned


class TestReplies:
    """Rule 4: queued, then sent, failed or uncertain."""

    def test_a_reply_is_signed_addressed_and_refers_to_the_customers_last_message(self) -> None:
        life = owned().arrives(2, 5)
        life.replies(text="  On its way  ")
        (queued,) = life.of(ReplyQueued)
        assert (queued.text, queued.signature) == ("On its way\n^MI", "^MI")
        assert (queued.recipient_id, queued.recipient_address) == ("ana", "ana@example.org")
        assert (queued.in_reply_to, queued.channel, queued.author) == ("external-2", "web", OWNER)

    def test_a_message_that_was_overtaken_does_not_become_the_last(self) -> None:
        life = owned().arrives(2, 5, topic="returns", skill="general").arrives(3, 1, topic="coffee-machine")
        assert life.case.messages == 3
        assert (life.case.last_external_id, life.case.topic, life.case.skill) == ("external-2", "returns", "general")
        assert life.case.last_message_at == START + timedelta(minutes=5)

    def test_only_the_first_reply_that_leaves_is_the_first(self) -> None:
        life = owned()
        holding, answer = life.replies("holding"), life.replies()
        life.sent(answer).sent(holding)
        assert [(event.reply_id, event.first) for event in life.of(ReplySent)] == [(answer, True), (holding, False)]

    @pytest.mark.parametrize(("kind", "status"), [("holding", "owned"), ("answer", "waiting-for-customer")])
    def test_only_an_answer_leaves_the_next_word_to_the_customer(self, kind: str, status: str) -> None:
        life = owned()
        life.sent(life.replies(kind))
        assert life.case.status == status

    def test_a_message_that_crosses_the_answer_still_wants_one(self) -> None:
        life = owned()
        answer = life.replies()
        life.arrives(2).sent(answer)
        assert life.status == "owned"
        life.answered()
        assert life.status == "waiting-for-customer"

    def test_an_old_answer_that_leaves_late_does_not_undo_a_newer_one(self) -> None:
        life = owned()
        old = life.replies()
        life.arrives(2).answered().sent(old)
        assert life.status == "waiting-for-customer"

    @pytest.mark.parametrize(
        ("reported", "status", "said"),
        [
            ("sent", "sent", [ReplySent]),
            ("failed", "failed", [ReplyFailed]),
            ("uncertain", "uncertain", [ReplyUncertain]),
            ("sent sent", "sent", [ReplySent]),
            ("failed failed", "failed", [ReplyFailed]),
            ("uncertain uncertain", "uncertain", [ReplyUncertain]),
            ("sent failed", "sent", [ReplySent]),
            ("sent uncertain", "sent", [ReplySent]),
            ("uncertain sent", "sent", [ReplyUncertain, ReplySent]),
            ("uncertain failed", "failed", [ReplyUncertain, ReplyFailed]),
            ("failed uncertain", "failed", [ReplyFailed]),
            ("failed sent", "sent", [ReplyFailed, ReplySent]),
        ],
    )
    def test_what_is_reported_in_any_order(self, reported: str, status: str, said: list[type[Event]]) -> None:
        life = owned()
        reply_id = life.replies()
        before = len(life.said)
        for each in reported.split():
            names = {**facts(life.case), "reply_id": reply_id}
            if each == "sent":
                life.sent(reply_id)
            else:
                life.hear((DeliveryFailed if each == "failed" else DeliveryUncertain)(**names, reason="gone"))
        assert life.case.replies[reply_id].status == status
        assert [type(each.event) for each in life.said[before:]] == said

    def test_a_delivery_of_a_reply_that_nobody_wrote_changes_nothing(self) -> None:
        life = owned()
        before = life.case
        life.sent("reply-of-somebody-else")
        life.hear(DeliveryFailed(**facts(life.case), reply_id="x", reason="gone"))
        life.hear(DeliveryUncertain(**facts(life.case), reply_id="x", reason="gone"))
        assert life.case == before


class TestPromises:
    """Rule 5 (F1, F2)."""

    def test_a_reply_may_make_a_promise_which_is_recorded_before_it(self) -> None:
        life = owned()
        due_at = START + timedelta(hours=4)
        life.replies("holding", promise={"what": "a part", "due_at": due_at})
        (made,) = life.of(PromiseMade)
        assert (made.owner, made.what, made.due_at) == (OWNER, "a part", due_at)
        assert [type(each.event) for each in life.said[-2:]] == [PromiseMade, ReplyQueued]

    def test_it_is_kept_when_the_reply_about_it_has_left_not_before(self) -> None:
        life = owned()
        promise = life.promises()
        reply = life.replies(keeps_promise=promise)
        assert life.case.open_promises
        life.sent(reply)
        assert [(kept.promise_id, kept.reply_id, kept.late) for kept in life.of(PromiseKept)] == [
            (promise, reply, False)
        ]
        assert not life.case.open_promises

    @pytest.mark.parametrize("report", [DeliveryFailed, DeliveryUncertain])
    def test_a_reply_that_did_not_surely_leave_keeps_nothing(
        self, report: type[DeliveryFailed | DeliveryUncertain]
    ) -> None:
        life = owned()
        reply = life.replies(keeps_promise=life.promises())
        life.hear(report(**facts(life.case), reply_id=reply, reason="gone"))
        assert life.case.open_promises

    def test_after_its_time_it_is_kept_late(self) -> None:
        life = owned()
        reply = life.replies(keeps_promise=life.promises(minutes=60))
        life.now += timedelta(minutes=60, seconds=1)
        life.sent(reply)
        assert [kept.late for kept in life.of(PromiseKept)] == [True]

    def test_two_replies_about_one_promise_keep_it_once(self) -> None:
        life = owned()
        promise = life.promises()
        first, second = life.replies(keeps_promise=promise), life.replies(keeps_promise=promise)
        life.sent(second).sent(first)
        assert [kept.reply_id for kept in life.of(PromiseKept)] == [second]
