"""Signing in through an identity provider, one that runs here and can lie."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from joserfc.jwk import RSAKey

from services.chassis.service import Service
from services.chassis.testing import ManualClock
from tests.integration.desk.conftest import PASSWORD, Browser, Started, browser
from tests.integration.desk.identity import CLIENT, SECRET, Provider, identity_provider, query_of

AGENT, LEAD = "maaike.postma", "fleur.visser"
PUBLIC = "https://desk.example"
PEOPLE = {
    "u1": {"email": f"{AGENT}@hesselwijk.example", "email_verified": True},
    "u2": {"email": "stranger@elsewhere.example", "email_verified": True},
    "u3": {"email": f"{LEAD}@hesselwijk.example", "email_verified": False},
}


@pytest.fixture(scope="module")
def shared() -> Iterator[Provider]:
    with identity_provider(PEOPLE) as running:
        yield running


@pytest.fixture
def provider(shared: Provider) -> Provider:
    shared.lies, shared.says_of_itself, shared.forges = {}, {}, False
    return shared


def connected(issuer: str, **more: object) -> dict[str, object]:
    client = {"oidc_client_id": CLIENT, "oidc_client_secret": SECRET, "public_url": PUBLIC}
    return {"oidc_issuer": issuer, **client, **more}


async def test_people_sign_in_and_out_through_the_provider(start_desk: Started, provider: Provider) -> None:
    service = await start_desk(**connected(provider.issuer, oidc_name="Hesselwijk"))
    async with browser(service) as somebody:
        page = await somebody.get("/sign-in?next=/promises")
        assert "Sign in with Hesselwijk" in page.text
        assert 'name="password"' in page.text
        led_back = await _leave(somebody, provider, "u1", next="/promises")
        assert led_back.startswith(f"{PUBLIC}/sign-in/back?")
        arrived = await _come_back(somebody, led_back)
        assert (arrived.status_code, arrived.headers["location"]) == (303, "/promises")
        assert "through your organisation" in (await somebody.get("/account")).text
        await _no_answer_counts_twice(somebody, led_back)
        await _signing_out_goes_on_to_the_provider(somebody, provider)
        for elsewhere in ("https://evil.example", "//evil.example", "/\\evil.example"):
            arrived = await _come_back(somebody, await _leave(somebody, provider, "u1", next=elsewhere))
            assert arrived.headers["location"] == "/"


async def _no_answer_counts_twice(somebody: Browser, led_back: str) -> None:
    assert (await _come_back(somebody, led_back)).status_code == 400


async def _signing_out_goes_on_to_the_provider(somebody: Browser, provider: Provider) -> None:
    out = await somebody.submit("/account", "/sign-out")
    assert out.status_code == 200
    wait, farewell = out.headers["refresh"].split("; url=")
    assert wait == "0"
    assert farewell.startswith(f"{provider.issuer}/oauth2/end_session?")
    asked = query_of(farewell)
    assert asked["post_logout_redirect_uri"] == [f"{PUBLIC}/sign-in"]
    assert asked["client_id"] == [CLIENT]
    assert asked["id_token_hint"][0].count(".") == 2
    assert (await somebody.get("/account")).status_code == 303


async def test_what_is_not_to_be_believed_opens_nothing(start_desk: Started, provider: Provider) -> None:
    clock = ManualClock(datetime.now(UTC))
    service = await start_desk(clock=clock, **connected(provider.issuer))
    now = int(clock.now().timestamp())
    lies: list[dict[str, Any]] = [
        {"aud": "another-client"},
        {"aud": ["another-client", "a-third"], "azp": "another-client"},
        {"exp": now - 300},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"sub": None},
        {"email": None},
        {"at_hash": "bm90LXRoaXMtb25l"},
    ]
    for lie in lies:
        async with _signed_in_as("u1", service, provider, lies=lie) as (somebody, answer):
            await _nothing_is_open(somebody, answer, 401, "did not confirm who you are")
    async with _signed_in_as("u1", service, provider, forges=True) as (somebody, answer):
        await _nothing_is_open(somebody, answer, 401, "did not confirm who you are")
    async with _signed_in_as("u3", service, provider) as (somebody, answer):  # not verified
        await _nothing_is_open(somebody, answer, 401, "did not confirm who you are")
    async with _signed_in_as("u2", service, provider) as (somebody, answer):
        await _nothing_is_open(somebody, answer, 403, "not on this desk")
        assert "stranger" not in answer.text
    await _an_answer_belongs_to_one_browser_and_one_time(service, provider, clock)


async def _an_answer_belongs_to_one_browser_and_one_time(
    service: Service, provider: Provider, clock: ManualClock
) -> None:
    async with browser(service) as somebody, browser(service) as other:
        led_back = await _leave(somebody, provider, "u1")
        await _nothing_is_open(other, await _come_back(other, led_back), 400, "not begun in this browser")
        state = query_of(led_back)["state"][0]
        tampered = led_back.replace(state, state[:-1] + ("a" if state[-1] != "a" else "b"))
        await _nothing_is_open(somebody, await _come_back(somebody, tampered), 400, "not begun in this browser")
        led_back = await _leave(somebody, provider, "u1")
        refused = await _come_back(somebody, f"{led_back}&iss=https://evil.example")
        await _nothing_is_open(somebody, refused, 401, "did not confirm")
        led_back = await _leave(somebody, provider, "u1")
        denied = led_back.replace("code=", "error=access_denied&was=")
        await _nothing_is_open(somebody, await _come_back(somebody, denied), 401, "did not confirm")
        led_back = await _leave(somebody, provider, "u1")
        provider.challenges.clear()  # as if the code had been another's: PKCE
        await _nothing_is_open(somebody, await _come_back(somebody, led_back), 401, "did not confirm")
        led_back = await _leave(somebody, provider, "u1")
        clock.forward(601)
        await _nothing_is_open(somebody, await _come_back(somebody, led_back), 400, "too long ago")


async def test_who_signs_out_at_the_provider_is_out_here_at_once(start_desk: Started, provider: Provider) -> None:
    clock = ManualClock(datetime.now(UTC))
    service = await start_desk(clock=clock, **connected(provider.issuer))
    async with browser(service) as here, browser(service) as there, browser(service) as thief:
        await _signs_in(here, provider, sid="s-1")
        await _signs_in(there, provider, sid="s-2")
        await _what_is_no_logout_token_ends_nothing(thief, provider)
        assert [await _status(each) for each in (here, there)] == [200, 200]
        async with here.client.stream("GET", "/api/events") as stream:
            lines = stream.aiter_lines()
            await _until(lines, "event: changed")
            token = provider.logout_token(sid="s-1")
            taken = await _told(thief, token)
            assert (taken.status_code, taken.headers["cache-control"]) == (200, "no-store")
            await _until(lines, "event: over")
        assert [await _status(each) for each in (here, there)] == [401, 200]
        assert (await _told(thief, token)).status_code == 400  # each counts once
        await _signs_in(here, provider)  # where the provider does not say which session it is
        assert (await _told(thief, provider.logout_token(sub="u1", sid="s-2"))).status_code == 200
        assert [await _status(each) for each in (here, there)] == [401, 401]
        await _signs_in(here, provider, sid="s-3")
        await _signs_in(there, provider, sid="s-4")
        assert (await _told(thief, provider.logout_token(sub="u1"))).status_code == 200
        assert [await _status(each) for each in (here, there)] == [401, 401]
        await _an_end_elsewhere_ends_streams_here(service, here, provider, clock)
        assert (await _told(thief, "x" * 70_000)).status_code == 413
        assert {(await _told(thief, "x")).status_code for _ in range(31)} == {400, 429}


async def _what_is_no_logout_token_ends_nothing(thief: Browser, provider: Provider) -> None:
    bad: list[dict[str, Any]] = [
        {"key": RSAKey.generate_key(2048)},
        {"typ": "at+jwt"},
        {"aud": "another-client"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"nonce": "n"},
        {"events": {}},
        {"events": None},
        {"jti": None},
        {"sub": None},
    ]
    for each in bad:
        refused = await _told(thief, provider.logout_token(**({"sub": "u1"} | each)))
        assert (refused.status_code, refused.headers["cache-control"]) == (400, "no-store"), each
        assert refused.json()["error"] == "invalid_request"
    assert (await thief.client.post("/sign-out/back-channel", data={})).status_code == 400


async def _an_end_elsewhere_ends_streams_here(
    service: Service, here: Browser, provider: Provider, clock: ManualClock
) -> None:
    await _signs_in(here, provider)
    desk = service.api.state.desk
    async with here.client.stream("GET", "/api/events") as stream:
        lines = stream.aiter_lines()
        await _until(lines, "event: changed")
        await desk.sessions.opened.end_all(AGENT)  # as another instance of the desk does
        clock.forward(6)
        await desk.sessions.look_after(desk.hub.sessions)
        await _until(lines, "event: over")


async def _signs_in(somebody: Browser, provider: Provider, **claims: str) -> None:
    provider.lies = dict(claims)
    assert (await _come_back(somebody, await _leave(somebody, provider, "u1"))).status_code == 303


async def _told(client: Browser, token: str) -> httpx2.Response:
    return await client.client.post("/sign-out/back-channel", data={"logout_token": token})


async def _status(somebody: Browser) -> int:
    return (await somebody.get("/api/cases")).status_code


async def _until(lines: AsyncIterator[str], wanted: str) -> None:
    async with asyncio.timeout(20):
        async for line in lines:
            if line == wanted:
                return
    raise AssertionError(f"the stream ended without {wanted!r}")


async def test_passwords_can_be_switched_off(start_desk: Started, provider: Provider) -> None:
    service = await start_desk(**connected(provider.issuer, oidc_only=True))
    async with browser(service) as somebody:
        page = await somebody.get("/sign-in")
        assert "Sign in with your organisation" in page.text
        assert 'name="password"' not in page.text
        led_back = await _leave(somebody, provider, "u1")
        await _come_back(somebody, led_back)
        refused = await somebody.submit("/account", "/sign-in", person=AGENT, password=PASSWORD)
        assert refused.status_code == 403
        assert (await somebody.get("/account")).status_code == 200


async def test_a_provider_that_is_away_or_is_another_is_said_so(start_desk: Started, provider: Provider) -> None:
    away = await start_desk(**connected("http://127.0.0.1:9"))
    async with browser(away) as somebody:
        answer = await somebody.get("/sign-in/provider")
        await _nothing_is_open(somebody, answer, 503, "does not answer right now")
    local = await start_desk()
    async with browser(local) as somebody:
        assert (await somebody.get("/sign-in/provider")).status_code == 404
    for lie in ({"issuer": "https://evil.example"}, {"token_endpoint": None}, {"jwks_uri": "file:///etc/passwd"}):
        provider.says_of_itself = lie
        service = await start_desk(**connected(provider.issuer))
        async with browser(service) as somebody:
            await _nothing_is_open(somebody, await somebody.get("/sign-in/provider"), 503, "does not answer right now")
    provider.says_of_itself = {"end_session_endpoint": None}
    service = await start_desk(**connected(provider.issuer))
    async with browser(service) as somebody:
        await _come_back(somebody, await _leave(somebody, provider, "u1"))
        out = await somebody.submit("/account", "/sign-out")
        assert (out.status_code, out.headers["location"]) == (303, "/sign-in")


@asynccontextmanager
async def _signed_in_as(
    person: str, service: Service, provider: Provider, *, lies: dict[str, Any] | None = None, forges: bool = False
) -> AsyncIterator[tuple[Browser, httpx2.Response]]:
    provider.lies, provider.forges = lies or {}, forges
    async with browser(service) as somebody:
        yield somebody, await _come_back(somebody, await _leave(somebody, provider, person))


async def _leave(somebody: Browser, provider: Provider, person: str, next: str = "/") -> str:  # noqa: A002
    """Off to the provider, signed in there; where it leads back to."""
    answer = await somebody.client.get("/sign-in/provider", params={"next": next})
    assert answer.status_code == 303, answer.text
    return await provider.approve(answer.headers["location"], person)


async def _come_back(somebody: Browser, led_back: str) -> httpx2.Response:
    parts = urlsplit(led_back)
    return await somebody.get(f"{parts.path}?{parts.query}")


async def _nothing_is_open(somebody: Browser, answer: httpx2.Response, status: int, words: str) -> None:
    assert answer.status_code == status, answer.text
    assert words in answer.text
    assert (await somebody.get("/account")).status_code == 303
