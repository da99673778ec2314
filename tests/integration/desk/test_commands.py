"""Forms become commands to the real cases service; what it answers is shown at the form with the text kept."""

import asyncio

from services.chassis.service import Service
from tests.conftest import eventually
from tests.integration.desk.conftest import Browser, Started, browser, publish
from tests.integration.desk.stage import CASE, COLLEAGUE, CONVERSATION, EXPERT, OWNER, PAGE, Desk
from tests.unit.desk.stories import Story, outgoing


async def test_an_owner_works_a_case_to_its_end(start_desk: Started, cases: Service) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned()
    service = desk.service
    async with (
        browser(service, OWNER) as owner,
        browser(service, COLLEAGUE) as colleague,
        browser(service, EXPERT) as ex,
    ):
        await _only_the_owner_may(owner, colleague)
        await _a_double_click_sends_once(desk, owner)
        await _a_specialist_answers(desk, owner, ex)
        await _an_open_promise_stands_in_the_way(desk, owner)
        await _the_case_is_resolved(desk, owner)


async def _only_the_owner_may(owner: Browser, colleague: Browser) -> None:
    assert f'action="{PAGE}/reply"' in (await owner.get(PAGE)).text
    assert f'action="{PAGE}/reply"' not in (await colleague.get(PAGE)).text
    refused = await colleague.submit(PAGE, f"{PAGE}/reply", text="I will do it", kind="answer")
    assert refused.status_code == 403
    assert "Only the owner" in refused.text


async def _a_double_click_sends_once(desk: Desk, owner: Browser) -> None:
    # What the form carries: its name, and the moment from which "in four hours" counts.
    shown_at = desk.service.clock.now().isoformat()
    fields = {"key": "one-click", "shown_at": shown_at, "text": "You hear from me by {by}.", "kind": "holding"}
    promise = {"promising": "yes", "what": "the answer", "due": "240"}
    lost = await owner.submit(PAGE, f"{PAGE}/reply", partial=True, **fields)
    assert "You hear from me by {by}." in lost.text  # no promise yet: refused with the words kept
    assert 'role="alert"' in lost.text
    twice = [owner.submit(PAGE, f"{PAGE}/reply", partial=True, **fields, **promise) for _ in range(2)]
    for answer in await asyncio.gather(*twice):
        assert "Your reply is on its way." in answer.text
    view = await desk.view(lambda view: view.replies and view.promises)
    [reply_id] = view.replies
    await desk.delivered(reply_id)
    view = await desk.view(lambda view: view.first_reply_sent_at)
    assert len(view.replies) == len(view.promises) == 1
    said = next(entry.text for entry in view.timeline if entry.kind == "reply")
    assert "{by}" not in said
    assert said.endswith("^MP")


async def _a_specialist_answers(desk: Desk, owner: Browser, expert: Browser) -> None:
    empty = await owner.submit(PAGE, f"{PAGE}/consult", partial=True, question=" ")
    assert "Write your question first." in empty.text
    fields = {"question": "Which valve?", "skill": "coffee", "language": "en", "due_minutes": "60"}
    assert (await owner.submit(PAGE, f"{PAGE}/consult", **fields)).status_code == 303
    view = await desk.view(lambda view: view.open_consults)
    consult_id = view.consults[0].id
    await desk.asked(consult_id)
    action = f"/consults/{CASE}/{consult_id}/answer"
    assert "Which valve?" in (await expert.get("/consults")).text
    assert "Write your answer first." in (await expert.submit("/consults", action, partial=True, answer="")).text
    assert (await expert.submit("/consults", action, answer="The left one")).status_code == 303
    await desk.view(lambda view: view.consults[0].answer == "The left one")
    late = await expert.submit("/consults", action, partial=True, answer="No, the right one")
    assert "answered or withdrawn in the meantime" in late.text
    assert "No, the right one" in late.text


async def _an_open_promise_stands_in_the_way(desk: Desk, owner: Browser) -> None:
    refused = await owner.submit(PAGE, f"{PAGE}/resolve", partial=True)
    assert "A promise is still open." in refused.text
    past = {"what": "x", "due": "other", "due_at": "2020-01-01T10:00", "zone": "UTC"}
    assert "choose a later time" in (await owner.submit(PAGE, f"{PAGE}/promise", partial=True, **past)).text
    promise_id = (await desk.view(lambda view: view.promises)).promises[0].id
    fields = {"text": "It is the left valve.", "kind": "answer", "keeps_promise": promise_id}
    assert (await owner.submit(PAGE, f"{PAGE}/reply", **fields)).status_code == 303
    view = await desk.view(lambda view: len(view.replies) == 2)
    await desk.delivered(list(view.replies)[1])
    await desk.view(lambda view: not view.open_promises)


async def _the_case_is_resolved(desk: Desk, owner: Browser) -> None:
    assert "Resolved. Well done." in (await owner.submit(PAGE, f"{PAGE}/resolve", partial=True)).text
    await desk.view(lambda view: view.status == "resolved")


async def test_words_are_kept_while_the_cases_service_is_away(start_desk: Started) -> None:
    service = await start_desk(cases_url="http://127.0.0.1:9")
    story = Story(CASE, CONVERSATION).opened().wrote("It leaks").assigned(OWNER)
    await publish(service, outgoing(story.events))
    async with browser(service, OWNER) as owner:

        async def arrived() -> bool:
            return 'name="text"' in (await owner.get(PAGE)).text

        await eventually(arrived)
        away = await owner.submit(PAGE, f"{PAGE}/reply", partial=True, key="same", text="Precious words", kind="answer")
    assert "does not answer right now" in away.text
    assert "Precious words" in away.text
    assert 'name="key" value="same"' in away.text  # nobody knows whether it was heard: the same command again is safe
