"""The owner asks a specialist in another country, keeps the promise, and resolves the case (O2, O5, F1, F2)."""

from schemas.events.case import CaseAssigned
from schemas.events.consult import ConsultAnswered, ConsultOffered
from schemas.events.promise import PromiseKept
from schemas.events.reply import ReplySent
from tests.conftest import eventually
from tests.e2e.colleague import Colleague
from tests.e2e.stage import Stage

QUESTION = "@Moccarel mi cafetera Aria 400 parpadea en rojo y no calienta la leche. ¿Qué hago?"
HOLDING = "Buena pregunta, Lucía. Lo consulto con una colega que conoce tu cafetera y te escribo hoy mismo."
ANSWER = "Hola Lucía, ya lo sé: quita la boquilla de leche, déjala 10 minutos en agua caliente y vuelve a probar."


async def test_a_specialist_abroad_answers_the_owner(stage: Stage, lead: Colleague) -> None:
    _, taken = await stage.send(stage.said(QUESTION, name="Lucía"))
    case = await lead.owned(taken["conversation"])
    case_id = case["id"]
    async with stage.colleague(case["owner"]) as owner:
        promise = await the_owner_promises_and_asks(owner, case_id)
        await the_specialist_answers(stage, owner, case_id)
        await the_owner_reports_back(stage, owner, case_id, promise)
    await the_customer_got_both_once(stage, taken["conversation"])
    await the_log_tells_it(stage, case_id)


async def the_owner_promises_and_asks(owner: Colleague, case_id: str) -> str:
    page = f"/cases/{case_id}"
    promising = {"promising": "yes", "what": "the specialist's answer", "due": "240"}
    await owner.submit(page, f"{page}/reply", kind="holding", text=HOLDING, **promising)
    question = {"question": "Aria 400: red light, milk stays cold. What helps?", "language": "es", "skill": "coffee"}
    await owner.submit(page, f"{page}/consult", due_minutes="60", **question)

    async def promised() -> str:
        case = await owner.case(case_id)
        holds = [reply for reply in case["replies"] if reply["state"] == "sent"]
        return str(case["promises"][0]["id"]) if case["promises"] and holds else ""

    return str(await eventually(promised, "the desk does not show the promise and the holding reply as sent"))


async def the_specialist_answers(stage: Stage, owner: Colleague, case_id: str) -> None:
    async def offered() -> str:
        [consult] = (await owner.case(case_id))["consults"]
        return str(consult["specialist"])

    person = stage.stack.organisation.person(str(await eventually(offered, "nobody was offered the consult")))
    assert person.role == "specialist"
    assert person.speaks("es")
    assert person.country != stage.stack.organisation.person(owner.person).country
    async with stage.colleague(person.id) as specialist:
        [consult] = [each for each in await specialist.read("/api/consults") if each["case_id"] == case_id]
        assert "parpadea en rojo" in consult["context"][0]["text"]
        assert (await specialist.client.get(f"/cases/{case_id}")).status_code == 403
        action = f"/consults/{case_id}/{consult['consult_id']}/answer"
        await specialist.submit("/consults", action, answer="The milk nozzle: ten minutes in hot water.")


async def the_owner_reports_back(stage: Stage, owner: Colleague, case_id: str, promise: str) -> None:
    async def answered() -> bool:
        timeline = (await owner.case(case_id))["timeline"]
        return any("The milk nozzle" in entry["text"] for entry in timeline if entry["kind"] == "consult-answered")

    await eventually(answered, "the answer did not reach the owner")
    page = f"/cases/{case_id}"
    await owner.submit(page, f"{page}/reply", kind="answer", text=ANSWER, keeps_promise=promise)

    async def kept() -> bool:
        return bool((await owner.case(case_id))["promises"][0]["kept"])

    await eventually(kept, "the promise was not kept, though the reply went out")
    await owner.submit(page, f"{page}/resolve")

    async def resolved() -> bool:
        return bool((await owner.case(case_id))["status"] == "resolved")

    await eventually(resolved, "the case was not resolved")


async def the_customer_got_both_once(stage: Stage, conversation: str) -> None:
    got = [reply for reply in stage.receiver.received if reply.conversation == conversation]
    assert [reply.text.startswith(words) for reply, words in zip(got, (HOLDING, ANSWER), strict=True)] == [True, True]
    assert len({reply.reply_id for reply in got}) == 2
    assert stage.receiver.forged == 0


async def the_log_tells_it(stage: Stage, case_id: str) -> None:
    async def told() -> bool:
        return bool(await stage.events(PromiseKept, case_id))

    await eventually(told)
    assert len(await stage.events(CaseAssigned, case_id)) == 1
    [offer] = await stage.events(ConsultOffered, case_id)
    [answer] = await stage.events(ConsultAnswered, case_id)
    assert answer.specialist == offer.specialist
    assert len(await stage.events(ReplySent, case_id)) == 2
    assert not [event for event in await stage.events(PromiseKept, case_id) if event.late]
