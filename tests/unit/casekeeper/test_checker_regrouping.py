"""The judge and cases that were merged or split: no message is called lost or doubled that is not, and what is, is named."""

from collections.abc import Callable, Sequence

import pytest

from casekeeper.checker import check
from schemas.base import Event
from schemas.envelope import Envelope
from schemas.events.case import CaseAbsorbed, CaseEvent, CaseMessageAdded, CaseMessageForwarded, CaseOpened
from schemas.events.message import MessageClassified, MessageReceived
from schemas.topics import key_of
from services.cases.domain import commands
from services.cases.domain.commands import WriteReply
from services.cases.domain.commands.notes import WriteNote, write_note
from tests.unit.cases.life import OWNER, START, TERMS, assignment, breach
from tests.unit.cases.world import MAIL, WEB, World


def log(world: World) -> list[Envelope]:
    """What the cases said, after what the customer wrote."""
    messages = {each.message.id: each for each in world.of(CaseMessageAdded)}.values()
    said: list[Event] = []
    for each in sorted(messages, key=lambda event: event.message.received_at):
        said.append(MessageReceived(message=each.message))
        said.append(MessageClassified(message=each.message, classification=each.classification))
    before = [Envelope(f"m{n}", "test", f"m{n}", START, key_of(event), event) for n, event in enumerate(said)]
    return before + world.envelopes


def findings(envelopes: Sequence[Envelope]) -> tuple[str, ...]:
    return check([], envelopes, [], expect_finished=False).findings


def without(envelopes: Sequence[Envelope], kind: type[CaseEvent], number: int = 0) -> list[Envelope]:
    """The log in which one event is missing, with nothing else to show for it."""
    gone = [each for each in envelopes if isinstance(each.data, kind)][number]
    return [
        Envelope(each.id, each.source, each.subject, each.time, each.key, each.data)
        for each in envelopes
        if each is not gone
    ]


def merged() -> World:
    """Mail into web; the customer goes on by mail, and hears the answer there."""
    world = World()
    web, mail = world.owned(WEB, 1), world.owned(MAIL, 2, minutes=5)
    world.merges(mail, web)
    world.settle()
    world.writes(MAIL, 3, 10).settle()
    world.do(mail.id, lambda case: write_note(case, WriteNote(text="Look there"), OWNER, "note-1", world.now))
    return world


def merged_into_a_closed_case() -> World:
    world = World()
    web, mail = world.owned(WEB, 1), world.owned(MAIL, 2, minutes=5)
    world.merges(mail, web)
    world.do(web.id, lambda case: commands.reply(case, WriteReply(text="So"), OWNER, TERMS, "reply-1", world.now))
    world.sent(web.id, "reply-1")
    world.do(web.id, lambda case: commands.resolve(case, OWNER, TERMS, world.now))
    closes_at = world.state(web.id).closes_at
    assert closes_at
    world.hear(breach(world.state(web.id), closes_at))
    return world.settle()


def split() -> World:
    world = World()
    case = world.owned(WEB, 1)
    world.writes(WEB, 2, 1).writes(WEB, 3, 2)
    new_id = world.splits(case, "message-2")
    world.settle()
    world.hear(assignment(world.state(new_id), OWNER))
    return world.writes(WEB, 4, 9)


@pytest.mark.parametrize("world", [merged, split])
def test_what_is_right_is_not_held_against_anybody(world: Callable[[], World]) -> None:
    assert findings(log(world())) == ()


def test_a_merge_that_was_undone_is_right_too() -> None:
    told = [each for each in findings(log(merged_into_a_closed_case())) if "reply" not in each]
    assert told == []  # nobody delivers replies in this log


def test_a_target_that_never_heard_of_the_merge_is_named() -> None:
    assert any("which never heard of it" in each for each in findings(without(log(merged()), CaseAbsorbed)))


def test_a_forwarded_message_that_never_arrives_is_lost() -> None:
    said = log(merged())
    number = [each.data.message.id for each in said if isinstance(each.data, CaseMessageAdded)].index("message-3")
    assert any(
        "message-3 was classified and is in no case" in each
        for each in findings(without(said, CaseMessageAdded, number))
    )


def test_a_forwarded_message_without_a_trace_of_the_way_is_named() -> None:
    assert any("message-3" in each for each in findings(without(log(merged()), CaseMessageForwarded)))


def test_a_split_off_message_that_is_nowhere_is_named() -> None:
    said = log(split())
    new_case = next(each.data for each in said if isinstance(each.data, CaseOpened) and each.data.split_from)
    added = [each.data for each in said if isinstance(each.data, CaseMessageAdded)]
    number = next(n for n, each in enumerate(added) if each.case_id == new_case.case_id)
    assert any("was split off" in each for each in findings(without(said, CaseMessageAdded, number)))


def test_a_message_in_two_cases_without_a_split_is_still_doubled() -> None:
    said = log(split())
    parted = next(each for each in said if each.type == "case.split.v1")
    told = findings([each for each in said if each is not parted])
    assert any("message message-2 is in the cases" in each for each in told)
