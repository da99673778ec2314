"""Messages come in by webhook, in bulk and from the page: each once, the bad ones refused with a reason and without a trace."""

import asyncio
import json
import random
from collections import Counter
from datetime import timedelta
from typing import Any, ClassVar

import pytest

from schemas.events.message import MessageReceived
from schemas.ids import conversation_id, message_id
from services.ingestion.store import MESSAGES
from tests.conftest import Backends
from tests.integration.ingestion.stand import SECRET, TOKEN, body, data, signed, stand

MESSAGE = message_id("moccarel", "reviews", "m-1")
CONVERSATION = conversation_id("moccarel", "reviews", "c-1")
ACCEPTED = {"message_id": MESSAGE, "conversation": CONVERSATION, "status": "accepted"}


class TestWebhook:
    async def test_a_message_becomes_one_event_in_its_conversation(self, backends: Backends) -> None:
        trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        async with stand(backends) as one:
            content = body()
            answer = await one.webhook(content, signed(content) | {"traceparent": trace})
            assert (answer.status_code, answer.json()) == (202, ACCEPTED)
            [event] = await one.published()
        assert isinstance(event.data, MessageReceived)
        assert (event.data.message.id, event.data.message.text) == (MESSAGE, "It leaks.")
        assert (event.key, event.subject) == (CONVERSATION, MESSAGE)
        assert event.extra == {"traceparent": trace}

    async def test_the_same_message_again_gets_the_first_result(self, backends: Backends) -> None:
        async with stand(backends) as one:
            content = body()
            headers = signed(content, "hook-1")
            answers = [
                await one.webhook(content, headers),
                await one.webhook(content, headers),
                await one.webhook(content, signed(content, "hook-2")),
                await one.webhook(body(text="edited", conversation="another")),
            ]
            assert [answer.status_code for answer in answers] == [202, 200, 200, 200]
            assert all(answer.json() == ACCEPTED for answer in answers)
            assert len(await one.published()) == await one.stored() == 1

    async def test_the_same_id_on_another_channel_is_another_message(self, backends: Backends) -> None:
        async with stand(backends) as one:
            for path in ("moccarel/reviews", "moccarel/social", "pluvane/reviews-pluvane"):
                assert (await one.webhook(body(), path=path)).status_code == 202
            assert await one.stored() == 3

    async def test_a_storm_of_repetitions_is_each_message_once(self, backends: Backends) -> None:
        """Reliability test 15."""
        storm = [f"m-{number}" for number in range(30)] * 10
        random.Random(15).shuffle(storm)
        async with stand(backends) as one:
            answers = await asyncio.gather(*(one.webhook(body(id)) for id in storm))
            assert Counter(answer.status_code for answer in answers) == {202: 30, 200: 270}
            events = await one.published()
            assert len(events) == await one.stored() == 30

    async def test_a_forgotten_message_is_taken_again_as_the_same_event(self, backends: Backends) -> None:
        async with stand(backends) as one:
            await one.webhook(body())
            [first] = await one.published()
            await one.service.database.delete(MESSAGES.name, [MESSAGE])  # as the store does after `message_days`
            assert (await one.webhook(body())).status_code == 202
            [second] = await one.published()
            assert first.id == second.id

    async def test_what_is_refused_leaves_nothing_behind(self, backends: Backends) -> None:
        good, other = body(), body("m-2")
        cases: list[tuple[bytes, dict[str, str], str, int, str]] = [
            (good, signed(good), "moccarel/nowhere", 422, "unknown-channel"),
            (good, signed(good), "pluvane/reviews", 422, "unknown-channel"),
            (good, signed(good), "moccarel/mail", 422, "unknown-channel"),
            (good, {}, "moccarel/nowhere", 422, "unknown-channel"),
            (good, {}, "moccarel/reviews", 401, "not-authentic"),
            (good, signed(other), "moccarel/reviews", 401, "not-authentic"),
            (good, signed(good, age=timedelta(minutes=6)), "moccarel/reviews", 401, "not-authentic"),
            (good, signed(good, age=-timedelta(minutes=6)), "moccarel/reviews", 401, "not-authentic"),
            (b"{", {}, "moccarel/reviews", 401, "not-authentic"),
            (b"{", signed(b"{"), "moccarel/reviews", 400, "invalid-request"),
            (b"[" * 10_000, signed(b"[" * 10_000), "moccarel/reviews", 400, "invalid-request"),
        ]
        async with stand(backends) as one:
            for content, headers, path, status, kind in cases:
                answer = await one.webhook(content, headers, path)
                assert (answer.status_code, answer.json()["type"]) == (status, f"urn:casekeeper:problem:{kind}")
                assert answer.headers["content-type"] == "application/problem+json"
            assert await one.stored() == 0
            assert await one.published() == []

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"text": "a\0b"}, "data.text"),
            ({"author": {}}, "data.author.id"),
            ({"sent_at": "2999-01-01T00:00:00Z"}, "data.sent_at"),
        ],
    )
    async def test_a_wrong_field_is_named(self, backends: Backends, changes: dict[str, Any], field: str) -> None:
        async with stand(backends) as one:
            answer = await one.webhook(body(**changes))
            assert answer.status_code == 400
            assert [error["field"] for error in answer.json()["errors"]] == [field]
            assert SECRET not in answer.text

    async def test_a_large_body_is_refused_before_it_is_read(self, backends: Backends) -> None:
        async with stand(backends) as one:
            reader, writer = await asyncio.open_connection("127.0.0.1", one.service.port)
            writer.write(b"POST /webhooks/moccarel/reviews HTTP/1.1\r\nhost: x\r\ncontent-length: 10485760\r\n\r\n")
            assert (await reader.readline()).split()[1] == b"413"
            writer.close()
            await writer.wait_closed()

    async def test_a_large_body_of_unknown_length_is_refused_too(self, backends: Backends) -> None:
        async def parts() -> Any:
            for _ in range(16):
                yield b"x" * 65_536
            yield b"x"

        async with stand(backends) as one:
            answer = await one.client.post("/webhooks/moccarel/reviews", content=parts())
            assert answer.status_code == 413

    @pytest.mark.parametrize(
        "text", ["😀" * 100_000, "\u202eشكرا", "é" * 50_000], ids=["100,000 emoji", "rtl", "100 kB"]
    )
    async def test_a_large_or_strange_text_arrives_whole(self, backends: Backends, text: str) -> None:
        async with stand(backends) as one:
            content = json.dumps({"type": "message.created", "data": data(text=text)}, ensure_ascii=False).encode()
            assert (await one.webhook(content)).status_code == 202
            [event] = await one.published()
            assert isinstance(event.data, MessageReceived)
            assert event.data.message.text == text


class TestBulk:
    async def test_bad_lines_do_not_hinder_good_ones(self, backends: Backends) -> None:
        lines = [
            json.dumps(data("m-1")),
            "{",
            "",
            json.dumps(data("m-2", text="")),
            json.dumps(data("m-3")),
            json.dumps(data("m-1")),
        ]
        async with stand(backends) as one:
            answer = await one.client.post("/bulk/moccarel/reviews", content="\n".join(lines) + "\n", headers=TOKEN)
            assert answer.status_code == 200
            results = answer.json()
            assert [(each["line"], each["status"]) for each in results] == [
                (1, "accepted"), (2, "refused"), (4, "refused"), (5, "accepted"), (6, "duplicate"),
            ]  # fmt: skip
            assert results[0]["message_id"] == MESSAGE
            assert results[2]["problem"]["errors"][0]["field"] == "text"
            again = await one.client.post("/bulk/moccarel/reviews", content="\n".join(lines), headers=TOKEN)
            assert [each["status"] for each in again.json()] == [
                "duplicate",
                "refused",
                "refused",
                "duplicate",
                "duplicate",
            ]
            assert len(await one.published()) == await one.stored() == 2

    async def test_it_shares_its_memory_with_the_webhook(self, backends: Backends) -> None:
        async with stand(backends) as one:
            await one.webhook(body("m-1"))
            answer = await one.client.post("/bulk/moccarel/reviews", content=json.dumps(data("m-1")), headers=TOKEN)
            assert [each["status"] for each in answer.json()] == ["duplicate"]

    async def test_ten_thousand_lines_and_no_more(self, backends: Backends) -> None:
        async with stand(backends) as one:
            full = await one.client.post("/bulk/moccarel/reviews", content=b"{\n" * 10_000, headers=TOKEN)
            assert full.status_code == 200
            assert len(full.json()) == 10_000
            more = await one.client.post("/bulk/moccarel/reviews", content=b"{\n" * 10_001, headers=TOKEN)
            assert more.status_code == 413

    async def test_more_than_one_commit(self, backends: Backends) -> None:
        async with stand(backends) as one:
            lines = "\n".join(json.dumps(data(f"m-{number}", conversation=f"c-{number}")) for number in range(1200))
            answer = await one.client.post("/bulk/moccarel/reviews", content=lines, headers=TOKEN)
            assert {each["status"] for each in answer.json()} == {"accepted"}
            assert len(await one.published()) == await one.stored() == 1200

    @pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer wrong"}, {"authorization": "token"}])
    async def test_it_is_for_our_own_services_only(self, backends: Backends, headers: dict[str, str]) -> None:
        async with stand(backends) as one:
            for path in ("/bulk/moccarel/reviews", "/web/moccarel/web-moccarel/messages"):
                assert (await one.client.post(path, content=b"{}", headers=headers)).status_code == 401
            assert await one.stored() == 0


class TestWeb:
    typed: ClassVar = {
        "conversation": "visit-1",
        "author_id": "v-1",
        "author_name": "Bo",
        "text": "Hi!",
        "client_message_id": "1",
    }

    async def test_what_a_customer_types_is_taken_once(self, backends: Backends) -> None:
        async with stand(backends) as one:
            path = "/web/moccarel/web-moccarel/messages"
            first, again = [await one.client.post(path, json=self.typed, headers=TOKEN) for _ in range(2)]
            other = await one.client.post(path, json=self.typed | {"conversation": "visit-2"}, headers=TOKEN)
            assert [each.status_code for each in (first, again, other)] == [202, 200, 202]
            assert first.json() == again.json()
            assert first.json()["conversation"] == conversation_id("moccarel", "web-moccarel", "visit-1")
            assert {each.data.message.author.name for each in await one.published()} == {"Bo"}  # type: ignore[attr-defined]

    async def test_only_a_web_channel_has_a_page(self, backends: Backends) -> None:
        async with stand(backends) as one:
            answer = await one.client.post("/web/moccarel/reviews/messages", json=self.typed, headers=TOKEN)
            assert answer.status_code == 422

    async def test_a_wrong_field_is_named(self, backends: Backends) -> None:
        async with stand(backends) as one:
            path = "/web/moccarel/web-moccarel/messages"
            answer = await one.client.post(path, json=self.typed | {"text": ""}, headers=TOKEN)
            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "text")
