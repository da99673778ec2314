"""Other departments are told, by real signed webhooks and real mail, whatever happens to them (F10)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from services.chassis.service import Service
from services.followup.handlers.subscriptions import Matching, Sending
from services.followup.handlers.subscriptions_declared import Declaring
from services.followup.store.subscriptions import PARCELS
from tests.conftest import Backends
from tests.integration.delivery.outside import Answer, mail_server, running
from tests.integration.followup.departments import (
    AGENT,
    COACH,
    LEAD,
    Department,
    asking,
    case,
    feed,
    followup,
    key,
)
from tests.integration.followup.test_followup import START, HandClock

Works = dict[str, Callable[[], Awaitable[None]]]
MAIL = {"smtp_host": "127.0.0.1", "smtp_tls": "none", "mail_from": "care@hesselwijk.example"}


def works(service: Service) -> tuple[Callable[[], Awaitable[None]], Callable[[], Awaitable[None]]]:
    """What the service does again and again by itself: matching, and sending."""
    found: dict[type, Callable[[], Awaitable[None]]] = {
        type(work.__self__): work for work, _ in service._work if hasattr(work, "__self__")
    }
    return found[Matching], found[Sending]


async def tell(service: Service) -> None:
    """One round of it."""
    for work in works(service):
        await work()


async def subscribed(service: Service, **interest: Any) -> dict[str, Any]:
    """A recorded subscription, as the lead is told of it."""
    body = {"brand": "moccarel", "department": "Factory", **interest}
    async with asking(service, LEAD) as lead:
        answer = await lead.post("/subscriptions", json=body, headers=key(str(sorted(interest.items()))))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())


async def shown(service: Service, id_: str) -> dict[str, Any]:
    async with asking(service, LEAD) as lead:
        return dict((await lead.get(f"/subscriptions/{id_}")).json())


async def test_a_department_is_told_at_once_and_without_the_customers_data(backends: Backends) -> None:
    async with followup(backends, HandClock()) as service, running(Department()) as factory:
        made = await subscribed(service, topics=["product"], url=factory.url)
        factory.secret = made["secret"]
        await feed(service, case("leak", START, "coffee-machine", sentiment="negative"))
        await feed(service, case("late", START, "delivery"))
        await tell(service)
        await tell(service)
        assert (len(factory.ids), factory.unauthentic) == (1, 0)
        document = factory.documents[factory.ids[0]]
        [notice] = document["data"]["notices"]
        assert (document["type"], notice["case_id"], notice["topic"]) == ("cases.noticed", "leak", "coffee-machine")
        assert notice["excerpt"] == "Mijn koffiemachine lekt! Bel me op ••• 78 over •••. Groet, •••"
        told = await shown(service, made["id"])
        assert told["subscription"]["secret"] == ""
        assert told["subscription"]["told_at"]
        assert told["parcels"][0]["stage"] == "arrived"
        assert "Bram" not in str(told)


async def test_a_signal_is_told_and_nobody_is_told_of_what_was_before(backends: Backends) -> None:
    clock = HandClock()
    async with followup(backends, clock) as service, running(Department()) as safety:
        await feed(service, case("before", START - timedelta(minutes=1), "safety", signals=["danger"]))
        safety.secret = (await subscribed(service, signals=["danger"], url=safety.url))["secret"]
        await feed(service, case("burns", START, "safety", signals=["danger", "press"]))
        await tell(service)
        [document] = safety.documents.values()
        assert [(each["case_id"], each["signal"]) for each in document["data"]["notices"]] == [("burns", "danger")]


async def test_what_does_not_arrive_is_tried_again_under_the_same_id(backends: Backends) -> None:
    clock = HandClock()
    settings = {"subscribers_attempt_seconds": 3}
    async with followup(backends, clock, **settings) as service, running(Department()) as factory:
        made = await subscribed(service, all_cases=True, url=factory.url)
        factory.secret = made["secret"]
        factory.answers.extend([Answer(500), Answer(cut=True), Answer(hang=True), Answer(429, ("retry-after: 900",))])
        await feed(service, case("leak", START, "coffee-machine"))
        for waits in (0, 1, 2, 4):
            clock.pass_minutes(waits)
            await tell(service)
        failing = await shown(service, made["id"])
        assert failing["subscription"]["failing_since"]
        assert "429" in failing["subscription"]["last_error"]
        clock.pass_minutes(14)
        await tell(service)
        assert len(factory.ids) == 4, "it asked to be left alone for a quarter of an hour"
        clock.pass_minutes(2)
        await tell(service)
        assert len(factory.ids) == 5
        assert len(set(factory.ids)) == 1
        told = await shown(service, made["id"])
        assert told["subscription"]["failing_since"] is None
        assert (told["parcels"][0]["stage"], told["parcels"][0]["attempts"]) == ("arrived", 5)
        factory.let_go.set()


async def test_a_receiver_that_is_gone_is_told_no_more(backends: Backends) -> None:
    async with followup(backends, HandClock()) as service, running(Department()) as factory:
        made = await subscribed(service, all_cases=True, url=factory.url)
        factory.secret = made["secret"]
        factory.answers.append(Answer(410))
        await feed(service, case("a", START, "delivery"))
        await tell(service)
        await feed(service, case("b", START, "delivery"))
        await tell(service)
        told = await shown(service, made["id"])
        assert len(factory.ids) == 1
        assert told["subscription"]["status"] == "ended"
        assert "410" in told["subscription"]["why"]


async def test_what_never_arrives_is_given_up_visibly(backends: Backends) -> None:
    clock = HandClock()
    async with followup(backends, clock, subscribers_give_up_days=1) as service, running(Department()) as factory:
        made = await subscribed(service, all_cases=True, url=factory.url)
        factory.secret = made["secret"]
        factory.answers.extend([Answer(404)] * 40)
        await feed(service, case("a", START, "delivery"))
        for _ in range(16):
            await tell(service)
            clock.pass_minutes(6 * 60)
        told = await shown(service, made["id"])
        assert told["parcels"][0]["stage"] == "given-up"
        assert "404" in told["parcels"][0]["error"]
        assert (told["subscription"]["given_up"], told["subscription"]["status"]) == (1, "active")


async def test_two_instances_tell_once(backends: Backends) -> None:
    clock = HandClock()
    async with followup(backends, clock) as one, followup(backends, clock) as other, running(Department()) as factory:
        factory.secret = (await subscribed(one, all_cases=True, url=factory.url))["secret"]
        for number in range(12):
            await feed(one, case(f"c{number}", START, "delivery"))
        await asyncio.gather(*(tell(each) for each in (one, other, one, other)))
        await tell(other)
        assert len(factory.ids) == 12
        assert len(factory.documents) == 12


async def test_a_day_is_told_together_the_next_morning(backends: Backends) -> None:
    clock = HandClock()
    async with mail_server() as box, followup(backends, clock, **MAIL, smtp_port=box.port) as service:
        await subscribed(service, topics=["service"], mail="returns@hesselwijk.example", rhythm="daily", language="nl")
        for number in range(3):
            await feed(service, case(f"c{number}", clock.now(), "delivery"))
            await tell(service)
            clock.pass_minutes(60)
        assert box.mails == []
        clock.moment = START.replace(hour=7, minute=30) + timedelta(days=1)
        await tell(service)
        [mail] = box.mails
        text = mail.get_content()
        assert mail["subject"] == "Moccarel: 3 cases"
        assert text.count("Bestelling en bezorging") == 3
        assert "Bram" not in text
        assert "2048113" not in text
        [parcel] = await service.database.find(PARCELS, {})
        assert mail["message-id"] == f"<{parcel.id}@hesselwijk.example>"


async def test_mail_that_bounces_pauses_the_subscription_and_a_busy_server_does_not(backends: Backends) -> None:
    clock = HandClock()
    async with mail_server() as box, followup(backends, clock, **MAIL, smtp_port=box.port) as service:
        made = await subscribed(service, all_cases=True, mail="nobody@hesselwijk.example")
        box.rcpt_answers.extend(["451 later", "", "550 no such user", "550 no such user", "550 no such user"])
        await feed(service, case("a", START, "delivery"))
        await tell(service)
        clock.pass_minutes(1)
        await tell(service)
        assert len(box.mails) == 1
        for name in "bcd":
            await feed(service, case(name, clock.now(), "delivery"))
            await tell(service)
        told = await shown(service, made["id"])
        assert (told["subscription"]["status"], told["subscription"]["given_up"]) == ("paused", 3)
        assert "550" in told["subscription"]["why"]


async def test_while_paused_nothing_is_told_and_leads_alone_decide(backends: Backends) -> None:
    clock = HandClock()
    async with followup(backends, clock) as service, running(Department()) as factory:
        made = await subscribed(service, all_cases=True, url=factory.url)
        factory.secret = made["secret"]
        place = f"/subscriptions/{made['id']}"
        async with asking(service, COACH) as coach, asking(service, AGENT) as agent:
            assert (await coach.post(f"{place}/pause", headers=key("c"))).status_code == 403
            assert (await agent.get("/subscriptions")).status_code == 403
            assert [each["id"] for each in (await coach.get("/subscriptions")).json()["items"]] == [made["id"]]
        async with asking(service, LEAD) as lead:
            assert (await lead.post(f"{place}/pause", json={"why": "moving"}, headers=key("p"))).status_code == 200
            assert (await lead.post(f"{place}/pause", json={}, headers=key("again"))).status_code == 409
            await feed(service, case("meanwhile", START, "delivery"))
            await tell(service)
            clock.pass_minutes(5)
            assert (await lead.post(f"{place}/resume", headers=key("r"))).json()["status"] == "active"
            await feed(service, case("after", clock.now(), "delivery"))
            await tell(service)
        assert [each["data"]["notices"][0]["case_id"] for each in factory.documents.values()] == ["after"]


async def test_what_can_not_be_a_subscription_is_refused_with_the_reason(backends: Backends) -> None:
    async with followup(backends, HandClock(), subscribers_insecure=False) as service, asking(service, LEAD) as lead:
        base = {"brand": "moccarel", "department": "Factory", "topics": ["delivery"]}
        for number, (change, words) in enumerate(
            (
                ({}, "give one of the two"),
                ({"mail": "a@b.example", "url": "https://b.example"}, "give one of the two"),
                ({"mail": "not an address"}, "not one that mail can be sent to"),
                ({"url": "http://b.example/"}, "not an https address"),
                ({"url": "https://me:pw@b.example/"}, "user name"),
                ({"mail": "a@b.example", "topics": ["no-such"]}, "no topic"),
                ({"mail": "a@b.example", "topics": []}, "names no topic"),
                ({"mail": "a@b.example", "brand": "no-such"}, "no brand"),
            )
        ):
            answer = await lead.post("/subscriptions", json=base | change, headers=key(str(number)))
            assert answer.status_code in (404, 422)
            assert words in answer.json()["detail"]


async def test_nothing_is_posted_into_our_own_network(backends: Backends) -> None:
    clock = HandClock()
    async with followup(backends, clock) as trusting, running(Department()) as factory:
        made = await subscribed(trusting, all_cases=True, url=factory.url)
        factory.secret = made["secret"]
        async with followup(backends, clock, subscribers_insecure=False) as service:
            await feed(service, case("a", START, "delivery"))
            await tell(service)
            told = await shown(service, made["id"])
        assert factory.ids == []
        assert "private network" in told["subscription"]["last_error"]


async def test_what_the_files_declare_is_recorded_changed_and_ended(backends: Backends) -> None:
    async with followup(backends, HandClock()) as service:
        organisation = service.api.state.organisation
        [first] = organisation.subscriptions
        environment = {"FACTORY_SECRET": "whsec_c2hvd24gb25jZQ=="}
        hook = {"mail": "", "url": "https://factory.example/hook", "secret_env": "FACTORY_SECRET"}
        second = first.model_copy(update={"id": "factory", "department": "Factory", **hook})

        async def with_(*declared: Any) -> list[dict[str, Any]]:
            files = organisation.model_copy(update={"subscriptions": declared})
            await Declaring(service.repository, service.clock, files, environment).declare()
            async with asking(service, LEAD) as lead:
                return sorted((await lead.get("/subscriptions")).json()["items"], key=lambda each: each["department"])

        [factory, quality] = await with_(first, second)
        assert (factory["declared"], factory["url"], quality["digest"]) == ("factory", hook["url"], True)
        async with asking(service, LEAD) as lead:
            assert (await lead.post(f"/subscriptions/{factory['id']}/end", headers=key("e"))).status_code == 409
            assert (await lead.post(f"/subscriptions/{factory['id']}/pause", headers=key("p"))).status_code == 200
        changed = second.model_copy(update={"department": "Factory 2"})
        assert [each["department"] for each in await with_(first, changed)] == ["Factory 2", "Quality"]
        [factory, quality] = await with_(changed)
        assert (factory["status"], quality["status"]) == ("paused", "ended")
        [_, quality] = await with_(first, changed)
        assert quality["status"] == "active"
        environment.clear()
        third = second.model_copy(update={"id": "unsigned", "department": "Nobody"})
        assert "Nobody" not in {each["department"] for each in await with_(first, changed, third)}
