"""The judge counts long replies message by message: each once, all of them, in order; and nothing that was cancelled."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from casekeeper.checker import ReceivedReply, check
from schemas.events.delivery import DeliveryCancelled, DeliverySent
from schemas.events.reply import ReplyCancelled, ReplyCancelRequested, ReplyQueued, ReplySent
from tests.unit.casekeeper.checker_logs import NOON, OWNER, Run, Story

PARTS = ("Así 1/3", "y así 2/3", "y así 3/3\n^KB")


def thread() -> Run:
    """A case with a reply of three messages, all of which arrived."""
    run = Run()
    story = Story(run)
    story.opened()
    story.assigned()
    id = story.replied()
    for each in run.said:
        if isinstance(each.event, ReplyQueued):
            each.event = each.event.model_copy(update={"parts": PARTS})
    run.received = [
        ReceivedReply(id, f"{id}-{number}", story.conversation, text, NOON, number)
        for number, text in enumerate(PARTS, 1)
    ]
    story.resolved()
    story.closed()
    return run


def cancelled() -> Run:
    """A case with a reply that was cancelled in time, and the one that was sent instead."""
    run = Run()
    story = Story(run)
    story.opened()
    story.assigned()
    id = story.replied()
    run.received.clear()
    about = {**story.named(), "reply_id": id, "by": OWNER}
    for place, each in enumerate(run.said):
        if isinstance(each.event, DeliverySent):
            where = {"case_id": story.case_id, "conversation": story.conversation}
            each.event = DeliveryCancelled(reply_id=id, **where)
        if isinstance(each.event, ReplySent):
            each.event = ReplyCancelled(**about)
            asked = place - 1
    story.say(ReplyCancelRequested(**about))
    run.said.insert(asked, run.said.pop())
    story.replied()
    story.resolved()
    story.closed()
    return run


def judged(run: Run) -> tuple[dict[str, int], tuple[str, ...]]:
    verdict = check(run.sent, run.envelopes(), run.received)
    figures = verdict.figures()
    violations = ("lost", "double_effects", "owner_violations", "order_violations")
    return {name: figures[name] for name in violations if figures[name]}, verdict.findings


@pytest.mark.parametrize("clean", [thread, cancelled])
def test_a_run_where_all_went_well_is_clean(clean: Callable[[], Run]) -> None:
    assert judged(clean()) == ({}, ())


def again(run: Run) -> None:
    run.received.append(run.received[2])


def under_another_id(run: Run) -> None:
    run.received.append(replace(run.received[2], delivery_id="other"))


def one_missing(run: Run) -> None:
    del run.received[1]


def swapped(run: Run) -> None:
    run.received[0], run.received[1] = run.received[1], run.received[0]


@pytest.mark.parametrize(
    ("plant", "figure", "words"),
    [
        (again, "double_effects", "part 3 of reply reply-1-2 arrived 2 times as delivery reply-1-2-3"),
        (under_another_id, "double_effects", "part 3 of reply reply-1-2 arrived under 2 delivery ids"),
        (one_missing, "lost", "part 2 of 3 of reply reply-1-2 is marked sent and never arrived on moccarel-hook"),
        (swapped, "order_violations", "part 1 of reply reply-1-2 arrived after part 2"),
    ],
)
def test_what_is_planted_into_a_thread_is_found(plant: Callable[[Run], None], figure: str, words: str) -> None:
    run = thread()
    plant(run)
    assert judged(run) == ({figure: 1}, (f"{figure}: {words}",))


def test_a_cancelled_reply_that_arrives_is_found() -> None:
    run = cancelled()
    id = next(each.event.reply_id for each in run.said if isinstance(each.event, ReplyQueued))
    run.received.insert(0, ReceivedReply(id, id, "conversation-1", "Así.", NOON))
    assert judged(run) == (
        {"order_violations": 1},
        (f"order_violations: reply {id} was cancelled and arrived all the same",),
    )


def test_a_cancelled_reply_of_which_the_case_never_heard_is_found() -> None:
    run = cancelled()
    run.said = [each for each in run.said if not isinstance(each.event, ReplyCancelled)]
    figures, findings = judged(run)
    assert figures["lost"] == 1
    assert any("its case never heard of it" in each for each in findings)
