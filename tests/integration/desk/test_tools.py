"""The other tools of a case: notes, special stories, grants, feedback, rounds with a specialist, the customer, the ledger."""

from schemas.events.routing import SpecialistOffered
from schemas.ids import derive
from services.chassis.service import Service
from tests.integration.desk.conftest import Started, browser, publish
from tests.integration.desk.stage import CASE, COLLEAGUE, CONVERSATION, EXPERT, OWNER, PAGE, Desk
from tests.unit.desk.stories import WHY, outgoing

COACH = "joost.smit"


async def test_colleagues_note_mark_and_see_who_the_customer_is(start_desk: Started, cases: Service) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned()
    async with browser(desk.service, COLLEAGUE) as colleague:
        empty = await colleague.submit(PAGE, f"{PAGE}/notes", partial=True, text=" ")
        assert "Write something first." in empty.text
        noted = await colleague.submit(PAGE, f"{PAGE}/notes", partial=True, text="She called the shop too")
        assert "Only colleagues see it." in noted.text
        await desk.view(lambda view: any(entry.kind == "note" for entry in view.timeline))
        marked = await colleague.submit(PAGE, f"{PAGE}/special", partial=True, text="Her daughter was born")
        assert "Marked." in marked.text
        await desk.view(lambda view: view.special == "Her daughter was born")
        assert "taken away" in (await colleague.submit(PAGE, f"{PAGE}/special/remove", partial=True)).text
        await desk.view(lambda view: not view.special)
        shown = (await colleague.get(f"{PAGE}/customer")).text
        assert "Over all channels" in shown
        assert "jonas@example.org" not in shown


async def test_a_grant_inside_the_mandate_is_made_and_above_it_asks_one_approval(
    start_desk: Started, cases: Service
) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned()
    async with browser(desk.service, OWNER) as owner, browser(desk.service, COACH) as coach:
        assert "Without asking you may grant now:" in (await owner.get(f"{PAGE}/mandate")).text
        wrong = {"kind": "refund EUR", "amount": "a lot", "reason": "It leaks"}
        assert "That is not an amount" in (await owner.submit(PAGE, f"{PAGE}/grants", partial=True, **wrong)).text
        small = {"kind": "voucher EUR", "amount": "10,00", "reason": "It leaks"}
        assert "Granted." in (await owner.submit(PAGE, f"{PAGE}/grants", partial=True, **small)).text
        large = {"kind": "refund EUR", "amount": "450", "reason": "It leaked twice"}
        assert "above your mandate" in (await owner.submit(PAGE, f"{PAGE}/grants", partial=True, **large)).text
        [approval] = (await desk.view(lambda view: view.waiting_approvals)).waiting_approvals
        page = (await coach.get("/approvals")).text
        assert "refund 450.00 EUR" in page
        assert "It leaked twice" in page
        done = await coach.submit("/approvals", f"/approvals/{CASE}/{approval.id}/approve", partial=True)
        assert "Approved." in done.text
        await desk.view(lambda view: [each.state for each in view.grants.values()] == ["made", "made"])
        refused = await coach.submit(PAGE, f"{PAGE}/grants", partial=True, **small)
        assert "Only the owner" in refused.text


async def test_a_coach_says_something_about_a_sent_reply_and_its_author_sees_it(
    start_desk: Started, cases: Service
) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned()
    async with browser(desk.service, OWNER) as owner, browser(desk.service, COACH) as coach:
        await owner.submit(PAGE, f"{PAGE}/reply", partial=True, text="Hold the valve.")
        [reply_id] = (await desk.view(lambda view: view.replies)).replies
        await desk.delivered(reply_id)
        assert f'action="{PAGE}/feedback"' not in (await owner.get(PAGE)).text
        fields = {"reply": reply_id, "text": "Clear and kind", "praise": "yes"}
        assert "Told." in (await coach.submit(PAGE, f"{PAGE}/feedback", partial=True, **fields)).text
        [feedback] = (await desk.view(lambda view: view.feedback)).feedback
        assert "praises your reply" in (await owner.get(PAGE)).text
        await owner.submit(PAGE, f"{PAGE}/feedback/{feedback}/seen", partial=True)
        await desk.view(lambda view: view.feedback[feedback].seen)
        assert "praises your reply" not in (await owner.get(PAGE)).text


async def test_a_question_is_before_several_specialists_asked_back_answered_and_rated(
    start_desk: Started, cases: Service
) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned()
    other = "isla.fletcher"
    async with (
        browser(desk.service, OWNER) as owner,
        browser(desk.service, EXPERT) as expert,
        browser(desk.service, other) as second,
    ):
        fields = {"question": "Which valve?", "skill": "coffee", "language": "en", "due_minutes": "60", "places": "2"}
        assert "Asked." in (await owner.submit(PAGE, f"{PAGE}/consult", partial=True, **fields)).text
        [consult] = (await desk.view(lambda view: view.open_consults)).consults
        await _offered(desk, consult.id, EXPERT, other)
        path = f"/consults/{CASE}/{consult.id}"
        for specialist in (expert, second):
            assert "1 colleague is asked as well" in (await specialist.get("/consults")).text
        back = await expert.submit("/consults", f"{path}/ask-back", partial=True, question="Which model?")
        assert "Your question is with the owner." in back.text
        await desk.view(lambda view: any(entry.kind == "consult-asked-back" for entry in view.timeline))
        assert "Which model?" in (await owner.get(PAGE)).text
        told = await owner.submit(PAGE, f"{PAGE}/consults/{consult.id}/clarify", partial=True, text="The Aria 400")
        assert "Told." in told.text
        await desk.view(lambda view: any(entry.kind == "consult-clarified" for entry in view.timeline))
        assert "The Aria 400" in (await expert.get("/consults")).text
        assert "The question is yours." in (await expert.submit("/consults", f"{path}/accept", partial=True)).text
        await desk.view(lambda view: view.consults[0].specialist == EXPERT)
        assert "Which valve?" not in (await second.get("/consults")).text  # it went when somebody took it
        assert (
            "is with the owner"
            in (await expert.submit("/consults", f"{path}/answer", partial=True, answer="Left")).text
        )
        await desk.view(lambda view: view.consults[0].answer == "Left")
        rated = await owner.submit(PAGE, f"{PAGE}/consults/{consult.id}/rate", partial=True, stars="5")
        assert "credit" in rated.text
        await desk.view(lambda view: view.consults[0].stars == 5)


async def test_an_interpreter_gets_the_text_and_the_owner_the_translation(start_desk: Started, cases: Service) -> None:
    """O2: the owner stays the owner, and the interpreter never writes to the customer."""
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned()
    async with browser(desk.service, OWNER) as owner, browser(desk.service, EXPERT) as interpreter:
        assert "Ask an interpreter" in (await owner.get(PAGE)).text
        same = {"text": "Hello", "source": "en", "into": "en"}
        refused = await owner.submit(PAGE, f"{PAGE}/interpreter", partial=True, **same)
        assert "name two languages" in refused.text
        fields = {"text": "Makinem su kaçırıyor.", "source": "tr", "into": "en", "note": "She sounds worried"}
        assert "Asked." in (await owner.submit(PAGE, f"{PAGE}/interpreter", partial=True, **fields)).text
        [consult] = (await desk.view(lambda view: view.open_consults)).consults
        assert "asks an interpreter, Turkish into English" in (await owner.get(PAGE)).text
        await _offered(desk, consult.id, EXPERT)
        page = (await interpreter.get("/consults")).text
        assert "Translate from Turkish into English" in page
        assert "She sounds worried" in page
        answer = {"answer": "My machine leaks."}
        await interpreter.submit("/consults", f"/consults/{CASE}/{consult.id}/answer", partial=True, **answer)
        view = await desk.view(lambda view: view.consults[0].answer == "My machine leaks.")
        assert view.owner == OWNER


async def _offered(desk: Desk, consult_id: str, *specialists: str) -> None:
    view = await desk.view(lambda view: view.consults)
    names = {
        "case_id": CASE,
        "conversation": CONVERSATION,
        "consult_id": consult_id,
        "country": "GB",
        "explanation": WHY,
    }
    requests = (derive("specialist", consult_id), derive("specialist", consult_id, "2"))
    decided = [
        SpecialistOffered(**names, request_id=request, person=person, decided_at=view.timeline[-1].at)
        for request, person in zip(requests, specialists, strict=False)
    ]
    await publish(desk.service, outgoing(decided))
    await desk.view(lambda view: len(view.consults[0].asked) == len(specialists))


async def test_the_ledger_lists_what_was_promised_and_how_well_it_was_kept(start_desk: Started, cases: Service) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned()
    async with browser(desk.service, OWNER) as owner, browser(desk.service, EXPERT) as expert:
        assert "No promises here" in (await owner.get("/promises")).text
        await owner.submit(PAGE, f"{PAGE}/promise", partial=True, what="the part is sent", due="60")
        await desk.view(lambda view: view.promises)
        page = (await owner.get("/promises")).text
        assert "the part is sent" in page
        assert "Kept in time" in page
        assert "No promises here" in (await owner.get("/promises?state=kept")).text
        assert (await owner.get("/promises?state=lost")).status_code == 400
        for path in ("/promises", "/handovers", "/approvals"):
            assert (await expert.get(path)).status_code == 403, path
