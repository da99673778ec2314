"""The reply check over HTTP, with a case and without one (V2, V3, F1)."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.conftest import Backends
from tests.integration.cases.stage import OWNER, PROBLEM, Stage, stage

PARTNER = "isla.fletcher"
WORDS = "We will look into it. I'll call you tomorrow before noon."


@pytest.fixture
async def running(backends: Backends) -> AsyncIterator[Stage]:
    async with stage(backends) as found:
        yield found


async def asked(running: Stage, person: str = OWNER, **body: Any) -> httpx2.Response:
    return await running.client.post("/reply-checks", json=body, headers={"Acting-Person": person})


async def checked(running: Stage, person: str = OWNER, **body: Any) -> dict[str, Any]:
    answer = await asked(running, person, **body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def problem(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json()["type"]).removeprefix(PROBLEM)


async def test_a_reply_is_checked_while_the_agent_writes(running: Stage) -> None:
    """V2, F1: the words concerned, why, a better way; and the promise that they make, in the brand's time zone."""
    found = await checked(running, brand="moccarel", language="en", text=WORDS)
    (advice,) = found["advice"]
    assert (advice["rule"], advice["kind"], advice["words"]) == (
        "look-into-it",
        "empty-promise",
        "We will look into it",
    )
    assert WORDS[advice["start"] : advice["end"]] == advice["words"]
    assert {"en", "nl"} == advice["why"].keys()
    (promise,) = found["promises"]
    assert promise["due_at"] == "2026-11-25T11:00:00Z"
    assert promise["words"] == "I'll call you tomorrow before noon"


async def test_with_a_promise_recorded_the_words_are_no_longer_empty(running: Stage) -> None:
    """V2: empty only without a record."""
    assert (await checked(running, brand="moccarel", language="en", text=WORDS, promised=True))["advice"] == []
    talk = await running.owned()
    assert (await checked(running, case_id=talk.case_id(), text=f"Sorry! {WORDS}", promised=True))["advice"] == []


async def test_the_case_tells_what_the_reply_is_about(running: Stage) -> None:
    """V2: the case's message is an angry complaint, and the reply shows nothing of that."""
    talk = await running.owned()
    found = await checked(running, case_id=talk.case_id(), text="Turn it off and on again.")
    assert [each["kind"] for each in found["advice"]] == ["no-acknowledgement"]
    assert found["language"] == "en"


async def test_a_promise_made_in_the_case_counts(running: Stage) -> None:
    """V2, F1: an open promise of the case is a promise recorded."""
    talk = await running.owned()
    body = {"what": "the answer", "due_at": "2026-11-25T11:00:00Z"}
    await running.accepted(f"/cases/{talk.case_id()}/promises", body)
    assert (await checked(running, case_id=talk.case_id(), text=f"Sorry! {WORDS}"))["advice"] == []


async def test_tomorrow_is_the_customers(running: Stage) -> None:
    """F1: the same words are due at another moment in another zone."""
    found = await checked(running, brand="moccarel", language="en", text=WORDS, time_zone="America/New_York")
    assert found["promises"][0]["due_at"] == "2026-11-25T17:00:00Z"


async def test_a_public_reply_does_not_ask_for_a_private_message(running: Stage) -> None:
    """V2: scripted deflection; on a private channel the same words are no matter."""
    body = {"brand": "moccarel", "language": "en", "text": "Sorry, send us a DM."}
    assert [each["kind"] for each in (await checked(running, **body, audience="public"))["advice"]] == [
        "scripted-deflection"
    ]
    assert (await checked(running, **body, audience="private"))["advice"] == []


async def test_a_language_without_rules_still_has_its_limit(running: Stage) -> None:
    """V2: rules that need no language go on."""
    body = {"brand": "moccarel", "language": "fi", "text": "a" * 20_000, "channel": "web-moccarel"}
    assert [each["kind"] for each in (await checked(running, **body))["advice"]] == ["too-long"]


async def test_refusals_say_what_is_wrong(running: Stage) -> None:
    assert problem(await asked(running, text="Hello")) == (400, "invalid-request")
    assert problem(await asked(running, brand="moccarel", language="en", text="")) == (400, "invalid-request")
    zone = await asked(running, brand="moccarel", language="en", text="Hello", time_zone="Europe/Nowhere")
    assert problem(zone) == (400, "invalid-request")
    assert problem(await asked(running, case_id="none", text="Hello")) == (404, "case-not-found")
    assert problem(await asked(running, brand="nobody", language="en", text="Hello")) == (422, "unknown-brand")
    channel = await asked(running, brand="moccarel", language="en", text="Hello", channel="nowhere")
    assert problem(channel) == (422, "unknown-channel")
    talk = await running.owned()
    assert problem(await asked(running, case_id=talk.case_id(), brand="pluvane", text="Hello")) == (
        422,
        "unknown-brand",
    )
    assert problem(await asked(running, person="nobody", brand="moccarel", language="en", text="Hello"))[0] == 403


async def test_a_promise_for_a_public_holiday_says_that_the_brand_is_closed(running: Stage) -> None:
    """F1, F3: by the brand's calendar; one that is open on every day of the year is not closed."""
    words = "I'll call you on 25 December before noon."
    closed = (await checked(running, PARTNER, brand="pluvane", language="en", text=words))["promises"][0]
    assert (closed["due_at"], closed["closed"]) == ("2026-12-25T11:00:00Z", True)
    assert closed["opens_at"] == "2026-12-27T08:00:00Z"
    always = (await checked(running, brand="moccarel", language="en", text=words))["promises"][0]
    assert (always["closed"], always["opens_at"]) == (False, None)
