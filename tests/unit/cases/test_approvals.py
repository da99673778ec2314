"""Four eyes with a clock of their own (M1, P1)."""

from datetime import timedelta

import pytest

from schemas.events.approval import ApprovalGiven, ApprovalRefused, ApprovalRequested, ApprovalWithdrawn
from schemas.events.case import CaseEscalated
from schemas.events.promise import PromiseMade
from schemas.events.reply import ReplyDrafted, ReplyQueued, ReplyScheduled
from services.cases.domain import Refused
from services.cases.domain.commands import approvals
from services.cases.domain.timers import timers
from tests.unit.cases.life import OTHER, OWNER, START
from tests.unit.cases.replying import COACH, SECOND, Waits, owned, supervised
from tests.unit.cases.test_drafts import folds


class TestStages:
    def test_each_reply_of_a_supervised_agent_is_seen_by_a_coach_before_it_goes_out(self) -> None:
        """P1: supervised, four eyes; the reply is the agent's own, signed by them."""
        life = supervised().writes(text="It is the seal")
        (asked,) = life.of(ApprovalRequested)
        assert (asked.asked_by, asked.subject, asked.subject_id, asked.reasons) == (OWNER, "reply", "r", ("stage",))
        assert asked.due_at == START + timedelta(minutes=15)
        assert (life.reply().status, life.of(ReplyQueued)) == ("held", [])
        life.approves(comment="Kind and clear")
        (queued,) = life.of(ReplyQueued)
        assert (queued.author, queued.text) == (OWNER, "It is the seal\n^MI")
        assert [(each.by, each.comment) for each in life.of(ApprovalGiven)] == [(COACH, "Kind and clear")]
        assert folds(life)

    def test_a_coach_makes_the_words_better_and_the_next_version_goes(self) -> None:
        life = supervised().writes(text="It is the seal").approves(text="I am sorry. It is the seal")
        assert [(each.version, each.author) for each in life.of(ReplyDrafted)] == [(1, OWNER), (2, COACH)]
        (queued,) = life.of(ReplyQueued)
        assert (queued.author, queued.text) == (OWNER, "I am sorry. It is the seal\n^MI")
        assert folds(life)

    def test_a_coach_sends_it_back_and_it_is_a_draft_again(self) -> None:
        life = supervised().writes(text="It is the seal").refuses(reason="Say sorry first")
        assert [(each.by, each.reason) for each in life.of(ApprovalRefused)] == [(COACH, "Say sorry first")]
        assert (life.reply().status, life.reply().text) == ("draft", "It is the seal")
        life.changes(1, text="Sorry. It is the seal").sends(2)
        assert len(life.of(ApprovalRequested)) == len(life.case.approvals) == 2
        life.approves()
        assert life.reply().status == "queued"
        assert folds(life)

    def test_its_author_withdraws_it(self) -> None:
        life = supervised().writes().withdraws()
        assert life.of(ApprovalWithdrawn)
        assert life.reply().status == "draft"
        assert folds(life)

    def test_cancelling_what_waits_withdraws_it(self) -> None:
        life = supervised().writes().cancels()
        assert (life.reply().status, len(life.of(ApprovalWithdrawn))) == ("draft", 1)

    def test_graduated_at_noon_sends_alone_a_minute_later(self) -> None:
        """P4: the stage as it is now, not as in the files."""
        life = supervised().writes()
        life.stages[OWNER] = "independent"
        life.now += timedelta(minutes=1)
        life.writes(id_="alone")
        assert (life.reply().status, life.reply("alone").status) == ("held", "queued")

    def test_a_held_reply_that_crosses_a_message_does_not_answer_it(self) -> None:
        life = supervised().writes()
        life.arrives(2)
        life.approves().sent("r")
        assert life.status == "owned"

    def test_a_shadow_agent_who_covers_can_not_send(self) -> None:
        life = owned()
        life.stages[OWNER] = "shadow"
        with pytest.raises(Refused, match="drafts only") as refused:
            life.writes()
        assert (refused.value.kind, refused.value.status) == ("not-allowed", 403)


class TestPolicy:
    def test_a_brand_lets_four_eyes_see_each_public_reply(self) -> None:
        life = owned("public", approve_public_replies=True).writes()
        assert life.of(ApprovalRequested)[0].reasons == ("policy",)
        assert owned("private", approve_public_replies=True).writes().reply().status == "queued"

    def test_a_brand_lets_four_eyes_see_each_reply_on_a_topic_and_those_below_it(self) -> None:
        life = owned(approve_topics=["machines"])
        life.limits = {"lineage": lambda topic: (topic, "machines")}
        assert life.writes().reply().status == "held"
        assert owned(approve_topics=["machines"]).writes().reply().status == "queued"

    def test_both_reasons_are_told(self) -> None:
        life = supervised(approve_topics=["coffee-machine"]).writes()
        assert life.of(ApprovalRequested)[0].reasons == ("stage", "policy")


class TestAsked:
    def test_an_author_who_wants_a_second_pair_of_eyes_gets_it(self) -> None:
        life = owned().writes(text="It is the seal", ask_approval=True)
        (asked,) = life.of(ApprovalRequested)
        assert (asked.asked_by, asked.reasons, life.reply().status) == (OWNER, ("asked",), "held")
        assert life.approves().reply().status == "queued"
        assert folds(life)

    def test_a_draft_goes_to_a_coach_first_too_and_leaves_at_its_time(self) -> None:
        send_at = START + timedelta(hours=1)
        life = owned().drafts().sends(1, ask_approval=True, send_at=send_at)
        assert life.reply().status == "held"
        assert life.approves().reply().status == "scheduled"

    def test_it_is_told_beside_the_reason_that_holds_it_anyway(self) -> None:
        assert supervised().writes(ask_approval=True).of(ApprovalRequested)[0].reasons == ("stage", "asked")


class TestClock:
    def test_too_late_it_is_escalated_once_and_stays_waiting(self) -> None:
        """M1: its own clock."""
        life = supervised(approval_minutes=5).writes().waits(minutes=4)
        assert not life.of(CaseEscalated)
        life.waits(minutes=1).waits(hours=3)
        assert [(each.cause, each.subject_id) for each in life.of(CaseEscalated)] == [("approval-late", life.approval)]
        assert life.case.approvals[life.approval].late
        assert not timers(life.case)
        life.approves()
        assert life.reply().status == "queued"
        assert folds(life)

    def test_a_reply_for_later_waits_for_four_eyes_first_and_then_for_its_time(self) -> None:
        send_at = START + timedelta(hours=1)
        life = supervised().writes(send_at=send_at).approves()
        assert [(each.by, each.send_at) for each in life.of(ReplyScheduled)] == [(OWNER, send_at)]
        assert [each.author for each in life.waits(hours=1).of(ReplyQueued)] == [OWNER]
        assert folds(life)

    def test_approved_after_its_time_it_leaves_at_once(self) -> None:
        life = supervised().writes(send_at=START + timedelta(minutes=5)).waits(minutes=6).approves()
        assert life.reply().status == "queued"

    def test_four_eyes_are_time_enough_to_undo(self) -> None:
        assert supervised(undo_seconds=60).writes().approves().reply().status == "queued"

    def test_what_it_promises_has_passed(self) -> None:
        due_at = START + timedelta(minutes=30)
        life = supervised().writes(promise={"what": "a part", "due_at": due_at}).waits(hours=1)
        with pytest.raises(Refused, match="promise something that lies ahead"):
            life.approves()
        life.refuses()
        assert not life.of(PromiseMade)

    def test_what_it_promises_is_promised_when_it_leaves(self) -> None:
        due_at = START + timedelta(minutes=30)
        life = supervised().writes(promise={"what": "a part", "due_at": due_at})
        assert not life.case.open_promises
        assert life.approves().case.open_promises

    def test_it_was_to_report_on_a_promise_that_another_reply_has_kept(self) -> None:
        life = supervised()
        promise = life.promises()
        life.stages[OWNER] = "independent"
        life.writes(id_="first", keeps_promise=promise)
        life.stages[OWNER] = "supervised"
        life.writes(keeps_promise=promise).sent("first")
        assert life.approves().reply().keeps_promise == ""


class TestWho:
    def test_two_coaches_approve_at_once_and_the_second_hears_what_happened(self) -> None:
        life = supervised().writes().approves()
        with pytest.raises(Refused, match=f"given by {COACH}") as refused:
            life.approves(SECOND)
        assert (refused.value.kind, refused.value.status) == ("approval-not-waiting", 409)
        with pytest.raises(Refused, match="does not wait any more"):
            life.refuses(SECOND)
        assert len(life.of(ReplyQueued)) == 1

    def test_nobody_approves_their_own_words(self) -> None:
        life = supervised()
        life.roles[OWNER] = "coach"
        life.writes()
        with pytest.raises(Refused, match="four eyes are two people") as refused:
            life.approves(OWNER)
        assert (refused.value.kind, refused.value.status) == ("own-approval", 403)

    @pytest.mark.parametrize("who", [OTHER, "stranger"])
    def test_only_a_coach_or_lead_of_the_brand(self, who: str) -> None:
        life = supervised().writes()
        life.roles["stranger"] = "lead"
        with pytest.raises(Refused, match="needs a coach or a lead of homely"):
            life.approves(who)
        with pytest.raises(Refused, match="needs a coach or a lead of homely"):
            life.refuses(who)

    def test_who_has_graduated_to_coach_is_one(self) -> None:
        life = supervised().writes()
        life.stages[OTHER] = "coach"
        assert life.approves(OTHER).reply().status == "queued"

    def test_only_who_asked_or_acts_withdraws(self) -> None:
        life = supervised().writes()
        with pytest.raises(Refused, match=f"only {OWNER}, who asked"):
            life.withdraws(OTHER)

    def test_nothing_is_known_under_another_name(self) -> None:
        life = supervised().writes()
        with pytest.raises(Refused, match="nothing waits under the approval x"):
            life.approves(approval="x")

    def test_a_case_with_a_held_reply_is_not_resolved(self) -> None:
        life = owned()
        life.answered()
        life.stages[OWNER] = "supervised"
        life.writes()
        with pytest.raises(Refused, match="still on its way"):
            life.resolves()

    def test_empty_words_of_a_coach_are_refused(self) -> None:
        life = supervised().writes()
        with pytest.raises(Refused, match="a reply needs words"):
            life.approves(text=" ")

    def test_what_has_no_words_can_not_be_edited(self) -> None:
        life = owned()
        asked = approvals.request_approval(life.case, "grant", "g", OWNER, ["mandate"], life.terms, life.now)
        life.do(lambda _: asked)
        with pytest.raises(Refused, match="a grant has no text") as refused:
            life.approves(text="More")
        assert (refused.value.kind, refused.value.status) == ("nothing-to-edit", 422)


def held() -> Waits:
    return supervised().writes()


def test_a_held_reply_is_not_changed_behind_the_coachs_back() -> None:
    with pytest.raises(Refused, match="it is no draft: held"):
        held().changes(1)
    with pytest.raises(Refused, match="it is no draft: held"):
        held().sends()
