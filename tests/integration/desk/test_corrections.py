"""What was understood of a message, set right on the case's page (U3)."""

from services.chassis.service import Service
from services.classification.domain.language import SUPPORTED
from services.desk.domain import CaseView
from services.desk.pages.understood import LANGUAGES
from tests.integration.desk.conftest import Started, browser
from tests.integration.desk.stage import COLLEAGUE, CONVERSATION, EXPERT, OWNER, PAGE, Desk
from tests.unit.desk.stories import Story

FORM = f'action="{PAGE}/corrections"'


def heard(view: CaseView) -> dict[str, str]:
    return {each.text: each.ref for each in view.timeline if each.kind == "message"}


async def test_a_colleague_sets_a_message_right_and_the_page_tells_who_and_what(
    start_desk: Started, cases: Service
) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned()
    async with browser(desk.service, COLLEAGUE) as colleague, browser(desk.service, OWNER) as owner:
        page = (await colleague.get(PAGE)).text
        assert FORM in page
        assert "as it is: question" in page
        [message] = heard(await desk.view(lambda view: view.owner)).values()
        said = {"message": message, "intent": "complaint", "topic": "delivery", "urgency": "high", "sentiment": ""}
        done = await colleague.submit(PAGE, f"{PAGE}/corrections", partial=True, **said)
        assert "Set right. The classifier learns from it." in done.text
        view = await desk.view(lambda view: view.topic == "delivery" and view.timeline[-1].kind == "corrected")
        assert view.understood is not None
        assert (view.understood.intent, view.understood.urgency) == ("complaint", "high")
        assert (view.timeline[-1].by, view.timeline[-1].understood) == (
            COLLEAGUE,
            {"intent": "complaint", "urgency": "high", "topic": "delivery"},
        )
        told = (await owner.get(PAGE)).text
        assert "Sem Schouten sets right how a message was understood: intent complaint, urgency urgent, topic" in told
        assert "as it is: complaint" in told
        dutch = (await owner.get(f"{PAGE}?lang=nl")).text
        assert "Is dit goed begrepen?" in dutch
        assert "bedoeling klacht" in dutch


async def test_what_is_right_can_be_said_too_and_none_of_the_topics_is_an_answer(
    start_desk: Started, cases: Service
) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned("It leaks", "And it is loud")
    messages = heard(await desk.view(lambda view: view.owner))
    async with browser(desk.service, OWNER) as owner:
        said = {"message": messages["It leaks"], "topic": "-", "rest": "yes"}
        await owner.submit(PAGE, f"{PAGE}/corrections", partial=True, **said)
        view = await desk.view(lambda view: view.timeline[-1].kind == "corrected")
        expected = {"language": "en", "intent": "question", "sentiment": "neutral", "urgency": "normal", "topic": ""}
        assert view.timeline[-1].understood == expected
        assert "topic none of these" in (await owner.get(PAGE)).text


async def test_a_form_that_says_nothing_or_no_message_is_given_back(start_desk: Started, cases: Service) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned()
    [message] = heard(await desk.view(lambda view: view.owner)).values()
    async with browser(desk.service, OWNER) as owner:
        nothing = await owner.submit(PAGE, f"{PAGE}/corrections", partial=True, message=message)
        assert "choose at least one, or say that it is right" in nothing.text
        other = await owner.submit(PAGE, f"{PAGE}/corrections", partial=True, message="m-of-another", intent="remark")
        assert "Choose one of the customer&#39;s messages." in other.text
        wrong = await owner.submit(PAGE, f"{PAGE}/corrections", partial=True, message=message, intent="joke")
        assert "Set right." not in wrong.text
    assert not any(each.kind == "corrected" for each in (await desk.view(lambda view: view.owner)).timeline)


async def test_who_is_not_of_the_brand_s_team_sees_no_form_and_can_not_send_one(
    start_desk: Started, cases: Service
) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned()
    [message] = heard(await desk.view(lambda view: view.owner)).values()
    async with browser(desk.service, EXPERT) as expert:
        refused = await expert.submit("/consults", f"{PAGE}/corrections", message=message, intent="remark")
        assert refused.status_code in (403, 404)
    assert not any(each.kind == "corrected" for each in (await desk.view(lambda view: view.owner)).timeline)


async def test_what_the_classifier_is_not_sure_of_is_marked_until_somebody_has_looked(
    start_desk: Started, cases: Service
) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    story = Story(CONVERSATION, CONVERSATION, language="en", confidence={"sentiment": 0.4, "topic": 0.2})
    await desk.heard(story, ("It leaks",))
    await desk.assigned(OWNER)
    [message] = heard(await desk.view(lambda view: view.owner)).values()
    async with browser(desk.service, OWNER) as owner:
        page = (await owner.get(PAGE)).text
        assert "not sure: mood, topic" in page
        assert "as it is: neutral (not sure)" in page
        await owner.submit(PAGE, f"{PAGE}/corrections", partial=True, message=message, sentiment="negative")
        await desk.view(lambda view: view.timeline[-1].kind == "corrected")
        assert "not sure: topic</a>" in (await owner.get(PAGE)).text


def test_every_language_that_the_classifier_names_can_be_chosen() -> None:
    assert set(LANGUAGES) == set(SUPPORTED)
