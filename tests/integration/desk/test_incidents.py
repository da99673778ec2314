"""Incidents on the desk, before a real follow-up: two that are one are joined, with what is known of each (F8)."""

from schemas.events.incident import Reason, Rise
from services.chassis.documents import Context, Decision
from services.chassis.service import Service
from services.followup.app import build
from services.followup.domain.incidents import Incident, IncidentCase, membership_id, rose, seen
from services.followup.settings import Settings
from services.followup.store.incidents import INCIDENT_CASES, INCIDENTS
from tests.conftest import Backends
from tests.integration.desk.conftest import TOKEN, Browser, Started, browser
from tests.integration.followup.departments import AGENT, COACH
from tests.integration.followup.test_followup import START, HandClock


def reason_of(topic: str) -> Reason:
    return Reason(dimension="topic", value=topic, window_minutes=15, seen=40, expected=2, by_chance_per_week=0.001)


async def raised(service: Service, id_: str, brand: str, topic: str, after: str = "") -> None:
    """An incident of the brand about the topic, with a case."""

    def decide(state: Incident | None, context: Context) -> Decision[Incident] | None:
        change = seen(state, id_, brand, [reason_of(topic)], START, context.now, after)
        return Decision(*change) if change else None

    await service.repository.execute(INCIDENTS, id_, f"raise-{id_}", decide)
    case = IncidentCase(
        incident_id=id_, brand=brand, case_id=f"of-{id_}", conversation="c", language="nl", joined_at=START
    )

    def joined(state: IncidentCase | None, _: Context) -> Decision[IncidentCase] | None:
        return None if state else Decision(case)

    await service.repository.execute(INCIDENT_CASES, membership_id(id_, case.case_id), f"join-{id_}", joined)


async def risen(service: Service, id_: str, topic: str) -> None:
    """Twice as much is seen of it as was told."""

    def decide(state: Incident | None, _: Context) -> Decision[Incident] | None:
        change = rose(state, Rise(reason=reason_of(topic), before=20, at=START))
        return Decision(*change) if change else None

    await service.repository.execute(INCIDENTS, id_, f"rise-{id_}", decide)


async def test_two_incidents_that_are_one_are_joined_from_the_page(start_desk: Started, backends: Backends) -> None:
    clock = HandClock()
    service = build(Settings(**(backends.settings() | {"internal_token": TOKEN})), clock)
    await service.start(listen=False)
    try:
        await raised(service, "parcels", "moccarel", "delivery")
        await raised(service, "leaks", "moccarel", "coffee-machine")
        await raised(service, "elsewhere", "pluvane", "delivery")
        await risen(service, "parcels", "delivery")
        await raised(service, "wave", "moccarel", "coffee-machine", after="leaks")
        desk = await start_desk(clock, followup_url=service.url)
        async with browser(desk, COACH) as coach, browser(desk, AGENT) as agent:
            page, form = "/incidents/parcels", "/incidents/parcels/merging"
            shown = (await coach.get(page)).text
            assert 'value="leaks"' in shown
            await _tells_what_rises_anew(coach)
            assert 'value="elsewhere"' not in shown
            for into in ("elsewhere", "parcels"):
                refused = await coach.submit(page, form, into=into)
                assert refused.status_code in (404, 409), into
                assert (await coach.get("/incidents?state=open")).text.count("/incidents/parcels") == 1
            assert (await agent.submit(page, form, into="leaks")).status_code == 403
            for _ in range(2):  # a double click
                answer = await coach.submit(page, form, into="leaks")
                assert answer.status_code in (303, 409)
            open_ = (await coach.get("/incidents?state=open&lang=en")).text
            assert "/incidents/parcels" not in open_
            joined = (await coach.get("/incidents/leaks")).text
            assert "Order and delivery" in joined
            assert "Coffee machine" in joined
            assert "/incidents/leaks" in (await coach.get(page)).text
            found = await service.database.get(INCIDENTS, "leaks")
            assert found
            assert found.state
            assert {each.value for each in found.state.reasons} == {"delivery", "coffee-machine"}
    finally:
        await service.stop()


async def _tells_what_rises_anew(coach: Browser) -> None:
    """The list and the page of one that rose, and the way between two waves of the same."""
    list_ = (await coach.get("/incidents?lang=en")).text
    assert (list_.count("rises anew"), list_.count("another wave")) == (1, 1)
    assert "20 were told before" in (await coach.get("/incidents/parcels")).text
    assert "/incidents/leaks" in (await coach.get("/incidents/wave")).text
    assert "It came back after it had ended." in (await coach.get("/incidents/leaks")).text
