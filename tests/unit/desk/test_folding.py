"""What the desk makes of a case's events."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import Event
from schemas.events.case import CaseMerged, CaseUnmerged
from schemas.events.consult import (
    ConsultAccepted,
    ConsultDeclined,
    ConsultOffered,
    ConsultOfferEnded,
    ConsultOfferExpired,
)
from schemas.events.followup import ClockSet, ClockStopped
from schemas.events.reply import ReplyDrafted
from schemas.events.routing import OwnerAssigned, SpecialistOffered
from schemas.topics import BY_EVENT
from services.desk.domain import FOLDS, CaseView, Moment, fold
from tests.unit.desk.stories import NOON, Story

SPECIALIST = "harry.carter"


def folded(events: Sequence[Event], view: CaseView | None = None) -> CaseView:
    for number, event in enumerate(events):
        if type(event) in FOLDS:
            moment = NOON + timedelta(seconds=number)
            view = fold(view, event, Moment(f"{event.type}-{number}", moment, moment))
    assert view is not None
    return view


class TestEveryEvent:
    def test_of_a_case_is_folded(self) -> None:
        of_cases = {event for event, topic in BY_EVENT.items() if "desk" in topic.consumers}
        beside = {"specialist.offered.v1", "person.recorded.v1"}
        # Every coach sees all that waits, whoever is expected to act; and room is routing's.
        beside |= {"approver.found.v1", "approval.assigned.v1", "approval.passed-on.v1", "case.weighed.v1"}
        # Follow-up tells of the survey itself, and of tests of channels on a page of their own; cases of an incident's draft.
        beside |= {"case.surveyed.v1", "incident.answer-offered.v1"}
        beside |= {f"channel-test.{what}.v1" for what in ("sent", "passed", "failed", "alerted", "recovered")}
        assert {event.type for event in of_cases - FOLDS.keys()} == beside

    def test_leaves_an_entry_except_clocks_that_are_set_or_stopped(self) -> None:
        story = (
            Story().opened().wrote("hello").assigned().asked("which?", specialist=SPECIALIST)
            .answered("that one", SPECIALIST).promised("the part", 300).replied("soon", kind="holding").stopped()
            .replied("here", "r2").kept().breached().resolved().reopened().closed()
        )  # fmt: skip
        view = folded(story.events)
        silent = sum(isinstance(event, (ClockSet, ClockStopped, SpecialistOffered)) for event in story.events)
        assert len(view.timeline) == len(story.events) - silent
        assert all(entry.by or entry.kind == "message" for entry in view.timeline)


class TestStatus:
    @pytest.mark.parametrize(
        ("story", "status"),
        [
            (Story().opened().wrote("?"), "new"),
            (Story().opened().wrote("?").assigned(), "owned"),
            (Story().opened().wrote("?").assigned().asked("?"), "waiting-for-specialist"),
            (Story().opened().wrote("?").assigned().asked("?").answered("!", SPECIALIST), "owned"),
            (Story().opened().wrote("?").assigned().asked("?").withdrew(), "owned"),
            (Story().opened().wrote("?").assigned().replied("wait", kind="holding"), "owned"),
            (Story().opened().wrote("?").assigned().replied("so"), "waiting-for-customer"),
            (Story().opened().wrote("?").assigned().replied("so", outcome="failed"), "owned"),
            (Story().opened().wrote("?").assigned().replied("so").wrote("and?"), "owned"),
            (Story().opened().wrote("?").assigned().replied("so").resolved(), "resolved"),
            (Story().opened().wrote("?").assigned().replied("so").resolved().reopened().wrote("?"), "owned"),
            (Story().opened().wrote("?").assigned().replied("so").resolved().closed(), "closed"),
        ],
    )
    def test_follows_from_the_events(self, story: Story, status: str) -> None:
        assert folded(story.events).status == status

    def test_is_unopened_while_only_others_spoke_of_the_case(self) -> None:
        decided = [event for event in Story().opened().assigned().events if isinstance(event, OwnerAssigned)]
        assert folded(decided).status == "unopened"


class TestDue:
    def test_is_the_first_reply_until_it_is_sent(self) -> None:
        story = Story().opened(due_minutes=45).wrote("?").assigned()
        assert folded(story.events).next_due == story.after(45)
        assert folded(story.replied("so").events).next_due is None

    def test_is_the_promise_until_it_is_kept(self) -> None:
        story = Story().opened().wrote("?").assigned().replied("wait", kind="holding").promised("it", 200)
        assert folded(story.events).next_due == story.after(200)
        assert folded(story.kept().events).next_due is None

    def test_is_nothing_once_resolved(self) -> None:
        assert folded(Story().opened().wrote("?").assigned().resolved().events).next_due is None

    def test_breach_counts_only_while_the_clock_runs(self) -> None:
        story = Story().opened().wrote("?").assigned().breached()
        assert folded(story.events).breached
        assert not folded(story.replied("so", minutes=70).stopped(minutes=70).events).breached


class TestReplies:
    @pytest.mark.parametrize("outcome", ["failed", "uncertain"])
    def test_that_did_not_arrive_are_shown_to_the_owner(self, outcome: str) -> None:
        view = folded(Story().opened().wrote("?").assigned().replied("so", outcome=outcome).events)
        assert [reply.state for reply in view.troubled_replies] == [outcome]
        assert view.first_reply_open


FULL = (
    Story().opened().wrote("hello").assigned().asked("which?", specialist=SPECIALIST).answered("that", SPECIALIST)
    .promised("the part", 300).replied("soon", kind="holding").stopped().wrote("thanks", 9).replied("here", "r2").kept()
    .resolved().events
)  # fmt: skip


@given(st.data())
def test_topics_may_arrive_in_any_order_beside_each_other(data: st.DataObject) -> None:
    """Order holds within a topic only; the facts must come out the same, however the topics interleave."""
    lanes: dict[str, list[Event]] = {}
    for event in FULL:
        if type(event) in FOLDS:
            lanes.setdefault(BY_EVENT[type(event)].name, []).append(event)
    mixed: list[Event] = []
    while lanes:
        name = data.draw(st.sampled_from(sorted(lanes)))
        mixed.append(lanes[name].pop(0))
        if not lanes[name]:
            del lanes[name]
    # Moments that the events do not carry themselves come with the order; everything else must not.
    carried = {"timeline", "updated_at", "consults", "promises"}
    one, other = folded(mixed), folded(FULL)
    assert one.model_dump(exclude=carried) == other.model_dump(exclude=carried)
    assert sorted(entry.kind for entry in one.timeline) == sorted(entry.kind for entry in other.timeline)


class TestConsultOfSeveral:
    """One question, put to several specialists at once, by one request each (O2)."""

    def asked(self) -> CaseView:
        story = Story().opened().wrote("?").assigned().asked("which?")
        offers = [
            ConsultOffered(
                **story.facts, consult_id="case-1-q1", specialist=name, country="GB", request_id=f"request-{name}"
            )
            for name in ("ann", "bob", "cee")
        ]
        return folded([*story.events, *offers])

    def offer(self, name: str) -> dict[str, str]:
        return Story().facts | {
            "consult_id": "case-1-q1", "specialist": name, "request_id": f"request-{name}"
        }  # fmt: skip

    def test_is_before_each_of_them(self) -> None:
        [consult] = self.asked().consults
        assert [each.specialist for each in consult.asked] == ["ann", "bob", "cee"]
        assert consult.specialist == ""

    def test_goes_from_whoever_declined_or_was_too_slow(self) -> None:
        ended = [ConsultDeclined(**self.offer("ann"), reason="away"), ConsultOfferExpired(**self.offer("bob"))]
        [consult] = folded(ended, self.asked()).consults
        assert [each.specialist for each in consult.asked] == ["cee"]
        assert consult.specialist == "cee"

    def test_is_of_the_first_who_accepts(self) -> None:
        taken = [ConsultAccepted(**self.offer("bob")), *(ConsultOfferEnded(**self.offer(n)) for n in ("ann", "cee"))]
        [consult] = folded(taken, self.asked()).consults
        assert (consult.specialist, [each.state for each in consult.offers.values()]) == (
            "bob", ["ended", "accepted", "ended"],
        )  # fmt: skip


def test_a_case_that_could_not_be_merged_is_open_again() -> None:
    story = Story().opened().wrote("?").assigned()
    merged = CaseMerged(
        **story.facts, owner=story.owner, into="case-2", into_conversation="c", by=story.owner, reason="same", merged_at=NOON
    )  # fmt: skip
    gone = folded([*story.events, merged, *Story().closed().events])
    assert (gone.status, gone.merged_into) == ("closed", "case-2")
    back = folded([CaseUnmerged(**story.facts, owner=story.owner, into="case-2", reason="it had ended")], gone)
    assert (back.status, back.merged_into) == ("owned", "")


def test_what_lay_ready_is_no_draft_any_more_once_somebody_wrote() -> None:
    story = Story().opened().wrote("?").assigned()
    ready = ReplyDrafted(
        **story.facts, reply_id="ready", version=1, author=story.owner, kind="holding", text="Soon.", drafted_at=NOON,
        prepared=True,
    )  # fmt: skip
    assert [draft.id for draft in folded([*story.events, ready]).drafts] == ["ready"]
    assert folded([*story.events, ready, *story.replied("Here it is.").events[len(story.events) - 2 :]]).drafts == ()
