"""What needs a person: an assignment that is refused, a reply that did not arrive (O1, rule 4)."""

from datetime import timedelta

import pytest

from schemas.base import Event
from schemas.events.case import CaseAssignmentRefused, CaseMessageAdded, CaseOwnerChanged, CaseSplit
from schemas.events.reply import ReplyDiscarded, ReplyDrafted
from services.desk.domain.board import Board, Filters, Row
from tests.unit.desk.stories import NOON, Story
from tests.unit.desk.test_folding import folded

OWNER, OTHER = "maaike.postma", "sem.schouten"


def story() -> Story:
    return Story().opened().wrote("It leaks").assigned(OWNER)


def refused() -> Story:
    made = story()
    made.events.append(
        CaseAssignmentRefused(
            **made.facts,
            owner=OWNER,
            by=OWNER,
            reason="I was away",
            request_id="r2",
            refused_at=NOON,
            escalates_at=NOON + timedelta(minutes=45),
        )
    )
    return made


def changed(made: Story, cause: str) -> Event:
    return CaseOwnerChanged(
        **made.facts,
        owner=OTHER,
        previous_owner=OWNER,
        handover_id="h1",
        by=OWNER,
        reason="I was away",
        cause=cause,
        changed_at=NOON,
    )


def test_an_owner_who_refused_stays_until_somebody_else_has_it() -> None:
    made = refused()
    view = folded(made.events)
    assert (view.owner, view.refusal and view.refusal.reason, view.refusable) == (OWNER, "I was away", False)
    assert Row.of(view).refused
    after = folded([*made.events, changed(made, "refused-assignment")])
    assert (after.owner, after.refusal, after.refusable) == (OTHER, None, True)
    assert not Row.of(after).refused


@pytest.mark.parametrize(
    ("made", "refusable"),
    [
        (story(), True),
        (Story().opened().wrote("It leaks"), False),
        (story().replied("Hold it", outcome="failed"), True),
        (story().replied("Hold it", outcome="uncertain"), False),
        (story().replied("Hold it"), False),
        (story().resolved(), False),
        (story().closed(), False),
    ],
)
def test_only_an_assignment_of_which_the_customer_has_seen_nothing_is_refused(made: Story, refusable: bool) -> None:
    assert folded(made.events).refusable is refusable


def test_who_took_a_case_over_hands_it_over() -> None:
    made = story()
    assert not folded([*made.events, changed(made, "handover")]).refusable


@pytest.mark.parametrize(
    ("made", "trouble"),
    [
        (story().replied("Hold it"), ""),
        (story().replied("Hold it", outcome="failed"), "failed"),
        (story().replied("Hold it", outcome="uncertain"), "uncertain"),
        (story().replied("1", outcome="uncertain").replied("2", "r2", minutes=6, outcome="failed"), "uncertain"),
        (story().replied("1", outcome="failed").replied("2", "r2", minutes=6), ""),
        (story().replied("1").replied("2", "r2", minutes=6, outcome="failed"), "failed"),
    ],
)
def test_a_reply_that_did_not_arrive_needs_a_look_until_another_one_has_left(made: Story, trouble: str) -> None:
    assert Row.of(folded(made.events)).trouble == trouble


def test_a_case_with_nothing_due_does_not_hide_a_reply_that_did_not_arrive() -> None:
    board = Board()
    for made in (
        Story("calm").opened().wrote("?").assigned(OWNER).replied("so"),
        Story("lost").opened().wrote("?").assigned(OWNER).replied("so").replied("2", "r2", minutes=6, outcome="failed"),
        Story("calm-too").opened().wrote("?").assigned(OWNER).replied("so"),
        Story("due").opened().wrote("?").assigned(OWNER),
    ):
        board.take(folded(made.events))
    assert [row.id for row in board.listed(Filters(frozenset({"moccarel"})))][:2] == ["due", "lost"]


def test_words_that_go_on_in_a_draft_need_no_look_any_more_unless_it_is_thrown_away() -> None:
    made = story().replied("Hold it", outcome="failed")
    draft = {"reply_id": "d1", "author": OWNER, "version": 1, "kind": "answer", "text": "Hold it", "drafted_at": NOON}
    taken = ReplyDrafted(**made.facts, **draft, takes_up=f"{made.case_id}-r1")
    assert not folded([*made.events, taken]).troubled_replies
    bettered = taken.model_copy(update={"version": 2, "takes_up": ""})
    assert not folded([*made.events, taken, bettered]).troubled_replies
    thrown = ReplyDiscarded(**made.facts, reply_id="d1", by=OWNER)
    assert folded([*made.events, taken, thrown]).troubled_replies


def test_messages_that_go_on_elsewhere_are_known_by_where() -> None:
    made = story().wrote("My invoice is wrong", minutes=2)
    moved = made.events[-1]
    assert isinstance(moved, CaseMessageAdded)
    split = CaseSplit(
        **made.facts, new_case="case-2", messages=(moved.message.id,), by=OWNER, reason="Two", split_at=NOON
    )
    assert folded([*made.events, split]).split_off == {moved.message.id: "case-2"}


def test_a_customer_keeps_their_name_when_a_merged_case_hears_them_elsewhere() -> None:
    made = story()
    elsewhere = made.events[2].model_copy()
    assert isinstance(elsewhere, CaseMessageAdded)
    stranger = elsewhere.message.model_copy(
        update={"id": "m9", "channel": "mail", "author": made.customer.model_copy(update={"id": "jonas@example.org"})}
    )
    view = folded([*made.events, elsewhere.model_copy(update={"message": stranger})])
    assert view.customer
    assert (view.channel, view.customer.id) == (made.channel, made.customer.id)
