"""Sessions begin anew, end for many reasons, and can be ended from elsewhere."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import yaml

from schemas.events.roster import PersonRecorded, RosterPerson
from schemas.organisation_file import load
from services.chassis.service import Service
from services.chassis.testing import ManualClock
from services.desk.store.collections import PEOPLE, SESSIONS
from tests.conftest import eventually
from tests.integration.desk.conftest import INTERNAL, PASSWORD, Browser, Started, browser, publish
from tests.integration.desk.planted import EXAMPLE
from tests.unit.desk.stories import outgoing

AGENT, OTHER = "maaike.postma", "sem.schouten"
COOKIE = "casekeeper-session"
LIVE = {"live": "yes"}


async def test_sessions_end_in_time_and_from_elsewhere(start_desk: Started) -> None:
    clock = ManualClock(datetime.now(UTC))
    service = await start_desk(clock=clock, session_hours=3, session_idle_minutes=60)
    async with browser(service, AGENT) as here, browser(service, AGENT) as elsewhere:
        await _signing_in_again_makes_a_new_one(service, here)
        await _a_copied_cookie_is_worthless_after_signing_out(service, here)
        await _one_is_over_for_want_of_use(here, clock)
        await _one_is_over_however_much_it_is_used(here, clock)
        await _all_can_be_ended_at_once(service, here, elsewhere)
        clock.forward(4 * 3600)
        await service.api.state.desk.sessions.opened.sweep()
        assert await service.database.find(SESSIONS, {}) == []


async def _signing_in_again_makes_a_new_one(service: Service, here: Browser) -> None:
    before = here.client.cookies[COOKIE]
    assert (await here.sign_in(AGENT)).status_code == 303
    assert here.client.cookies[COOKIE] != before
    assert not await _open_with(service, before)
    kept = [each.id for each in await service.database.find(SESSIONS, {})]
    assert here.client.cookies[COOKIE] not in kept, "the store must not hold what opens a session"


async def _a_copied_cookie_is_worthless_after_signing_out(service: Service, here: Browser) -> None:
    copied = here.client.cookies[COOKIE]
    assert await _open_with(service, copied)
    await here.submit("/account", "/sign-out")
    assert not await _open_with(service, copied)


async def _one_is_over_for_want_of_use(here: Browser, clock: ManualClock) -> None:
    await here.sign_in(AGENT)
    for _ in range(2):
        clock.forward(50 * 60)
        assert (await here.get("/api/cases")).status_code == 200
    clock.forward(50 * 60)
    assert (await here.get("/api/cases", **LIVE)).status_code == 200  # the page's script did that, not the person
    clock.forward(20 * 60)
    assert (await here.get("/api/cases")).status_code == 401


async def _one_is_over_however_much_it_is_used(here: Browser, clock: ManualClock) -> None:
    await here.sign_in(AGENT)
    for _ in range(4):
        clock.forward(44 * 60)
        assert (await here.get("/api/cases")).status_code == 200
    clock.forward(5 * 60)
    assert (await here.get("/api/cases")).status_code == 401


async def _all_can_be_ended_at_once(service: Service, here: Browser, elsewhere: Browser) -> None:
    await here.sign_in(AGENT)
    await elsewhere.sign_in(AGENT)
    async with browser(service, OTHER) as other:
        page = (await here.get("/account")).text
        assert page.count("with a password") == 2
        assert "Maaike Postma" in page
        assert "Europe/Amsterdam" in page
        assert (await here.client.post("/account/sign-out-everywhere", data={})).status_code == 403
        done = await here.submit("/account", "/account/sign-out-everywhere")
        assert done.headers["location"] == "/sign-in"
        for each, status in ((here, 401), (elsewhere, 401), (other, 200)):
            assert (await each.get("/api/cases")).status_code == status


async def _open_with(service: Service, token: str) -> bool:
    async with browser(service) as thief:
        answer = await thief.client.get("/api/cases", headers={"cookie": f"{COOKIE}={token}"})
        return answer.status_code == 200


async def test_who_leaves_the_organisation_is_out_whatever_was_told_of_them(
    start_desk: Started, tmp_path: Path
) -> None:
    clock = ManualClock(datetime.now(UTC))
    before = await start_desk(clock=clock)
    person = RosterPerson.model_validate(load(EXAMPLE).person(AGENT).model_dump())
    await publish(before, outgoing([PersonRecorded(person_id=AGENT, person=person)]))

    async def told() -> object:
        return await before.database.get(PEOPLE, AGENT)

    await eventually(told)
    async with browser(before, AGENT) as agent:
        token = agent.client.cookies[COOKIE]
    after = await start_desk(clock=clock, organisation=_without(AGENT, tmp_path))
    assert not await _open_with(after, token)
    async with browser(after) as agent:
        assert (await agent.sign_in(AGENT)).status_code == 401
        account = {"person": AGENT, "password": PASSWORD}
        assert (await agent.client.post("/internal/accounts", json=account, headers=INTERNAL)).status_code == 422


async def test_who_is_known_by_records_alone_signs_in_until_they_leave(start_desk: Started) -> None:
    clock = ManualClock(datetime.now(UTC))
    service = await start_desk(clock=clock)
    made = load(EXAMPLE).person(AGENT).model_dump() | {"id": "nadia.haddad", "email": "nadia@partner.example"}
    thief = made | {"id": "not.fleur", "email": load(EXAMPLE).person("fleur.visser").email}

    async def recorded(person: dict[str, object], **more: bool) -> None:
        told = PersonRecorded(person_id=str(person["id"]), person=RosterPerson.model_validate(person), **more)
        await publish(service, outgoing([told]))

    account = {"person": "nadia.haddad", "password": PASSWORD}
    async with browser(service) as nadia:
        assert (await nadia.client.post("/internal/accounts", json=account, headers=INTERNAL)).status_code == 422
        await recorded(made, filed=False)
        await recorded(thief, filed=False)

        async def known() -> bool:
            return (await nadia.client.post("/internal/accounts", json=account, headers=INTERNAL)).status_code == 200

        await eventually(known)
        assert (await nadia.sign_in("Nadia@partner.example")).status_code == 303
        assert (await nadia.get("/api/cases")).status_code == 200
        people = service.api.state.desk.people
        assert await people.signing_in_as(str(thief["email"])) == "fleur.visser"  # the files' word counts
        await recorded(made, filed=False, left=True)

        async def gone() -> bool:
            clock.forward(6)
            return (await nadia.get("/api/cases")).status_code == 401

        await eventually(gone)
        assert (await nadia.sign_in("nadia.haddad")).status_code == 401


def _without(person: str, folder: Path) -> Path:
    place = Path(shutil.copytree(EXAMPLE, folder / "organisation"))
    file = place / "people/agents.yaml"
    people = yaml.safe_load(file.read_text(encoding="utf-8"))["people"]
    file.write_text(yaml.safe_dump({"people": [each for each in people if each["id"] != person]}), encoding="utf-8")
    return place


async def test_guesses_spread_over_many_addresses_pause_too_and_https_has_its_cookies(start_desk: Started) -> None:
    service = await start_desk(sign_in_failures=1, secure_cookies=True)
    async with browser(service) as crowd:
        page = await crowd.get("/sign-in")
        cookies = page.headers.get_list("set-cookie")
        assert any(each.startswith("__Host-casekeeper-visitor=") and "Secure" in each for each in cookies)
        visitor = cookies[0].partition(";")[0]
        token = page.text.split('name="form_token" value="')[1].split('"')[0]

        async def guess(address: str, person: str) -> int:
            fields = {"form_token": token, "person": person, "password": "a wrong guess"}
            headers = {"x-forwarded-for": address, "cookie": visitor}
            return (await crowd.client.post("/sign-in", data=fields, headers=headers)).status_code

        assert [await guess(f"10.0.0.{n}", AGENT) for n in range(10)] == [401] * 10
        assert await guess("10.0.0.99", AGENT) == 429
        assert [await guess("10.0.1.1", f"somebody.{n}") for n in range(10)] == [401] * 10
        assert await guess("10.0.1.1", OTHER) == 429
        assert await guess("10.0.1.2", OTHER) == 401
