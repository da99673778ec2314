"""Replies at the desk: advice while writing, drafts, schedules, taking back, and four eyes (V2, V7, P1)."""

import re
from html import unescape

from services.chassis.service import Service
from tests.conftest import eventually
from tests.integration.desk.conftest import Browser, Started, browser
from tests.integration.desk.stage import CASE, COLLEAGUE, OWNER, PAGE, Desk

COACH, TRAINEE, LEAD = "joost.smit", "femke.hoekstra", "fleur.visser"
KEY = re.compile(r'name="key" value="([^"]+)"')


async def test_advice_comes_while_somebody_writes_and_a_promise_found_goes_with_the_reply(
    start_desk: Started, cases: Service
) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned()
    async with browser(desk.service, OWNER) as owner:
        words = "You could have read that on our website. I will call you tomorrow before noon."
        advice = await owner.submit(PAGE, f"{PAGE}/reply-check", partial=True, text=words)
        assert 'data-words="' in advice.text
        assert "You promise something here." in advice.text
        advised = re.search(r'name="advised" value="([^"]+)"', advice.text)
        assert advised
        same = await owner.submit(PAGE, f"{PAGE}/reply-check", partial=True, text=words, advised=advised[1])
        assert same.status_code == 204  # nothing new to read out
        whole = await owner.submit(PAGE, f"{PAGE}/reply-check", text=words)  # without JavaScript
        assert "You promise something here." in whole.text
        assert words in whole.text
        proposed = re.search(r'name="proposed"[^>]*value="([^"]+)"', advice.text)
        assert proposed
        sent = await owner.submit(PAGE, f"{PAGE}/reply", partial=True, text=words, proposed=proposed[1])
        assert "Your reply is on its way." in sent.text
        view = await desk.view(lambda view: view.promises)
        assert "call you" in view.promises[0].what


async def test_a_draft_is_kept_continued_sent_later_and_taken_back(start_desk: Started, cases: Service) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned()
    async with browser(desk.service, OWNER) as owner, browser(desk.service, COLLEAGUE) as colleague:
        kept = await colleague.submit(PAGE, f"{PAGE}/drafts", partial=True, text="Perhaps\r\nthe valve?")
        assert "Kept as a draft." in kept.text
        [draft] = (await desk.view(lambda view: view.drafts)).drafts
        assert (draft.author, draft.text) == (COLLEAGUE, "Perhaps\nthe valve?")
        page = await owner.get(f"{PAGE}?draft={draft.id}")
        assert f'name="draft" value="{draft.id}"' in page.text
        late = {"when": "later", "send_at": "2099-01-01T10:00", "zone": "UTC"}
        fields = {"draft": draft.id, "version": "1", "text": "It is the valve.", "key": "one-click"}
        for _ in range(2):  # a double click
            answer = await owner.submit(PAGE, f"{PAGE}/reply", partial=True, **fields, **late)
            assert "It leaves at its time." in answer.text
        view = await desk.view(lambda view: view.replies[draft.id].state == "scheduled")
        assert (len(view.replies), view.replies[draft.id].version) == (1, 2)
        assert "Take it back" in (await owner.get(PAGE)).text
        back = await owner.submit(PAGE, f"{PAGE}/replies/{draft.id}/cancel", partial=True)
        assert "Taken back." in back.text
        await desk.view(lambda view: view.drafts)
        stale = await owner.submit(PAGE, f"{PAGE}/reply", partial=True, **(fields | {"key": "another"}))
        assert "Somebody has changed this draft" in stale.text
        gone = await owner.submit(PAGE, f"{PAGE}/drafts/{draft.id}/discard", partial=True)
        assert "thrown away" in gone.text
        await desk.view(lambda view: not view.drafts)
        refused = await colleague.submit(PAGE, f"{PAGE}/reply", partial=True, text="I send it")
        assert "Only the owner" in refused.text


async def test_a_holding_reply_is_proposed_with_its_promise_and_never_twice_the_same(
    start_desk: Started, cases: Service
) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned()
    async with browser(desk.service, OWNER) as owner:
        first = await _proposed(owner)
        sent = await owner.submit(PAGE, f"{PAGE}/reply", partial=True, **first)
        assert "Your reply is on its way." in sent.text
        await desk.view(lambda view: view.promises)
        second = await _proposed(owner)
        assert second["text"][:40] != first["text"][:40]


async def _proposed(owner: Browser) -> dict[str, str]:
    page = (await owner.submit(PAGE, f"{PAGE}/holding", due="240", zone="Europe/Amsterdam")).text
    text = re.search(r'id="reply-text"[^>]*>([^<]+)</textarea>', page)
    moment = re.search(r'name="due_at" value="([^"]+)"', page)
    assert text
    assert moment
    promise = {
        "promising": "yes",
        "what": "the answer",
        "due": "other",
        "due_at": moment[1],
        "zone": "Europe/Amsterdam",
    }
    return {"kind": "holding", "text": unescape(text[1]), **promise}


async def test_a_trainees_reply_waits_for_a_coach_who_betters_it_or_gives_it_back(
    start_desk: Started, cases: Service
) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned()
    service = desk.service
    async with browser(service, LEAD) as lead, browser(service, TRAINEE) as trainee, browser(service, COACH) as coach:
        forced = {"to": TRAINEE, "reason": "To learn from", "force": "yes"}
        assert "owns the case now" in (await lead.submit(PAGE, f"{PAGE}/handovers", partial=True, **forced)).text
        await desk.view(lambda view: view.owner == TRAINEE)
        held = await trainee.submit(PAGE, f"{PAGE}/reply", partial=True, text="Hold the valve.")
        assert "A coach or lead looks at it first" in held.text
        view = await desk.view(lambda view: view.waiting_approvals)
        [approval] = view.waiting_approvals
        path = f"/approvals/{CASE}/{approval.id}"
        assert (await trainee.get("/approvals")).status_code == 403

        async def counted() -> bool:
            return 'class="count">1' in (await coach.get("/")).text

        await eventually(counted)
        waiting = (await coach.get("/approvals")).text
        assert "Hold the valve." in waiting
        assert "It leaks" in waiting
        empty = await coach.submit("/approvals", f"{path}/refuse", partial=True, reason=" ")
        assert "Say why, in a few words." in empty.text
        back = await coach.submit("/approvals", f"{path}/refuse", partial=True, reason="Say for how long")
        assert "Given back" in back.text
        [draft] = (await desk.view(lambda view: view.drafts)).drafts
        fields = {"draft": draft.id, "version": "1", "text": "Hold the valve for ten seconds."}
        await trainee.submit(PAGE, f"{PAGE}/reply", partial=True, **fields)
        [again] = (await desk.view(lambda view: view.waiting_approvals)).waiting_approvals
        better = {"text": "Please hold the valve for ten seconds.", "comment": "Friendly!", "key": "one-click"}
        for _ in range(2):
            done = await coach.submit("/approvals", f"/approvals/{CASE}/{again.id}/approve", partial=True, **better)
            assert "Approved." in done.text
        view = await desk.view(lambda view: view.replies[draft.id].state == "queued")
        said = next(entry.text for entry in view.timeline if entry.kind == "reply")
        assert said.startswith("Please hold the valve for ten seconds.")
