"""Colleagues who have the same case before them hear of each other, over several instances of the desk (O1)."""

from schemas.events.message import Author
from services.chassis.testing import ManualClock
from services.desk.domain.watching import GONE_AFTER
from tests.conftest import eventually
from tests.integration.desk.conftest import Started, browser, publish
from tests.integration.desk.stage import COLLEAGUE, OWNER
from tests.unit.desk.stories import NOON, Story, outgoing


async def test_who_else_is_there_and_writes_is_told_by_another_instance_too(start_desk: Started) -> None:
    clock = ManualClock(NOON)
    one, other = await start_desk(clock), await start_desk(clock)
    story = Story().opened().wrote("It leaks").assigned()
    neighbour = (
        Story("case-2", "conversation-2", customer=Author(id="c2"))
        .opened()
        .wrote("Mine leaks too")
        .assigned()
        .replied("Hold the valve.")
    )
    await publish(one, outgoing([*story.events, *neighbour.events]))
    page = f"/cases/{story.case_id}"
    async with (
        browser(one, OWNER) as owner,
        browser(other, COLLEAGUE) as colleague,
        browser(one, "isla.fletcher") as no,
    ):

        async def there() -> bool:
            pages = [await each.get(address) for each in (owner, colleague) for address in (page, "/cases/case-2")]
            return all(each.status_code == 200 for each in pages)

        await eventually(there)
        assert "Also here:" not in (await owner.submit(page, f"{page}/watching", partial=True)).text
        came = await colleague.submit(page, f"{page}/watching", partial=True)
        assert "Also here:" in came.text
        assert "Maaike Postma" in came.text
        assert "is writing" not in came.text
        await colleague.submit(page, f"{page}/watching", partial=True, typing="yes")
        warned = (await owner.get(page, **{"Accept-Language": "en"})).text
        assert "is writing in this case at this moment" in warned
        clock.forward(seconds=GONE_AFTER.total_seconds())
        alone = (await owner.submit(page, f"{page}/watching", partial=True)).text
        assert "Also here:" not in alone
        forged = await owner.client.post(f"{page}/watching", data={"form_token": "made-up"})
        assert forged.status_code == 403
        assert (await no.client.post(f"{page}/watching", data={"form_token": "x"})).status_code == 403
        near = (await owner.get(f"{page}/similar?lang=en")).text
        assert "Mine leaks too" in near
        assert "Hold the valve." in near
        assert "Nobody was asked the like." in near
