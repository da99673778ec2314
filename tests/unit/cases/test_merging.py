"""Cases that are one matter become one, a case that is two becomes two; nothing a customer says is lost (M4, O1)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from schemas.base import Event
from schemas.events.case import (
    CaseAbsorbed,
    CaseClosed,
    CaseMerged,
    CaseMergeRefused,
    CaseMessageAdded,
    CaseMessageForwarded,
    CaseOpened,
    CaseReopened,
    CaseSplit,
    CaseUnmerged,
)
from schemas.events.handover import HandoverOffered
from schemas.events.reply import ReplyQueued, ReplySent
from schemas.events.routing import CapacityReleased, CapacityTaken, OwnerRequested
from services.cases.domain import Case, Refused, commands, fold
from services.cases.domain.addressee import addressee
from services.cases.domain.commands import AskSpecialist, NewPromise, WriteReply
from services.cases.domain.commands.merging import MergeCase, merge
from tests.unit.cases.life import OTHER, OWNER, START, TERMS, assignment, breach, message, person
from tests.unit.cases.world import MAIL, PHONE, REASON, WEB, World

LEAD = TERMS.knowing({"vera": person("vera").model_copy(update={"role": "lead"})})


def two_owned() -> tuple[World, Case, Case]:
    """One customer who wrote on the web first, then by mail; both cases have the same owner."""
    world = World()
    return world, world.owned(WEB, 1), world.owned(MAIL, 2, minutes=5)


def replies(world: World, case_id: str, text: str = "Done") -> str:
    reply_id = f"reply-{len(world.envelopes)}"
    command = WriteReply(text=text)
    world.do(case_id, lambda case: commands.reply(case, command, OWNER, TERMS, reply_id, world.now))
    return reply_id


class TestMerge:
    """The source ends, its work is done; the target says what it took in."""

    def test_the_source_is_closed_as_merged_and_its_owner_has_room_again(self) -> None:
        world, web, mail = two_owned()
        world.merges(mail, web)
        world.settle()
        source = world.state(mail.id)
        assert source.status == "closed"
        assert (source.merged_into, source.merged_into_conversation) == (web.id, WEB)
        assert [event.cause for event in world.of(CaseClosed)] == ["merged"]
        assert [event.case_id for event in world.of(CapacityReleased)] == [mail.id]

    def test_the_trail_is_kept_on_both_sides(self) -> None:
        world, web, mail = two_owned()
        world.merges(mail, web)
        world.settle()
        merged, absorbed = world.of(CaseMerged)[0], world.of(CaseAbsorbed)[0]
        assert (merged.by, merged.reason, merged.into) == (OWNER, REASON, web.id)
        assert (absorbed.case_id, absorbed.source_case, absorbed.by, absorbed.reason) == (
            web.id,
            mail.id,
            OWNER,
            REASON,
        )
        assert world.state(web.id).absorbed[mail.id].customer.id == "ana-mail"
        assert [each.message.id for each in world.state(mail.id).heard] == ["message-2"]

    def test_the_target_keeps_its_owner_and_is_unanswered_when_the_source_was(self) -> None:
        world, web, mail = two_owned()
        world.sent(web.id, replies(world, web.id))
        assert not world.state(web.id).unanswered
        world.merges(mail, web)
        world.settle()
        assert (world.state(web.id).owner, world.state(web.id).unanswered) == (OWNER, True)

    def test_a_reply_on_its_way_does_not_pass_for_an_answer_to_what_was_taken_in_since(self) -> None:
        world, web, mail = two_owned()
        reply_id = replies(world, web.id)
        world.merges(mail, web)
        world.settle()
        world.sent(web.id, reply_id)
        assert world.state(web.id).unanswered

    def test_the_earlier_deadline_of_the_first_reply_holds_for_what_goes_on(self) -> None:
        """F3, O4: being merged does not make a customer wait for longer."""
        world = World()
        mail, web = world.owned(MAIL, 2), world.owned(WEB, 1, minutes=30)
        assert mail.first_reply_due_at < web.first_reply_due_at
        world.merges(mail, web)
        world.settle()
        assert world.of(CaseAbsorbed)[0].first_reply_due_at == mail.first_reply_due_at
        assert world.state(web.id).first_reply_due_at == mail.first_reply_due_at
        world.sent(web.id, replies(world, web.id))
        assert [event.first for event in world.of(ReplySent)] == [True]

    def test_a_later_deadline_of_the_source_changes_nothing(self) -> None:
        world = World()
        web, mail = world.owned(WEB, 1), world.owned(MAIL, 2, minutes=30)
        world.merges(mail, web)
        world.settle()
        assert world.of(CaseAbsorbed)[0].first_reply_due_at is None
        assert world.state(web.id).first_reply_due_at == web.first_reply_due_at

    def test_who_has_not_heard_from_us_in_the_source_waits_for_a_first_reply_in_the_target_that_had_one(self) -> None:
        """O4: the hour of the question that nobody has reacted to goes on."""
        world, web, mail = two_owned()
        world.sent(web.id, replies(world, web.id))
        world.merges(mail, web)
        world.settle()
        target = world.state(web.id)
        assert (target.first_reply_sent, target.first_reply_due_at) == (False, mail.first_reply_due_at)
        world.sent(web.id, replies(world, web.id))
        assert world.state(web.id).first_reply_sent

    def test_a_source_whose_customer_heard_from_us_brings_no_deadline(self) -> None:
        world, web, mail = two_owned()
        world.sent(mail.id, replies(world, mail.id))
        world.merges(world.state(mail.id), web)
        world.settle()
        assert (world.of(CaseMerged)[0].first_reply_due_at, world.of(CaseAbsorbed)[0].first_reply_due_at) == (
            None,
            None,
        )

    def test_each_twice_is_once(self) -> None:
        world, web, mail = two_owned()
        world.merges(mail, web)
        world.settle(twice=True)
        assert len(world.of(CaseAbsorbed)) == 1
        assert world.state(web.id).messages == 2

    def test_a_lead_may_merge_cases_of_two_owners_and_the_targets_owner_has_it_all(self) -> None:
        world = World()
        web, mail = world.owned(WEB, 1, OWNER), world.owned(MAIL, 2, OTHER)
        world.merges(mail, web, "vera", terms=LEAD)
        world.settle()
        assert world.state(web.id).owner == OWNER
        assert [event.person for event in world.of(CapacityReleased)] == [OTHER]

    def test_a_target_that_was_resolved_meanwhile_is_open_again_for_what_is_not_answered(self) -> None:
        world, web, mail = two_owned()
        world.sent(web.id, replies(world, web.id))
        world.merges(mail, web)
        world.do(web.id, lambda case: commands.resolve(case, OWNER, TERMS, world.now))
        world.settle()
        assert world.state(web.id).status == "owned"
        assert (len(world.of(CaseReopened)), len(world.of(CapacityTaken))) == (1, 1)

    def test_both_cases_can_be_built_again_from_what_they_said(self) -> None:
        world, web, mail = two_owned()
        world.merges(mail, web)
        world.settle()
        world.writes(MAIL, 3, 10).settle()
        for case_id in (web.id, mail.id):
            said: list[Event] = [
                each.data for each in world.envelopes if each.subject == case_id and hasattr(each.data, "case_id")
            ]
            assert fold(said) == world.state(case_id)


class TestLaterMessages:
    """What the customer writes in the merged conversation is a message of the target, never lost."""

    def test_is_forwarded_to_the_target(self) -> None:
        world, web, mail = two_owned()
        world.merges(mail, web)
        world.settle()
        world.writes(MAIL, 3, 10).settle(twice=True)
        assert [each.message.id for each in world.state(web.id).heard] == ["message-1", "message-3"]
        assert world.state(mail.id).messages == 1
        assert len(world.of(CaseOpened)) == 2
        added = world.of(CaseMessageAdded)[-1]
        assert (added.case_id, added.conversation, added.message.conversation) == (web.id, WEB, MAIL)

    def test_a_redelivered_message_is_forwarded_once(self) -> None:
        world, web, mail = two_owned()
        world.merges(mail, web)
        world.settle()

        later = message(3, 10, conversation=MAIL, channel="mail")
        world.hear(later, "the-message")
        world.hear(later, "the-message")
        world.settle()
        assert len(world.of(CaseMessageForwarded)) == 1

    def test_even_before_the_target_has_heard_of_the_merge(self) -> None:
        world, web, mail = two_owned()
        world.merges(mail, web)
        world.writes(MAIL, 3, 10).settle(latest_first=True)
        assert world.state(web.id).messages == 3
        assert world.answers_at(web.id) == ("mail", MAIL)

    def test_a_resolved_target_is_opened_again(self) -> None:
        world, web, mail = two_owned()
        world.merges(mail, web)
        world.settle()
        world.sent(web.id, replies(world, web.id))
        world.do(web.id, lambda case: commands.resolve(case, OWNER, TERMS, world.now))
        world.writes(MAIL, 3, 10).settle()
        assert (world.state(web.id).status, world.state(web.id).owner) == ("owned", OWNER)

    def test_opens_a_new_case_of_the_targets_conversation_once_that_is_closed(self) -> None:
        world, web, mail = two_owned()
        world.merges(mail, web)
        world.settle()
        close(world, web.id)
        world.writes(MAIL, 3, 10).settle(twice=True)
        new = world.case(WEB)
        assert (new.previous_case, new.conversation, new.channel) == (web.id, WEB, "mail")
        assert [each.message.id for each in new.heard] == ["message-3"]
        assert world.answers_at(new.id) == ("mail", MAIL)
        assert world.of(OwnerRequested)[-1].preferred == OWNER

    def test_follows_a_chain_of_merges(self) -> None:
        world, web, mail = two_owned()
        phone = world.owned(PHONE, 3, minutes=6)
        world.merges(mail, web)
        world.settle()
        world.merges(web, phone)
        world.settle()
        world.writes(MAIL, 4, 10).settle()
        assert "message-4" in {each.message.id for each in world.state(phone.id).heard}
        assert world.of(CaseMessageForwarded)[-1].through == (mail.id, web.id)
        assert world.answers_at(phone.id) == ("mail", MAIL)


def close(world: World, case_id: str) -> None:
    """Answer, resolve and let the quiet period pass."""

    world.sent(case_id, replies(world, case_id))
    world.do(case_id, lambda case: commands.resolve(case, OWNER, TERMS, world.now))
    closes_at = world.state(case_id).closes_at
    assert closes_at
    world.hear(breach(world.state(case_id), closes_at))
    assert world.state(case_id).closed


class TestRaces:
    """Two who merge at once: nobody is left with a case that nobody works on (O1)."""

    @pytest.mark.parametrize("latest_first", [False, True])
    def test_each_into_the_other_leaves_an_open_case_with_its_owner(self, latest_first: bool) -> None:
        world, web, mail = two_owned()
        world.merges(mail, web)
        command_after = world.state(web.id)
        stale = mail  # what the other person saw before the first merge was there

        assert not command_after.closed
        command = MergeCase(into=mail.id, reason=REASON)
        world.do(web.id, lambda case: merge(case, stale, command, OWNER, TERMS, True, world.now))
        world.settle(latest_first=latest_first, twice=True)
        still_open = [case for case in (world.state(web.id), world.state(mail.id)) if not case.closed]
        assert still_open
        assert {case.owner for case in still_open} == {OWNER}
        world.writes(MAIL, 3, 10).writes(WEB, 4, 11).settle(latest_first=latest_first)
        heard = {each.message.id for case in still_open for each in world.state(case.id).heard}
        assert {"message-3", "message-4"} <= heard
        assert len(world.of(CaseOpened)) == 2

    def test_a_message_in_the_middle_of_a_circle_is_not_lost(self) -> None:
        world, web, mail = two_owned()
        world.merges(mail, web)

        command = MergeCase(into=mail.id, reason=REASON)
        world.do(web.id, lambda case: merge(case, mail, command, OWNER, TERMS, True, world.now))
        world.waiting.clear()  # nobody has heard of either merge yet
        world.writes(MAIL, 3, 10).settle()
        assert "message-3" in {each.message.id for case in world.cases(MAIL) for each in case.heard}

    def test_into_a_case_that_has_closed_meanwhile_is_undone(self) -> None:
        world, web, mail = two_owned()
        world.merges(mail, web)
        close(world, web.id)
        world.settle(twice=True)
        source = world.state(mail.id)
        assert (source.status, source.owner, source.merged_into) == ("owned", OWNER, "")
        assert (len(world.of(CaseMergeRefused)), len(world.of(CaseUnmerged))) == (1, 1)
        assert world.of(CaseUnmerged)[0].first_reply_due_at == source.first_reply_due_at
        assert [event.case_id for event in world.of(CapacityTaken)] == [mail.id]
        world.writes(MAIL, 3, 10).settle()
        assert world.state(mail.id).messages == 2


class TestAnswersGoWhereTheCustomerWroteLast:
    """M4, across merged conversations."""

    def test_to_the_merged_conversation_when_that_had_the_last_word(self) -> None:
        world, web, mail = two_owned()
        assert world.answers_at(web.id) == ("web", "")
        world.merges(mail, web)
        world.settle()
        assert world.answers_at(web.id) == ("mail", MAIL)

    def test_to_the_own_one_when_the_customer_wrote_there_since(self) -> None:
        world, web, mail = two_owned()
        world.merges(mail, web)
        world.settle()
        world.writes(WEB, 3, 10).settle()
        assert world.answers_at(web.id) == ("web", "")
        world.writes(MAIL, 4, 11).settle()
        assert world.answers_at(web.id) == ("mail", MAIL)

    def test_of_a_chain_to_the_first_conversation_when_that_had_the_last_word(self) -> None:
        world = World()
        mail, web, phone = world.owned(MAIL, 1, minutes=9), world.owned(WEB, 2), world.owned(PHONE, 3)
        world.merges(mail, web)
        world.settle()
        world.merges(web, phone)
        world.settle()
        assert world.answers_at(phone.id) == ("mail", MAIL)

    def test_an_overtaken_message_does_not_turn_the_answer_around(self) -> None:
        world, web, _ = two_owned()
        world.writes(WEB, 3, 10).writes(WEB, 4, 7)

        assert addressee(world.state(web.id)).in_reply_to == "external-3"


class TestSplit:
    """Some messages are another matter."""

    def test_opens_a_case_with_these_messages_for_the_same_owner(self) -> None:
        world, case, new = after_split()
        assert [each.message.id for each in new.heard] == ["message-2"]
        assert (new.split_from, new.conversation, new.customer.id) == (case.id, WEB, "ana-web")
        assert world.of(OwnerRequested)[-1].preferred == OWNER
        assert world.of(CaseSplit)[0].reason == "another matter"

    def test_the_messages_stay_readable_in_the_source(self) -> None:
        world, case, new = after_split()
        source = world.state(case.id)
        assert [each.message.id for each in source.heard] == ["message-1", "message-2", "message-3"]
        assert source.split_off == {"message-2": new.id}

    def test_each_twice_is_once(self) -> None:
        world, case = three_messages()
        world.splits(case, "message-2")
        world.settle(twice=True)
        assert len(world.of(CaseOpened)) == 2
        assert world.case(WEB).messages == 1

    def test_later_messages_go_to_the_case_with_the_latest_word(self) -> None:
        world, case, new = after_split()
        world.writes(WEB, 4, 10)
        assert world.state(case.id).messages == 4  # message-3 was the last word, and it is in the source
        world.hear(assignment_of(new))
        world.now = START + timedelta(minutes=11)
        world.sent(new.id, replies(world, new.id))
        world.writes(WEB, 5, 12)
        assert [each.message.id for each in world.state(new.id).heard] == ["message-2", "message-5"]

    def test_its_first_reply_is_due_since_the_message_when_nobody_has_answered(self) -> None:
        world, case, new = after_split()
        received = world.state(case.id).heard[1].message.received_at
        assert new.first_reply_due_at == received + timedelta(minutes=60)

    def test_its_first_reply_is_due_from_now_when_the_customer_has_heard_from_us_since(self) -> None:
        world, case = three_messages()
        world.now = START + timedelta(minutes=30)
        world.sent(case.id, replies(world, case.id))
        world.now = START + timedelta(minutes=50)
        new_id = world.splits(case, "message-2")
        world.settle()
        assert world.state(new_id).first_reply_due_at == world.now + timedelta(minutes=60)

    def test_both_can_be_merged_again(self) -> None:
        world, case, new = after_split()
        world.hear(assignment_of(new))
        world.merges(world.state(new.id), case)
        world.settle()
        world.writes(WEB, 4, 10).settle()
        assert "message-4" in {each.message.id for each in world.state(case.id).heard}
        assert not world.of(CaseMessageForwarded)

    def test_both_cases_can_be_built_again_from_what_they_said(self) -> None:
        world, case, new = after_split()
        for case_id in (case.id, new.id):
            said = [each.data for each in world.envelopes if getattr(each.data, "case_id", "") == case_id]
            assert fold([event for event in said if hasattr(event, "brand")]) == world.state(case_id)

    def test_once_both_are_closed_a_new_case_opens(self) -> None:
        world, case, new = after_split()
        world.hear(assignment_of(new))
        close(world, new.id)
        close(world, case.id)
        world.writes(WEB, 4, 10)
        assert len({each.id for each in world.cases(WEB)}) == 3
        assert world.case(WEB).previous_case == new.id


def assignment_of(case: Case) -> Event:

    return assignment(case, OWNER)


def three_messages() -> tuple[World, Case]:
    world = World()
    case = world.owned(WEB, 1)
    world.writes(WEB, 2, 1).writes(WEB, 3, 2)
    return world, case


def after_split() -> tuple[World, Case, Case]:
    world, case = three_messages()
    new_id = world.splits(case, "message-2")
    world.settle()
    return world, case, world.state(new_id)


def with_promise(world: World, case: Case) -> None:
    command = NewPromise(what="a part", due_at=world.now + timedelta(hours=1))
    world.do(case.id, lambda state: commands.promise(state, command, OWNER, "promise-1", world.now))


def with_consult(world: World, case: Case) -> None:
    command = AskSpecialist(question="Why?")
    world.do(case.id, lambda state: commands.ask_specialist(state, command, OWNER, TERMS, "consult-1", world.now))


def with_handover(world: World, case: Case) -> None:
    facts: dict[str, Any] = {"case_id": case.id, "conversation": case.conversation, "brand": case.brand}
    offered = HandoverOffered(
        **facts,
        handover_id="handover-1",
        owner=OWNER,
        to=OTHER,
        by=OWNER,
        reason="leave",
        offered_at=world.now,
        expires_at=world.now + timedelta(hours=1),
    )
    world.do(case.id, lambda _: [offered])


def with_reply(world: World, case: Case) -> None:
    replies(world, case.id)


def with_resolution(world: World, case: Case) -> None:
    world.sent(case.id, replies(world, case.id))
    world.do(case.id, lambda state: commands.resolve(state, OWNER, TERMS, world.now))


@pytest.mark.parametrize(
    ("given", "kind", "words"),
    [
        (with_promise, "open-promise", "still promised here: a part"),
        (with_consult, "open-consult", "a specialist still works"),
        (with_handover, "handover-pending", "offered to jonas"),
        (with_reply, "reply-on-its-way", "still on its way"),
        (with_resolution, "case-resolved", "resolved"),
    ],
)
def test_what_only_the_source_can_do_comes_first(given: Callable[[World, Case], None], kind: str, words: str) -> None:
    world, web, mail = two_owned()
    given(world, mail)
    before = world.state(mail.id)
    with pytest.raises(Refused, match=words) as refused:
        world.merges(mail, web)
    assert refused.value.kind == kind
    assert world.state(mail.id) == before


def test_other_merges_that_are_refused() -> None:
    world, web, mail = two_owned()
    with pytest.raises(Refused, match="itself") as refused:
        world.merges(web, web)
    assert refused.value.kind == "same-case"
    with pytest.raises(Refused, match="not linked") as refused:
        world.merges(mail, web, one_customer=False)
    assert refused.value.kind == "not-the-same-customer"
    with pytest.raises(Refused, match="only the owner") as refused:
        world.merges(mail, web, OTHER)
    assert refused.value.kind == "not-the-owner"
    world.writes(PHONE, 3)
    with pytest.raises(Refused, match="no owner yet") as refused:
        world.merges(world.case(PHONE), web)
    assert refused.value.kind == "no-owner-yet"
    world.merges(mail, web)
    with pytest.raises(Refused) as refused:
        world.merges(mail, web)
    assert refused.value.kind == "case-closed"
    with pytest.raises(Refused) as refused:
        world.merges(web, mail)
    assert refused.value.kind == "case-closed"
    assert len(world.of(CaseMerged)) == 1


def test_cases_of_two_owners_are_not_merged_by_one_of_them() -> None:
    world = World()
    web, mail = world.owned(WEB, 1, OWNER), world.owned(MAIL, 2, OTHER)
    with pytest.raises(Refused) as refused:
        world.merges(web, mail)
    assert refused.value.kind == "not-the-owner"


@pytest.mark.parametrize(
    ("messages", "kind"),
    [
        (("message-9",), "message-not-here"),
        (("message-1", "message-2", "message-3"), "nothing-left"),
    ],
)
def test_splits_that_are_refused(messages: tuple[str, ...], kind: str) -> None:
    world, case = three_messages()
    with pytest.raises(Refused) as refused:
        world.splits(case, *messages)
    assert refused.value.kind == kind
    assert world.state(case.id).split_off == {}


def test_a_message_is_split_off_once_and_only_by_who_is_in_charge() -> None:
    world, case, _ = after_split()
    with pytest.raises(Refused) as refused:
        world.splits(case, "message-2")
    assert refused.value.kind == "message-not-here"
    with pytest.raises(Refused) as refused:
        world.splits(case, "message-3", actor=OTHER)
    assert refused.value.kind == "not-the-owner"
    world.splits(case, "message-3", actor="vera", terms=LEAD)


def test_the_reply_itself_goes_to_the_merged_conversation() -> None:
    """M4: the customer is answered where they wrote last."""
    world, web, mail = two_owned()
    world.merges(mail, web)
    world.settle()
    replies(world, web.id)
    queued = world.of(ReplyQueued)[-1]
    assert (queued.channel, queued.recipient_id, queued.to_conversation) == ("mail", "ana-mail", MAIL)
    assert queued.conversation == WEB
