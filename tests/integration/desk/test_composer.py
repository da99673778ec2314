"""The composer: beginnings that must be made personal, what goes along shown before it leaves, whom a question reaches."""

from services.chassis.service import Service
from services.routing.app import build as build_routing
from services.routing.settings import Settings as RoutingSettings
from tests.conftest import Backends, eventually
from tests.integration.desk.conftest import TOKEN, Started, browser
from tests.integration.desk.stage import OWNER, PAGE, Desk


async def test_a_template_leaves_only_once_it_is_personal(start_desk: Started, cases: Service) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned()
    async with browser(desk.service, OWNER) as owner:
        none = await owner.submit(PAGE, f"{PAGE}/template", partial=True, template="")
        assert "Choose one of the templates first." in none.text
        begun = (await owner.submit(PAGE, f"{PAGE}/template", partial=True, template="leak", text="Hello Jonas!")).text
        assert "Hello Jonas!\n\nWhat a mess, [their name]" in begun
        assert 'data-underlines="[their name]"' in begun
        left_open = {"text": "What a mess, [their name]. Switch it off, please."}
        refused = await owner.submit(PAGE, f"{PAGE}/reply", partial=True, **left_open)
        assert "does not let this out" in refused.text
        assert not (await desk.view(lambda _: True)).leaving_replies
        personal = {
            "text": "What a mess, Jonas. Switch it off, please, and look at https://moccarel.example/valve first."
        }
        shown = await owner.submit(PAGE, f"{PAGE}/reply-check", partial=True, **personal)
        assert "moccarel.example" in shown.text
        assert "not encrypted" not in shown.text
        beside = {"link-1-url": "https://files.example/valve.jpg", "link-1-what": "The valve"}
        shown = await owner.submit(PAGE, f"{PAGE}/reply-check", partial=True, **personal, **beside)
        assert 'alt="The valve"' in shown.text
        await owner.submit(PAGE, f"{PAGE}/reply", partial=True, **personal)
        await desk.view(lambda view: view.replies)


async def test_the_best_specialists_are_shown_with_reasons_and_one_can_be_meant_alone(
    start_desk: Started, cases: Service, backends: Backends
) -> None:
    # It hears of no case: the test plays its part there.
    apart = {"internal_token": TOKEN, "kafka_prefix": f"{backends.kafka_prefix}apart."}
    routing = build_routing(RoutingSettings(**(backends.settings() | apart)), cases.clock)
    await routing.start()
    try:
        desk = Desk(await start_desk(cases.clock, cases_url=cases.url, routing_url=routing.url))
        away = Desk(await start_desk(cases.clock, cases_url=cases.url, routing_url="http://127.0.0.1:9"))
        await desk.a_case_is_owned()
        wanted = {"skill": "coffee", "language": "en", "due_minutes": "120"}
        async with browser(desk.service, OWNER) as owner:

            async def named() -> str:
                page = (await owner.submit(PAGE, f"{PAGE}/prospects", partial=True, **wanted)).text
                return page if 'id="prospect-1"' in page else ""

            page = str(await eventually(named))
            assert "Whoever is best at that moment" in page
            assert "there" in page
            assert "Why:" in page
            assert "Coffee" in page
            person = page.partition('id="prospect-1" value="')[2].partition('"')[0]
            asked = await owner.submit(
                PAGE, f"{PAGE}/consult", partial=True, question="Why?", specialist=person, **wanted
            )
            assert "Asked." in asked.text
            [consult] = (await desk.view(lambda view: view.consults)).consults
            await desk.asked(consult.id, person)
        async with browser(away.service, OWNER) as owner:
            page = (await owner.submit(PAGE, f"{PAGE}/prospects", partial=True, **wanted)).text
            assert "can not be said at this moment" in page
    finally:
        await routing.stop()
