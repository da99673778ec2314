"""The customer's page before the real ingestion."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2
import pytest

from schemas.events.case import CaseMerged
from schemas.events.message import Attachment
from schemas.events.reply import ReplyQueued
from schemas.ids import conversation_id
from services.chassis import kafka
from services.chassis.service import Service
from services.desk.domain.uploads import Sender
from services.ingestion.app import build as build_ingestion
from services.ingestion.settings import Settings as IngestionSettings
from tests.conftest import Backends, eventually
from tests.integration.desk.conftest import FORM_TOKEN, TOKEN, Browser, Started, browser, publish
from tests.unit.desk.photos import SERIAL, photo
from tests.unit.desk.stories import NOON, Story, outgoing

OWNER = "maaike.postma"


SECRETS = {
    f"CASEKEEPER_{name}_SECRET": "whsec_" + "c2VjcmV0" * 4
    for name in ("REVIEWS", "SOCIAL", "REVIEWS_PLUVANE", "SOCIAL_PLUVANE")
}


@pytest.fixture
async def ingestion(backends: Backends) -> AsyncIterator[Service]:
    settings = IngestionSettings(**(backends.settings() | {"internal_token": TOKEN}))
    service = build_ingestion(settings, environment=SECRETS)
    await service.start()
    yield service
    await service.stop()


async def test_a_customer_writes_comes_back_and_reads_the_reply(start_desk: Started, ingestion: Service) -> None:
    service = await start_desk(ingestion_url=ingestion.url)
    async with browser(service) as customer, browser(service) as elsewhere:
        link = await _a_conversation_starts_once(customer)
        assert link in (await customer.get("/talk/moccarel")).text  # the way back
        assert "Hello, is anybody there?" in (await elsewhere.get(link)).text  # by its link, on any device
        await _bad_links_lead_nowhere(elsewhere, link)
        await _more_messages_are_added(customer, link)
        thread = await _what_ingestion_took(ingestion)
        await _a_reply_appears(service, customer, link, thread)


async def _a_conversation_starts_once(customer: Browser) -> str:
    empty = await customer.submit("/talk/moccarel", "/talk/moccarel", text=" ", name="Sanne")
    assert empty.status_code == 400
    assert "Write your message first." in empty.text
    assert 'value="Sanne"' in empty.text
    fields = {"text": "Hello, is anybody there?", "name": "Sanne", "key": "first"}
    answers = [await customer.submit("/talk/moccarel", "/talk/moccarel", **fields) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {303}
    [link] = {answer.headers["location"] for answer in answers}
    return str(link)


async def _bad_links_lead_nowhere(elsewhere: Browser, link: str) -> None:
    for path in (
        link[:-2],
        link.replace("moccarel", "pluvane"),
        "/talk/moccarel/x",
        "/talk/nobody",
        f"{link[:-2]}/events",
    ):
        answer = await elsewhere.get(path)
        assert answer.status_code == 404, path
        assert "anybody there" not in answer.text


async def _more_messages_are_added(customer: Browser, link: str) -> None:
    answer = await customer.submit(link, link, partial=True, text="It still leaks", key="second")
    assert "It still leaks" in answer.text
    assert "hx-swap-oob" in answer.text  # a fresh form comes with it
    again = await customer.submit(link, link, text="It still leaks", key="second")
    assert again.status_code == 303
    page = (await customer.get(link)).text
    assert page.count("It still leaks") == 1
    long = await customer.submit(link, link, partial=True, text="x" * 5001, key="third")
    assert "too long" in long.text
    assert "x" * 5001 in long.text


async def _what_ingestion_took(ingestion: Service) -> str:
    """The conversation's name, after checking that each message was taken once."""

    async def taken() -> list[kafka.Record]:
        return [record async for record in kafka.read(ingestion.config.cluster, ["messages.received"])]

    async def both() -> object:
        return len(await taken()) >= 2

    await eventually(both)
    messages = [record.envelope().data.message for record in await taken()]  # type: ignore[attr-defined]
    assert [message.text for message in messages] == ["Hello, is anybody there?", "It still leaks"]
    assert {message.author.name for message in messages} == {"Sanne"}
    [thread] = {message.author.id for message in messages}
    assert {message.conversation for message in messages} == {conversation_id("moccarel", "web-moccarel", thread)}
    return str(thread)


async def _a_reply_appears(service: Service, customer: Browser, link: str, thread: str) -> None:
    conversation = conversation_id("moccarel", "web-moccarel", thread)
    story = (
        Story("case-1", conversation).opened().wrote("Hello, is anybody there?").assigned(OWNER)
        .asked("secret question", specialist="harry.carter").replied("We are. ^MP")
    )  # fmt: skip
    await publish(service, outgoing(story.events))

    async def arrived() -> bool:
        return "We are. ^MP" in (await customer.get(link)).text

    await eventually(arrived)
    page = (await customer.get(link)).text
    assert "Maaike" in page
    assert "secret question" not in page
    assert "Postma" not in page


async def test_a_customer_is_told_when_ingestion_is_away_and_when_it_is_too_much(start_desk: Started) -> None:
    service = await start_desk(ingestion_url="http://127.0.0.1:9", messages_per_minute=2)
    async with browser(service) as customer:
        away = await customer.submit("/talk/moccarel", "/talk/moccarel", text="Precious words")
        assert away.status_code == 503
        assert "Precious words" in away.text
        await customer.submit("/talk/moccarel", "/talk/moccarel", text="Precious words")
        much = await customer.submit("/talk/moccarel", "/talk/moccarel", text="Precious words")
        assert much.status_code == 429
        assert "That was a lot at once." in much.text


async def test_media_and_merged_cases_on_the_customers_page(start_desk: Started, ingestion: Service) -> None:
    """What was sent to this conversation is here with its pictures (V6), also when its case went on in another (M4)."""
    service = await start_desk(ingestion_url=ingestion.url, picture_hosts="media.moccarel.example")
    async with browser(service) as customer:
        link = await _a_conversation_starts_once(customer)
        thread = str(service.api.state.desk.sessions.signing.thread("moccarel", link.rpartition("/")[2]))
        conversation = conversation_id("moccarel", "web-moccarel", thread)
        absorbed = Story("case-1", conversation).opened().wrote("Hello, is anybody there?").assigned(OWNER)
        main = Story("case-2", "elsewhere").opened().assigned(OWNER).replied("Said elsewhere.").replied("Here!", "r2")
        picture = Attachment(url="https://media.moccarel.example/lid.jpg", alt="The lid, closed")
        events = [
            event.model_copy(update={"to_conversation": conversation, "attachments": (picture,)})
            if isinstance(event, ReplyQueued) and event.text == "Here!"
            else event
            for event in main.events
        ]
        merged = CaseMerged(
            **absorbed.facts,
            into="case-2",
            into_conversation="elsewhere",
            by=OWNER,
            reason="one matter",
            merged_at=NOON,
        )
        await publish(service, outgoing([*absorbed.events, merged, *events]))

        async def arrived() -> bool:
            return "Here!" in (await customer.get(link)).text

        await eventually(arrived)
        answer = await customer.get(link)
    assert "Said elsewhere." not in answer.text
    assert '<img src="https://media.moccarel.example/lid.jpg" alt="The lid, closed"' in answer.text
    assert "img-src 'self' https://media.moccarel.example;" in answer.headers["content-security-policy"]


PICTURE = photo() + bytes(2_000_000)
"""More than other bodies may have."""


async def test_pictures_go_along_and_what_could_run_does_not(start_desk: Started, ingestion: Service) -> None:
    service = await start_desk(ingestion_url=ingestion.url)
    async with browser(service) as customer, browser(service) as elsewhere:
        token = FORM_TOKEN.search((await customer.get("/talk/moccarel")).text)
        assert token
        fields = {"form_token": token[1], "text": "", "name": "Sanne", "key": "with-a-picture"}

        async def sent(*files: tuple[str, bytes]) -> httpx2.Response:
            chosen = [("files", (name, content, "image/png")) for name, content in files]
            return await customer.client.post("/talk/moccarel", data=fields, files=chosen)

        script = await sent(("leak.png", PICTURE), ("nice.png", b"<svg onload=alert(1)>"))
        assert script.status_code == 400
        assert "Only pictures, short videos" in script.text
        assert (await sent(*[("leak.png", photo())] * 4)).status_code == 400
        assert "can not be read" in (await sent(("half.png", PICTURE[:100]))).text

        answers = [await sent(("leak at home.png", PICTURE)) for _ in range(2)]  # a double click
        [link] = {answer.headers["location"] for answer in answers}
        page = (await elsewhere.get(link)).text
        [address] = set(re.findall(r'<img src="(/media/[^"]+)"', page))
        assert page.count("<img ") == 1
        shown = await elsewhere.get(address)
        assert (shown.status_code, shown.content[:8]) == (200, PICTURE[:8])
        assert SERIAL.encode() in PICTURE
        assert SERIAL.encode() not in shown.content
        assert shown.headers["content-type"] == "image/png"
        assert "sandbox" in shown.headers["content-security-policy"]
        assert (await elsewhere.get(address[:-2])).status_code == 404

        async def taken() -> list[kafka.Record]:
            return [record async for record in kafka.read(ingestion.config.cluster, ["messages.received"])]

        [record] = await eventually(taken)
        message = record.envelope().data.message
        [attachment] = message.attachments
        assert attachment.url.endswith(address)
        assert (attachment.name, attachment.media_type, message.text) == ("leak at home.png", "image/png", "")
        await _a_lead_of_the_brand_erases_it(service, elsewhere, address)


async def _a_lead_of_the_brand_erases_it(service: Service, elsewhere: Browser, address: str) -> None:
    async with browser(service, "fleur.visser") as lead, browser(service, OWNER) as agent:
        fields = {"file": address, "reason": "a passport was on it", "all_of_sender": "yes"}
        assert (await agent.submit("/", "/erasures", **fields)).status_code == 403
        kept = await elsewhere.get(address)
        assert (await elsewhere.get(address, **{"if-none-match": kept.headers["etag"]})).status_code == 304
        assert "Give the file" in (await lead.submit("/erasures", "/erasures", file=address)).text
        assert (await lead.submit("/erasures", "/erasures", **(fields | {"file": address[:-2]}))).status_code == 404
        done = await lead.submit("/erasures", "/erasures", **fields)
        assert "1 file is gone for good." in done.text
        assert "a passport was on it" in done.text
        assert "leak at home" not in done.text
        again = await lead.client.post("/api/erasures", json={"file": address, "reason": "once more"})
        assert again.json() == {"erased": 0}
        [record] = (await lead.get("/api/erasures")).json()
        assert (record["by"], record["reason"], record["brand"]) == ("fleur.visser", fields["reason"], "moccarel")
    assert (await elsewhere.get(address, **{"if-none-match": kept.headers["etag"]})).status_code == 410
    await _nothing_is_kept_of_it(service)
    await _what_was_kept_long_enough_goes_by_itself(service)


async def _nothing_is_kept_of_it(service: Service) -> None:
    for left in await service.database.rows("uploads", {}):
        assert left["state"].get("content", "") == ""
        assert "kept_ms" not in left


async def _what_was_kept_long_enough_goes_by_itself(service: Service) -> None:
    uploads = service.api.state.desk.uploads
    sender = Sender("another conversation", "moccarel")
    files = [await uploads.prepared("leak.png", photo()) for _ in range(3)]
    kept = [await uploads.keep(sender, "form", number, file, "http://here/") for number, file in enumerate(files)]
    assert await uploads.erase_all_of(sender.id, "fleur.visser", "all of it") == 3
    assert await uploads.erase_all_of(sender.id, "fleur.visser", "once more") == 0
    assert len({each.url for each in kept}) == 3
    await uploads.keep(Sender("a third", "moccarel"), "form", 0, files[0], "http://here/")
    await uploads.erase_older(timedelta(days=1))
    assert len(await uploads.erased(["moccarel"], 10)) == 4
    await uploads.erase_older(-timedelta(days=1))
    assert next(iter(await uploads.erased(["moccarel"], 10))).erased.by == ""
    await _nothing_is_kept_of_it(service)
