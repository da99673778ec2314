"""Streams say "changed", and not more often than needed."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sse_starlette import ServerSentEvent

from services.desk.api import live
from services.desk.api.live import BOARD, Hub, Live, case_subject, consults_subject, talk_subject
from services.desk.domain.board import Board
from tests.unit.desk.stories import Story
from tests.unit.desk.test_folding import folded


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Hub:
    monkeypatch.setattr(live, "SHORTEST_INTERVAL_SECONDS", 0.0)
    monkeypatch.setattr(live, "STREAMS_PER_SECOND", 1e9)
    return Hub()


async def _soon(stream: AsyncIterator[ServerSentEvent]) -> ServerSentEvent:
    return await asyncio.wait_for(anext(stream), 5)


async def test_a_new_stream_speaks_at_once(hub: Hub) -> None:
    assert (await _soon(hub.stream(BOARD))).event == "changed"


async def test_many_changes_in_silence_are_told_once(hub: Hub) -> None:
    stream = hub.stream(BOARD)
    await _soon(stream)
    for _ in range(100):
        hub.wake([BOARD])
    await _soon(stream)
    again = asyncio.ensure_future(anext(stream))
    for _ in range(10):
        await asyncio.sleep(0)
    assert not again.done()
    hub.wake(["something else"])
    hub.wake([BOARD])
    assert (await asyncio.wait_for(again, 5)).event == "changed"


async def test_closing_ends_every_stream(hub: Hub) -> None:
    stream = hub.stream(BOARD)
    await _soon(stream)
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    hub.close()
    with pytest.raises(StopAsyncIteration):
        await asyncio.wait_for(waiting, 5)


async def test_the_end_of_a_session_ends_its_streams_and_no_others(hub: Hub) -> None:
    ended, other, without = hub.stream(BOARD, "a"), hub.stream(BOARD, "b"), hub.stream(BOARD)
    for stream in (ended, other, without):
        await _soon(stream)
    assert hub.sessions == {"a", "b"}
    hub.end(["a", "", "unknown"])
    assert (await _soon(ended)).event == "over"
    with pytest.raises(StopAsyncIteration):
        await _soon(ended)
    assert hub.sessions == {"b"}
    hub.wake([BOARD])
    assert {(await _soon(stream)).event for stream in (other, without)} == {"changed"}


async def test_more_readers_hear_less_often() -> None:
    hub = Hub()
    streams = [hub.stream(BOARD) for _ in range(100)]
    for stream in streams:
        await _soon(stream)
    assert hub.interval_seconds == pytest.approx(100 / live.STREAMS_PER_SECOND)
    for stream in streams:
        await stream.aclose()  # type: ignore[attr-defined]
    assert hub.interval_seconds == live.SHORTEST_INTERVAL_SECONDS


async def test_the_board_and_all_who_look_learn_of_a_case_once_it_is_stored(hub: Hub) -> None:
    board = Board()
    view = folded(Story().opened().wrote("?").assigned().asked("?", specialist="harry.carter").events)
    subjects = [BOARD, case_subject(view.id), talk_subject(view.conversation), consults_subject("harry.carter")]
    streams = [hub.stream(subject) for subject in subjects]
    for stream in streams:
        await _soon(stream)
    news = Live(board, hub)
    news.notice(view)
    assert not board.rows
    await news.publish()
    assert view.id in board.rows
    for stream in streams:
        await _soon(stream)
