"""What a lead sees and does: the wallboard, what wants attention, coverage with a handover in one go, what-if, parity."""

import re

import pytest

from schemas.events.roster import PersonRecorded, RosterPerson
from services.chassis.service import Service
from services.desk.domain.whatif import Run
from services.desk.gateway.simulator import Simulator
from services.desk.store.collections import ABSENCES, WHAT_IFS
from tests.conftest import eventually
from tests.integration.desk.conftest import Started, browser, publish
from tests.integration.desk.stage import CASE, COLLEAGUE, OWNER, Desk
from tests.unit.desk.stories import outgoing

LEAD, AGENT = "fleur.visser", "maaike.postma"
INLINE = re.compile(r"<style|style=|<script(?! src=)|onload=")


async def absent(service: Service, person: str) -> None:
    """Somebody is marked absent until further notice; the desk has heard of it when this returns."""
    found = next(each for each in service.api.state.desk.organisation.people if each.id == person)
    record = PersonRecorded(
        person_id=person, person=RosterPerson.model_validate(found.model_dump()), available=False, absence_reason="ill"
    )
    await publish(service, outgoing([record]))

    async def heard() -> bool:
        document = await service.database.get(ABSENCES, person)
        return document is not None and document.state is not None and document.state.absent

    await eventually(heard)
    await service.api.state.desk.roster.refresh()


class TestLeading:
    async def test_a_leads_morning(self, start_desk: Started, cases: Service) -> None:
        service = await start_desk(cases_url=cases.url)
        desk = Desk(service)
        await desk.a_case_is_owned("It leaks and burns")
        async with browser(service, LEAD) as lead, browser(service, AGENT) as agent:
            wall = (await lead.get("/wallboard")).text
            assert not INLINE.search(wall)
            assert "1 open case" in wall
            assert "Maaike" in wall
            assert "It leaks" not in wall
            assert "Jonas" not in wall
            for address in ("/lead", "/lead/others", "/coverage", "/what-if", "/what-if/events"):
                assert (await agent.get(address)).status_code == 403
            assert (await agent.get("/wallboard")).status_code == 200

            # Follow-up does not run: the page says what is not known, and shows the rest.
            others = await lead.get("/lead/others")
            assert others.status_code == 200
            assert others.text.count("Not known at the moment") == 3
            assert (await lead.get("/wallboard/today")).status_code == 200
            parity = await lead.get("/parity")
            assert parity.status_code == 200
            assert "every channel promises what its brand promises" in parity.text

            await absent(service, OWNER)
            page = (await lead.get("/coverage")).text
            assert f'id="away-{OWNER}"' in page
            assert f'value="{CASE}"' in page
            assert "Cases that need somebody before their owner is back: 1." in (await lead.get("/lead")).text
            chosen = {"case": CASE, f"to-{CASE}": COLLEAGUE, "reason": "Maaike is ill"}
            nothing = await lead.submit("/coverage", f"/coverage/{OWNER}/handovers", reason="ill", partial=True)
            assert "note-problem" in nothing.text
            done = await lead.submit("/coverage", f"/coverage/{OWNER}/handovers", partial=True, **chosen)
            assert "1 case is offered; it stays with its owner until the colleague says yes." in done.text
            view = await desk.view(lambda view: view.handover is not None)
            assert view.handover
            assert (view.handover.to, view.handover.reason) == (COLLEAGUE, "Maaike is ill")
            assert view.owner == OWNER

    async def test_a_cover_until_the_owner_is_back(self, start_desk: Started, cases: Service) -> None:
        service = await start_desk(cases_url=cases.url)
        desk = Desk(service)
        await desk.a_case_is_owned("It leaks")
        await absent(service, OWNER)
        async with browser(service, LEAD) as lead:
            chosen = {"case": CASE, f"to-{CASE}": COLLEAGUE, "reason": "Maaike is ill"}
            done = await lead.submit("/coverage", f"/coverage/{OWNER}/covers", partial=True, **chosen)
            assert "1 case is covered until its owner is back." in done.text
            view = await desk.view(lambda view: view.cover is not None)
            assert view.cover
            assert (view.cover.person, view.owner) == (COLLEAGUE, OWNER)


class TestWhatIf:
    async def test_asked_worked_on_compared_and_cancelled(
        self, start_desk: Started, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The simulator itself runs, in a process of its own, on a scenario small enough for a test."""
        real = Simulator.content
        tiny = {"days": 1.6, "warmup_days": 1.0, "drain_days": 0.2}
        monkeypatch.setattr(Simulator, "content", lambda self, name: dict(real(self, name)) | tiny)
        service = await start_desk()

        async def ended() -> list[Run] | None:
            found = await service.database.find(WHAT_IFS, {"over": True})
            return [each.state for each in found if each.state] or None

        async with browser(service, LEAD) as lead:
            page = (await lead.get("/what-if?scenario=small-company")).text
            assert not INLINE.search(page)
            numbers = {f"agents-{start}": "4" for start in ("07:00", "15:00")}
            numbers |= {f"speakers-{code}": "6" for code in ("nl", "en", "de")}
            asked = {"scenario": "small-company", "runs": "1", "length": "whole", "volume": "100", **numbers}
            refused = await lead.submit("/what-if", "/what-if", **(asked | {"volume": "9000"}))
            assert refused.status_code == 400
            assert "from 0.1 to 5 times" in refused.text
            assert 'value="9000"' in refused.text

            assert (await lead.submit("/what-if", "/what-if", **asked)).status_code == 303
            [run] = await eventually(ended)
            assert (run.state, run.problem) == ("done", "")
            assert run.answer
            assert 0 <= run.answer.lowest <= run.answer.within <= 1
            shown = (await lead.get(f"/what-if?scenario=small-company&compare={run.id}")).text
            assert "+2 agents" in shown
            assert "<svg" in shown

            service.api.state.desk.what_ifs._at_once = 0  # so that it waits
            await lead.submit("/what-if", "/what-if", **(asked | {"name": "never"}))
            [waiting] = [each for each in await service.api.state.desk.what_ifs.latest() if not each.over]
            await lead.submit("/what-if", f"/what-if/{waiting.id}/cancel", scenario="small-company")
            states = {each.question.name: each.state for each in await service.api.state.desk.what_ifs.latest()}
            assert states == {"": "done", "never": "cancelled"}
