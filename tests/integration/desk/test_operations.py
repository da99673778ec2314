"""The operator's page on the real broker: planted lag, a planted dead letter given another chance, one message's way (I4)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from schemas.envelope import Envelope
from schemas.events.case import CaseMessageAdded
from schemas.events.message import MessageClassified, MessageReceived
from schemas.ids import derive
from schemas.topics import key_of
from services.chassis import dead
from services.chassis.documents import Outgoing
from services.chassis.errors import Rejected
from services.chassis.ids import fresh
from services.chassis.kafka import Record
from services.chassis.service import Service
from services.desk.store.collections import CASES
from tests.conftest import eventually
from tests.integration.desk.conftest import INTERNAL, Browser, Started, browser, publish
from tests.integration.desk.stage import CASE, CONVERSATION
from tests.unit.desk.stories import Story

OPERATOR, LEAD, AGENT, SPECIALIST = "daan.boersma", "fleur.visser", "maaike.postma", "harry.carter"
WORDS = "It leaks, call me on +31 6 12345678"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
PAGES = ("/operations", "/operations/dead", "/operations/trace?id=x", "/operations/clocks")


def written() -> tuple[Outgoing, Outgoing]:
    """A message as received, and as classified: with one trace id, the second because of the first."""
    added = Story(CONVERSATION, CONVERSATION, language="en").opened().wrote(WORDS).events[-1]
    assert isinstance(added, CaseMessageAdded)
    first = MessageReceived(message=added.message)
    second = MessageClassified(message=added.message, classification=added.classification)
    at, carried = added.message.received_at, {"traceparent": TRACEPARENT}
    one = Envelope(fresh(), "casekeeper/ingestion", "m", at, key_of(first), first, extra=carried)
    later = at + timedelta(seconds=2)
    two = Envelope(
        fresh(), "casekeeper/classification", "m", later, key_of(second), second, cause=one.id, extra=carried
    )
    return Outgoing.of(one), Outgoing.of(two)


async def put_aside(service: Service, event: Outgoing) -> str:
    """The event as a dead letter of the cases service; its id."""
    headers = tuple((name, text.encode()) for name, text in event.headers.items())
    record = Record(event.topic, 0, 7, 0, event.key.encode(), event.value.encode(), headers)
    error = Rejected(f"no brand for '{WORDS}'")
    before = Story().start  # the clock of the cases service is set to the story's time
    await service.publisher.send([dead.letter(record, "cases", error, before, 1)])
    return event.headers["ce_id"]


async def told(who: Browser, path: str, status: int = 200) -> Any:
    answer = await who.get(f"/api/operations/{path}")
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_lag_is_what_nobody_has_taken_yet(start_desk: Started) -> None:
    desk = await start_desk(flow_seconds=3600)
    received, _ = written()
    for _ in range(3):  # one by one: the local broker counts only the first of what comes together
        await publish(desk, [received])
    async with browser(desk, OPERATOR) as operator:

        async def looked_at() -> bool:  # by asking: nobody has looked before
            return (await told(operator, "flow"))["flow"] is not None

        await eventually(looked_at)
        stream = (await told(operator, "flow"))["flow"]["streams"][0]
        assert (stream["topic"], stream["records"], stream["rate"]) == ("messages.received", 3, None)
        assert (stream["hops"][0]["service"], stream["hops"][0]["lag"]) == ("classification", 3)
        assert sorted(stream["hops"][0]["partitions"]) == [0, 0, 0, 3]
        page = (await operator.get("/operations", **{"HX-Request": "true"})).text
        assert "classification: catching up, –/s handled, 3 wait" in page
        health = {each["service"]: each for each in await told(operator, "services")}
        assert health["desk"]["state"] == "ready"
        assert health["desk"]["version"]
        assert health["cases"]["state"] == "no answer"


async def test_a_dead_letter_is_given_another_chance_by_name(start_desk: Started, cases: Service) -> None:
    desk = await start_desk(cases_url=cases.url)
    letter = await put_aside(desk, written()[1])
    address = f"/operations/dead/cases/{letter}"
    async with browser(desk, OPERATOR) as operator, browser(desk, LEAD) as lead:
        listed = await told(operator, "dead-letters")
        assert [(each["consumer"], each["waiting"]) for each in listed["kinds"]] == [("cases", 1)]
        for page in ("/operations/dead", address):
            shown = (await operator.get(page)).text
            assert "no brand for" in shown
            assert "leaks" not in shown
            assert "12345678" not in shown
        assert "leaks" in (await lead.get(address)).text
        assert "12345678" not in (await lead.get(address)).text
        form = {"consumer": "cases", "letter": letter}
        unsure = await operator.submit(address, "/operations/dead/replay", **form)
        assert unsure.status_code == 400
        assert await told(operator, "replays") == []
        for _ in range(2):  # a double click
            done = await operator.submit(address, "/operations/dead/replay", **form, sure="yes", key="once")
            assert done.status_code == 303

        async def opened() -> object:
            return await desk.database.get(CASES, CASE)

        await eventually(opened)
        shown = (await operator.get("/operations/dead")).text
        assert "given again" in shown
        assert "Daan Boersma" in shown
        record = await told(operator, "replays")
        assert [(each["by"], each["given"], each["why"]) for each in record] == [(OPERATOR, 1, letter)]
        assert (await told(operator, f"dead-letters/cases/{letter}"))["replayed_by"] == OPERATOR


async def test_what_fails_again_comes_back_and_all_of_a_kind_go_at_once(start_desk: Started, cases: Service) -> None:
    desk = await start_desk(cases_url=cases.url)
    event = written()[1]
    broken = [replace(event, value="{}", headers={**event.headers, "ce_id": f"broken-{n}"}) for n in range(3)]
    for each in broken:
        await put_aside(desk, each)
    async with browser(desk, OPERATOR) as operator:
        (kind,) = (await told(operator, "dead-letters"))["kinds"]
        headers = {"Idempotency-Key": "all"}
        body = {"everything": True, "consumer": "cases", "kind": kind["kind"]}
        for wrong in ({**body, "letters": [{"consumer": "cases", "id": "broken-0"}]}, {}):
            answer = await operator.client.post("/api/operations/dead-letters/replay", json=wrong, headers=headers)
            assert answer.status_code == 400
        answer = await operator.client.post("/api/operations/dead-letters/replay", json=body, headers=headers)
        assert answer.json() == {"replayed": 3}

        async def back() -> bool:
            letters = (await told(operator, "dead-letters"))["letters"]
            return len(letters) == 3 and all(each["replays"] == 1 and not each["replayed_at"] for each in letters)

        await eventually(back, "they did not come back")
        assert "failed again" in (await operator.get("/operations/dead")).text


async def test_a_message_is_followed_from_the_webhook_on(start_desk: Started, cases: Service) -> None:
    desk = await start_desk(cases_url=cases.url, trace_url="https://traces.example.com/{trace_id}")
    received, classified = written()
    await publish(desk, [received, classified])

    async def opened() -> object:
        return await desk.database.get(CASES, CASE)

    await eventually(opened)
    message_id = derive("m", CONVERSATION, "0")
    async with browser(desk, OPERATOR) as operator:
        for asked in (TRACE, message_id, CASE):
            found = await told(operator, f"trace?asked={asked}")
            types = [each["seen"]["type"] for each in found["steps"]]
            assert types[:2] == ["message.received.v1", "message.classified.v1"], asked
            assert {"case.opened.v1", "owner.requested.v1"} <= set(types)
            assert (found["case_id"], found["trace_ids"]) == (CASE, [TRACE])
            assert found["links"] == [f"https://traces.example.com/{TRACE}"]
            assert found["steps"][1]["seconds"] == 2
            assert "leaks" not in str(found)
        page = (await operator.get(f"/operations/trace?id={message_id}")).text
        assert "message.classified" in page
        assert f"https://traces.example.com/{TRACE}" in page
        await told(operator, "trace?asked=nothing-has-this", 404)
        assert "Nothing has this id" in (await operator.get("/operations/trace?id=nothing-has-this")).text


async def test_only_operators_and_leads_see_it_and_operators_see_no_case(start_desk: Started, cases: Service) -> None:
    desk = await start_desk(cases_url=cases.url)
    for person in (AGENT, SPECIALIST):
        async with browser(desk, person) as other:
            for page in PAGES:
                assert (await other.get(page)).status_code == 403, page
            for part in ("flow", "services", "dead-letters", "replays", "trace?asked=x", "clocks", "channels"):
                await told(other, part, 403)
    async with browser(desk, OPERATOR) as operator:
        assert (await operator.get("/")).headers["location"] == "/operations"
        for page in (*PAGES, "/account"):
            assert (await operator.get(page)).status_code == 200, page
        for page in (f"/cases/{CASE}", "/promises", "/handovers", "/figures"):
            assert (await operator.get(page)).status_code == 403, page
        assert (await operator.get("/api/cases")).status_code == 403
    async with httpx2.AsyncClient(base_url=cases.url, headers={**INTERNAL, "Acting-Person": OPERATOR}) as client:
        assert (await client.get("/cases")).status_code == 403
        assert (await client.get(f"/cases/{CASE}")).status_code == 403


@pytest.mark.parametrize("page", PAGES)
async def test_pages_are_there_in_dutch(start_desk: Started, page: str) -> None:
    desk = await start_desk()
    async with browser(desk, OPERATOR) as operator:
        shown = (await operator.get(f"{page}{'&' if '?' in page else '?'}lang=nl")).text
        assert "Beheer" in shown
