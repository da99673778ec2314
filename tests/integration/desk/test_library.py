"""Before a specialist is asked, an earlier answer is shown; one that serves saves the consult, and is credited (O2)."""

import re

from schemas.events.message import Author
from services.chassis.service import Service
from tests.integration.desk.conftest import Browser, Started, browser
from tests.integration.desk.stage import CASE, EXPERT, OWNER, PAGE, Desk

QUESTION = "A Duo leaks underneath right after descaling. Which seal is it?"
ANSWER = "The reservoir seal, part 4103; she can replace it herself."
VIDEO = "https://media.moccarel.example/seal.mp4"


async def test_an_earlier_answer_is_suggested_serves_and_is_counted(start_desk: Started, cases: Service) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned()
    async with browser(desk.service, OWNER) as owner, browser(desk.service, EXPERT) as expert:
        await _answered(desk, owner, expert)
        other = await desk.another_case_is_owned("conversation-2", "social", Author(id="ana", name="Ana"), "Help")
        page = f"/cases/{other}"
        short = await owner.submit(page, f"{page}/suggestions", partial=True, question="Which?")
        assert "An earlier answer may serve" not in short.text
        asking = {"question": "The Duo leaks since it was descaled, which seal?"}
        found = await owner.submit(page, f"{page}/suggestions", partial=True, **asking)
        assert "An earlier answer may serve" in found.text
        assert "part 4103" in found.text
        assert VIDEO in found.text
        answer_id = re.search(r'name="answer_id" value="([^"]+)"', found.text)
        assert answer_id
        unknown = await owner.submit(page, f"{page}/saved-consults", partial=True, **asking, answer_id="x")
        assert "has no answer" in unknown.text
        served = {**asking, "answer_id": answer_id[1]}
        saved = await owner.submit(page, f"{page}/saved-consults", partial=True, **served)
        assert "Nobody had to be asked" in saved.text
        assert "part 4103" in saved.text  # it stays in view, to write the reply from
        assert 'name="answer_id"' not in saved.text
        await desk.view(lambda view: any(entry.kind == "consult-saved" for entry in view.timeline), other)
        view = await desk.view(lambda view: view.owner == OWNER, other)
        assert not view.consults
        assert "nobody had to be asked" in (await owner.get(page)).text
        counted = await desk.service.api.state.desk.commands.see(dict[str, object], OWNER, "answers", "saved")
        assert counted == {"saved": 1, "specialists": {EXPERT: 1}}


async def _answered(desk: Desk, owner: Browser, expert: Browser) -> None:
    fields = {"question": QUESTION, "skill": "coffee", "language": "en", "due_minutes": "60"}
    await owner.submit(PAGE, f"{PAGE}/consult", partial=True, **fields)
    [consult] = (await desk.view(lambda view: view.open_consults)).consults
    await desk.asked(consult.id)
    answer = {"answer": ANSWER, "link-1-url": VIDEO, "link-1-what": "How to change the seal"}
    await expert.submit("/consults", f"/consults/{CASE}/{consult.id}/answer", **answer)
    await desk.view(lambda view: view.consults[0].answered_at)
