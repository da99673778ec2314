"""A case with an open promise can not be resolved, and only its owner speaks to the customer (F2, O1)."""

import httpx2

from tests.conftest import eventually
from tests.e2e.colleague import Colleague
from tests.e2e.stage import Stage


async def test_an_open_promise_keeps_the_case_open(stage: Stage, lead: Colleague) -> None:
    _, taken = await stage.send(stage.said("Hi, when is the new Brio 3 in the shops?", name="Ada"))
    case = await lead.owned(taken["conversation"])
    page = f"/cases/{case['id']}"
    async with stage.colleague(case["owner"]) as owner:
        await owner.submit(page, f"{page}/promise", what="the date in the shops", due="60")

        async def promised() -> bool:
            return bool((await owner.case(case["id"]))["promises"])

        await eventually(promised, "the promise is not on the desk")
        status, shown = await owner.try_to(page, f"{page}/resolve")
        assert status == 409
        assert "A promise is still open." in shown
        assert (await owner.case(case["id"]))["status"] == "owned"
    async with httpx2.AsyncClient(base_url=stage.stack.url("cases"), timeout=60) as client:
        other = next(each.id for each in stage.stack.organisation.people if each.id != case["owner"])
        token = stage.stack.secrets.internal_token
        headers = {"Authorization": f"Bearer {token}", "Acting-Person": other, "Idempotency-Key": "1"}
        answer = await client.post(f"{page}/replies", json={"kind": "answer", "text": "Tomorrow."}, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:casekeeper:problem:not-the-owner")
