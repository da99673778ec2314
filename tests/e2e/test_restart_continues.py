"""A second start on the same folder goes on where the first one was: nothing is forgotten and nothing happens twice."""

from pathlib import Path

import httpx2

from tests.conftest import eventually
from tests.e2e.colleague import Colleague
from tests.e2e.conftest import judge
from tests.e2e.stage import Stage

TEXTS = ("Mijn Aria lekt.", "Meine Brio wird nicht heiß.", "My new toothbrush does not charge.")


async def test_a_restart_continues(tmp_path: Path) -> None:
    first = Stage(tmp_path)
    first.start()
    try:
        secrets = first.stack.secrets
        said = [first.said(text) for text in TEXTS]
        conversations = [(await first.send(each))[1]["conversation"] for each in said]
        await worked_to_the_end(first, len(TEXTS))
        person = next(person for person in secrets.logins if person.startswith("fleur"))
        async with httpx2.AsyncClient(base_url=first.stack.url("desk"), timeout=60, follow_redirects=True) as client:
            await Colleague(person, client).sign_in(secrets.logins[person])
            cookies = client.cookies
        late = first.said("Written a moment before it stopped.")
        _, taken = await first.send(late)
    finally:
        first.stop()

    second = Stage(tmp_path)
    second.sent.update(first.sent)
    second.receiver.received.extend(first.receiver.received)
    second.start()
    try:
        assert second.stack.secrets == secrets
        assert second.clock.now() > first.clock.now().replace(microsecond=0)
        async with httpx2.AsyncClient(base_url=second.stack.url("desk"), timeout=60, cookies=cookies) as client:
            lead = Colleague(person, client)
            name = second.stack.organisation.person(person).name
            assert name in await lead.page("/"), "the session did not outlive the restart"
            assert (await lead.owned(taken["conversation"]))["owner"]
            await the_resolved_cases_are_there(lead, conversations)
        status, again = await second.send(said[0])
        assert (status, again["conversation"]) == (200, conversations[0])
        await judge(second)
    finally:
        second.stop()


async def worked_to_the_end(stage: Stage, cases: int) -> None:
    autopilot = await stage.autopilot()

    async def resolved() -> bool:
        return sum(case.resolved for case in autopilot.cases.values()) == cases

    try:
        await eventually(resolved, "the autopilot did not resolve the cases", timeout_seconds=120)
    finally:
        await stage.run(autopilot.stop())


async def the_resolved_cases_are_there(lead: Colleague, conversations: list[str]) -> None:
    async def listed() -> bool:
        lines = (await lead.read("/api/cases?status=resolved"))["cases"]
        cases = [await lead.case(line["id"]) for line in lines]
        return {case["conversation"] for case in cases} >= set(conversations)

    await eventually(listed, "what was resolved before the restart is not there")
