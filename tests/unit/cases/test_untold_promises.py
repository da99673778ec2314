"""A promise that the customer was never told of is withdrawn; what failed for good is taken up again (F1, F2, rule 4)."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.events.delivery import DeliveryUncertain
from schemas.events.promise import PromiseKept, PromiseMade, PromiseWithdrawn
from schemas.events.reply import ReplyDrafted, ReplyQueued
from services.cases.domain import Refused
from services.cases.domain.evolve import fold
from tests.unit.cases.life import OWNER, START, breach, case_events, facts
from tests.unit.cases.replying import COLLEAGUE, SHADOW, Waits, owned

DUE = START + timedelta(hours=4)
PART: dict[str, Any] = {"what": "a part", "due_at": DUE}


def unkept(life: Waits) -> list[str]:
    return [each.state for each in life.case.promises.values()]


class TestAPromiseThatNobodyWasTold:
    def test_is_withdrawn_when_its_reply_was_cancelled_before_it_left(self) -> None:
        life = owned().writes(promise=PART).cancels()
        assert unkept(life) == ["open"]
        life.kept_back()
        (withdrawn,) = life.of(PromiseWithdrawn)
        assert (withdrawn.reply_id, withdrawn.owner, withdrawn.withdrawn_at) == ("r", OWNER, life.now)
        assert (unkept(life), life.case.open_promises) == (["withdrawn"], ())
        assert fold(case_events(life, 0)) == life.case

    def test_is_withdrawn_when_its_reply_failed_for_good(self) -> None:
        life = owned().writes(promise=PART).fails()
        (withdrawn,) = life.of(PromiseWithdrawn)
        assert "the customer has gone" in withdrawn.reason
        assert unkept(life) == ["withdrawn"]

    def test_does_not_keep_the_case_from_being_resolved(self) -> None:
        life = owned().writes(promise=PART).fails()
        life.answered().resolves()
        assert life.status == "resolved"

    def test_is_not_broken_when_its_time_comes(self) -> None:
        life = owned().writes(promise=PART).fails()
        life.now = DUE
        subject = {"subject_id": life.of(PromiseMade)[0].promise_id}
        life.hear(breach(life.case, DUE, "promise").model_copy(update=subject))
        assert unkept(life) == ["withdrawn"]

    def test_is_kept_by_nothing_any_more(self) -> None:
        """A report on it may be on its way at the moment at which it is withdrawn."""
        life = owned().writes(promise=PART)
        life.writes(id_="report", keeps_promise=life.of(PromiseMade)[0].promise_id)
        life.fails().sent("report")
        assert (unkept(life), life.of(PromiseKept)) == (["withdrawn"], [])

    def test_stays_when_nobody_knows_whether_the_customer_was_told(self) -> None:
        life = owned().writes(promise=PART)
        life.hear(DeliveryUncertain(**facts(life.case), reply_id="r", reason="no answer"))
        assert unkept(life) == ["open"]
        assert unkept(life.fails()) == ["withdrawn"]

    def test_stays_when_a_part_of_the_reply_has_left(self) -> None:
        """The customer may have read it there."""
        life = owned().writes(promise=PART).fails(receipts=("first part",))
        assert (unkept(life), life.of(PromiseWithdrawn)) == (["open"], [])

    def test_leaves_those_that_others_made_alone(self) -> None:
        life = owned().writes(promise=PART).writes(id_="other", promise=PART)
        life.promises()
        assert unkept(life.fails()) == ["withdrawn", "open", "open"]

    def test_that_was_kept_by_then_stays_kept(self) -> None:
        life = owned().writes(promise=PART)
        life.hear(DeliveryUncertain(**facts(life.case), reply_id="r", reason="no answer"))
        life.writes(id_="report", keeps_promise=life.of(PromiseMade)[0].promise_id).sent("report")
        assert unkept(life.fails()) == ["kept"]


class TestTakingUp:
    """Rule 4: the owner must act on what failed for good."""

    def test_what_failed_is_a_draft_to_be_made_better_and_sent_again(self) -> None:
        life = owned().writes(text="See www", kind="holding").fails().takes_up()
        again = life.reply("again")
        assert (again.status, again.text, again.kind, again.takes_up) == ("draft", "See www", "holding", "r")
        life.changes(1, id_="again", text="Without the link").sends(2, id_="again")
        assert [(each.reply_id, each.text) for each in life.of(ReplyQueued)][1] == ("again", "Without the link\n^MI")
        assert (life.reply().status, life.reply("again").takes_up) == ("failed", "r")
        assert fold(case_events(life, 0)) == life.case

    def test_the_brands_time_to_undo_and_a_moment_hold_for_it_too(self) -> None:
        life = owned(undo_seconds=20).writes().waits(seconds=20).fails().takes_up()
        assert life.sends(id_="again").reply("again").status == "scheduled"
        life.cancels(id_="again").sends(id_="again", send_at=life.now + timedelta(hours=1))
        assert life.waits(minutes=61).reply("again").status == "queued"

    def test_what_it_promised_is_promised_again_when_it_leaves(self) -> None:
        life = owned().writes(promise=PART).fails().takes_up()
        assert life.case.open_promises == ()
        life.sends(id_="again")
        assert [(each.due_at, each.reply_id) for each in life.case.open_promises] == [(DUE, "again")]

    def test_what_the_customer_may_have_read_is_not_promised_again(self) -> None:
        life = owned().writes(promise=PART).fails(receipts=("first part",)).takes_up()
        assert life.reply("again").promise is None

    def test_it_reports_on_a_promise_that_is_still_open(self) -> None:
        life = owned()
        promise_id = life.promises()
        life.writes(keeps_promise=promise_id).fails().takes_up()
        life.sends(id_="again").sent("again")
        assert unkept(life) == ["kept"]

    def test_a_holding_reply_that_failed_was_not_said(self) -> None:
        words = "Good question, you hear from me by 16:00 (Amsterdam)."
        life = owned().writes(text=words, kind="holding").fails().takes_up()
        assert life.sends(id_="again").reply("again").status == "queued"

    @pytest.mark.parametrize("actor", [COLLEAGUE, SHADOW])
    def test_whoever_may_draft_may_take_it_up(self, actor: str) -> None:
        assert owned().writes().fails().takes_up(actor=actor).reply("again").author == actor

    def test_its_words_go_on_in_one_place(self) -> None:
        life = owned().writes().fails().takes_up()
        with pytest.raises(Refused, match="in the reply again: draft") as refused:
            life.takes_up(draft_id="another")
        assert (refused.value.kind, refused.value.status) == ("reply-taken-up", 409)
        life.discards(id_="again").takes_up(draft_id="another")
        assert [each.takes_up for each in life.of(ReplyDrafted)] == ["r", "r"]

    def test_what_fails_again_is_taken_up_again(self) -> None:
        life = owned().writes().fails().takes_up().sends(id_="again")
        life.fails("again").takes_up("again", "third")
        assert life.sends(id_="third").reply("third").status == "queued"

    @pytest.mark.parametrize(("id_", "why"), [("r", "did not fail: queued"), ("x", "no reply x")])
    def test_only_what_failed(self, id_: str, why: str) -> None:
        with pytest.raises(Refused, match=why) as refused:
            owned().writes().takes_up(id_)
        assert (refused.value.kind, refused.value.status) == ("reply-not-failed", 409)

    def test_what_may_have_arrived_is_not_said_again(self) -> None:
        life = owned().writes()
        life.hear(DeliveryUncertain(**facts(life.case), reply_id="r", reason="no answer"))
        with pytest.raises(Refused, match="did not fail: uncertain"):
            life.takes_up()
