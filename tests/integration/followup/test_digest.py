"""The weekly digest on a real broker and store: made once, sent once to each who subscribed, as page and PDF (F7)."""

import asyncio
import json
import os.path
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader
from typer.testing import CliRunner

from casekeeper.cli import app
from schemas.events.case import CaseMarked
from services.chassis.service import Service
from services.followup.handlers.digest import Digests
from services.followup.store.digest import DIGESTS
from tests.conftest import Backends
from tests.integration.delivery.outside import mail_server
from tests.integration.followup.departments import LEAD, asking, case, feed, followup, key
from tests.integration.followup.test_followup import HandClock, named
from tests.integration.followup.test_subscriptions import MAIL, subscribed, tell

TUESDAY = datetime(2026, 3, 3, 9, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, 7, 5, tzinfo=UTC)
"""Five past eight in Amsterdam, where the brand's calendar is."""
WEEK = "2026-W10"


async def a_week(service: Service) -> None:
    """Five cases, one of them with a story, and one of the week before."""
    events = case("old", TUESDAY - timedelta(days=7), "delivery")
    for number in range(5):
        events += case(f"c{number}", TUESDAY + timedelta(hours=number), "coffee-machine")
    story = CaseMarked(
        **named("c1"),
        mark="special-story",
        by="maaike.postma",
        text="Twins <born> on the day that the machine broke; mail ana@example.org",
        marked_at=TUESDAY,
    )
    await feed(service, [*events, story])


async def digests(service: Service) -> None:
    """The service looks whether it is time."""
    making = service.api.state.digest_making
    await Digests(service.repository, service.clock, service.api.state.organisation, making).look()


async def test_a_digest_leaves_once_a_week_with_its_page_and_its_pdf(backends: Backends) -> None:
    clock = HandClock()
    clock.moment = TUESDAY - timedelta(days=1)
    async with mail_server() as box:
        mail = MAIL | {"smtp_port": box.port}
        async with followup(backends, clock, **mail) as one, followup(backends, clock, **mail) as other:
            await subscribed(one, digest=True, mail="board@hesselwijk.example", language="nl")
            await a_week(one)
            clock.moment = MONDAY - timedelta(minutes=10)
            await digests(one)
            await tell(one)
            assert box.mails == [], "it is not eight o'clock yet"
            clock.moment = MONDAY
            await asyncio.gather(*(digests(each) for each in (one, other, one)))
            await asyncio.gather(tell(one), tell(other))
            clock.moment = MONDAY + timedelta(days=3)
            await digests(other)
            await tell(other)
            assert len(await one.database.find(DIGESTS, {})) == 1
    [letter] = box.mails
    assert letter["subject"] == "Moccarel: week 10"
    text = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "5 klantcases" in text
    page, pdf = (each.get_content() for each in letter.iter_attachments())
    assert "Twins &lt;born&gt; on the day" in page
    assert "ana@example.org" not in page
    assert "http" not in page.replace("http://www.w3.org", "")
    words = " ".join(each.extract_text() for each in PdfReader(BytesIO(pdf)).pages)
    assert "De week bij Moccarel" in words
    assert "Koffiemachine" in words


async def test_the_api_and_the_command_tell_the_same_week(backends: Backends, tmp_path: Path) -> None:
    clock = HandClock()
    clock.moment = MONDAY
    async with followup(backends, clock) as service, asking(service, LEAD) as lead:
        await a_week(service)
        told = (await lead.get("/digests/moccarel", params={"week": WEEK})).json()
        assert (told["cases"], told["before"], told["complete"]) == (5, 1, True)
        assert told["per_day"] == [0, 5, 0, 0, 0, 0, 0]
        assert told["causes"][0]["weeks"] == [0, 0, 0, 0, 0, 0, 0, 5]
        assert told["satisfaction"] is None
        pdf = await lead.get("/digests/moccarel/pdf", params={"week": WEEK})
        assert pdf.content.startswith(b"%PDF")
        for week, words in (("2026-W54", "no week"), ("last", "no week"), ("2027-W01", "has not begun")):
            refused = await lead.get("/digests/moccarel", params={"week": week})
            assert (refused.status_code, words in refused.json()["detail"]) == (422, True)
        command = ["digest", "--brand", "moccarel", "--week", WEEK, "--out", str(tmp_path), "--json"]
        store = ["--mongo", backends.mongo, "--database-prefix", backends.database_prefix]
        made = await asyncio.to_thread(CliRunner().invoke, app, [*command, *store])
        assert made.exit_code == 0, made.output
        assert json.loads(made.stdout)["cases"] == 5
        wanted = {f"{tmp_path / f'moccarel-{WEEK}'}.{ending}" for ending in ("html", "pdf")}
        told = await asyncio.to_thread(CliRunner().invoke, app, [*command[:-1], *store])
        assert set(told.stdout.split()) == wanted
        assert await asyncio.to_thread(lambda: all(map(os.path.isfile, wanted)))


async def test_who_subscribes_later_gets_the_next_one(backends: Backends) -> None:
    clock = HandClock()
    clock.moment = MONDAY + timedelta(hours=1)
    async with mail_server() as box, followup(backends, clock, **MAIL, smtp_port=box.port) as service:
        await subscribed(service, digest=True, mail="board@hesselwijk.example")
        await digests(service)
        await tell(service)
        assert box.mails == []
        clock.moment = MONDAY + timedelta(days=7)
        await digests(service)
        await tell(service)
        assert [each["subject"] for each in box.mails] == ["Moccarel: week 11"]


async def test_a_digest_is_for_coaches_and_leads(backends: Backends) -> None:
    async with followup(backends, HandClock()) as service, asking(service, "maaike.postma") as agent:
        assert (await agent.get("/digests/moccarel")).status_code == 403
        wanted = {"brand": "moccarel", "department": "Me", "digest": True, "mail": "a@b.example"}
        assert (await agent.post("/subscriptions", json=wanted, headers=key("x"))).status_code == 403
