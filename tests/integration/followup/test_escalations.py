"""Escalations reach people: over the API, by real mail and by signed webhook, once, and after a day down as one sum (F3)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from schemas.events.followup import ClockEscalated, ClocksSummedUp, ClockStopped, LateClock
from schemas.organisation import Organisation
from schemas.organisation_clocks import EscalationWebhook
from services.chassis.documents import Context, Decision
from services.chassis.service import Service
from services.followup.domain import escalations
from services.followup.domain.escalations import HOOK
from services.followup.domain.escalations_inbox import APART, GATHER, Inbox, called, inbox_id
from services.followup.gateway.mails import Mails
from services.followup.gateway.subscribers import Hooks
from services.followup.handlers.escalations import Calling, Handing
from services.followup.store.escalations import INBOXES
from tests.conftest import Backends
from tests.integration.delivery.outside import mail_server, running
from tests.integration.followup.departments import AGENT, LEAD, Department, asking, feed, followup, key
from tests.integration.followup.test_followup import START, HandClock, named

MAIL = {"smtp_host": "127.0.0.1", "smtp_tls": "none", "mail_from": "care@hesselwijk.example"}


def escalated(case_id: str, harm: float, **more: Any) -> ClockEscalated:
    """A first reply of the case is late, and somebody is to be told."""
    told = {"to": "lead", "by": "mail", "step": 1, "owner": AGENT, "in_digest": False} | more
    return ClockEscalated(
        **named(case_id) | {"brand": "moccarel"},
        clock_id=f"clock-{case_id}",
        kind="first-response",
        subject_id=case_id,
        due_at=START,
        minutes_late=harm / 4,
        harm=harm,
        escalated_at=START,
        **told,
    )


def summed_up() -> ClocksSummedUp:
    """Four thousand promises were late at once."""
    worst = tuple(
        LateClock(clock_id=f"w{n}", kind="promise", case_id=f"w{n}", due_at=START, harm=500 - n) for n in range(10)
    )
    return ClocksSummedUp(
        brand="moccarel", number=1, by_kind={"promise": 4000}, worst=worst, since=START, summed_up_at=START
    )


def stopped(case_id: str) -> ClockStopped:
    return ClockStopped(
        **named(case_id) | {"brand": "moccarel"},
        clock_id=f"clock-{case_id}",
        kind="first-response",
        subject_id=case_id,
        due_at=START,
        stopped_at=START,
        late=True,
    )


async def tell(service: Service) -> None:
    """One round of what the service does again and again by itself."""
    for each in (Handing, Calling):
        await works(service)[each]()


def works(service: Service) -> dict[type, Callable[[], Awaitable[None]]]:
    """All of it, by whose it is."""
    return {type(work.__self__): work for work, _ in service._work if hasattr(work, "__self__")}


async def mine(service: Service, person: str) -> list[str]:
    async with asking(service, person) as client:
        items = (await client.get("/escalations")).json()["items"]
        return [each["case_id"] or str(each["count"]) for each in items]


async def test_a_day_of_downtime_is_one_mail_in_order_of_harm(backends: Backends) -> None:
    clock = HandClock()
    async with mail_server() as server, followup(backends, clock, **MAIL, smtp_port=server.port) as service:
        await feed(service, [escalated(f"c{number}", 10.0 * number) for number in (2, 9, 5)])
        await feed(service, [escalated("quiet", 700, in_digest=True), escalated("desk", 1, by="desk")])
        sum_ = summed_up()
        await feed(service, [sum_, sum_])
        for _ in range(2):
            await tell(service)
        assert server.mails == []
        assert await mine(service, LEAD) == ["4000", "c9", "c5", "c2", "desk"]
        await feed(service, [stopped("c5")])
        async with asking(service, LEAD) as lead:
            items = (await lead.get("/escalations")).json()["items"]
            seen = f"/escalations/{items[3]['id']}/acknowledgement"
            for _ in range(2):
                assert (await lead.post(seen, headers=key("seen"))).status_code == 202
            whole = (await lead.get(f"/escalations/{items[0]['id']}")).json()
            assert (whole["count"], len(whole["worst"]), whole["worst"][0]["case_id"]) == (4000, 10, "w0")
        async with asking(service, AGENT) as agent:
            assert (await agent.post(seen, headers=key("not mine"))).status_code == 404
            assert (await agent.get(f"/escalations/{items[0]['id']}")).status_code == 403
        await tell(service)
        assert await mine(service, LEAD) == ["4000", "c9", "desk"]
        clock.moment += GATHER
        for _ in range(3):
            await tell(service)
        [letter] = server.mails
        text = letter.get_content()
        assert text.index("/escalations/") < text.index("/cases/c9")
        assert not {"c2", "c5", "quiet", "cases/desk"} & {part for part in text.split("/") if part}
        await feed(service, [escalated("later", 3)])
        await tell(service)
        clock.moment += GATHER
        await tell(service)
        assert len(server.mails) == 1
        clock.moment += APART
        await tell(service)
        assert len(server.mails) == 2


async def test_several_instances_send_one_mail_and_a_crash_sends_the_same_one_again(backends: Backends) -> None:
    clock = HandClock()
    async with mail_server() as server, followup(backends, clock, **MAIL, smtp_port=server.port) as service:
        await feed(service, [escalated("a", 9)])
        calling = works(service)[Calling]
        handing = works(service)[Handing]
        await asyncio.gather(*(handing() for _ in range(4)))
        clock.moment += GATHER
        await asyncio.gather(*(calling() for _ in range(4)))
        assert len(server.mails) == 1

        def forgotten(state: Inbox | None, context: Context) -> Decision[Inbox]:
            """As if the instance had died between handing the mail over and noting it."""
            assert state
            assert state.letter
            letter = state.letter.model_copy(update={"stage": "waiting", "next_at": context.now, "ended_at": None})
            return Decision(state.model_copy(update={"letter": letter}))

        await service.repository.execute(INBOXES, inbox_id(LEAD), "crash", forgotten)
        await calling()
        assert [each["Message-ID"] for each in server.mails] == 2 * [server.mails[0]["Message-ID"]]


async def test_a_brands_webhook_is_posted_to_signed_and_in_order_of_harm(backends: Backends) -> None:
    clock = HandClock()
    async with followup(backends, clock) as service, running(Department()) as receiver:
        receiver.secret = secret = "whsec_c2hvd24gb25jZQ=="
        organisation = with_webhook(service.api.state.organisation, receiver.url)
        for number in (3, 8):
            state = escalations.escalated(None, escalated(f"c{number}", number, by="webhook"), organisation)
            assert state
            assert set(state.people) == {LEAD, f"{HOOK}moccarel"}
            await put(service, f"{HOOK}moccarel", state.call)
        clock.moment += GATHER
        hooks = Hooks(5, insecure=True)
        calling = Calling(
            service.repository,
            clock,
            organisation,
            Mails(service.config.mail_server, "", 5),
            hooks,
            {"SECRET": secret},
            "http://desk",
            lease=APART,
            give_up_after=APART,
        )
        await calling.send()
        await hooks.close()
        [document] = receiver.documents.values()
        assert document["type"] == "clocks.escalated"
        assert [each["case_id"] for each in document["data"]["escalations"]] == ["c8", "c3"]
        assert receiver.unauthentic == 0


async def put(service: Service, person: str, call: escalations.Call) -> None:
    def decide(state: Inbox | None, context: Context) -> Decision[Inbox]:
        return Decision(called(state, person, call, leaves=True, now=context.now))

    await service.repository.execute(INBOXES, inbox_id(person), call.id, decide)


def with_webhook(organisation: Organisation, url: str) -> Organisation:
    """The same organisation, whose brand has a webhook without TLS, as only a test has."""
    brand = organisation.brand("moccarel")
    assert brand.policy.clocks
    clocks = brand.policy.clocks.model_copy(
        update={"webhook": EscalationWebhook.model_construct(url=url, secret_env="SECRET")}
    )
    changed = brand.model_copy(update={"policy": brand.policy.model_copy(update={"clocks": clocks})})
    others = tuple(each for each in organisation.brands if each.id != brand.id)
    fields = {name: getattr(organisation, name) for name in Organisation.model_fields}
    return Organisation.model_construct(**fields | {"brands": (changed, *others)})
