"""Specialists are mailed the link to their question: once for each offer, whoever looks, with nothing of the customer (O2)."""

import asyncio
from datetime import timedelta
from typing import Any

from schemas.events.consult import ConsultOffered, ConsultRequested, ConsultWithdrawn
from services.chassis.signing import signing_secret
from services.followup.handlers.invitations import Inviting
from services.followup.store.invitations import INVITED
from tests.conftest import Backends
from tests.integration.delivery.outside import mail_server
from tests.integration.followup.departments import AGENT, asking, feed, followup
from tests.integration.followup.test_followup import START, HandClock, named

MAIL = {"smtp_host": "127.0.0.1", "smtp_tls": "none", "mail_from": "care@hesselwijk.example"}
EXPERT, SECOND = "isla.fletcher", "thomas.holloway"


def events(specialist: str = EXPERT, number: int = 1) -> list[Any]:
    facts = named("a") | {"consult_id": "q"}
    asked = {"asked_by": AGENT, "question": "Jonas's valve leaks, why?", "skill": "coffee", "language": "en"}
    offered = {"specialist": specialist, "country": "GB", "request_id": f"r{number}"}
    return [
        ConsultRequested(**facts, **asked, due_at=START + timedelta(hours=2)),
        ConsultOffered(**facts, **offered, expires_at=START + timedelta(minutes=30)),
    ]


async def test_one_mail_for_each_offer_also_with_two_instances_and_after_trouble(backends: Backends) -> None:
    clock = HandClock()
    async with (
        mail_server() as box,
        followup(backends, clock, **MAIL, smtp_port=box.port) as one,
        followup(backends, clock, **MAIL, smtp_port=box.port) as other,
    ):
        for each in (one, other):
            each.api.state.question_links.use(await signing_secret(each.database, ""))
        [first], [second] = (
            [work.__self__ for work, _ in each._work if isinstance(getattr(work, "__self__", None), Inviting)]
            for each in (one, other)
        )
        await feed(one, events())
        box.rcpt_answers.append("451 later")
        await asyncio.gather(first.send(), second.send())
        assert box.mails == [], "the mail server was busy"
        clock.pass_minutes(1)
        await asyncio.gather(first.send(), second.send(), first.send())
        [mail] = box.mails
        text = mail.get_content()
        assert mail["to"] == "isla.fletcher@hesselwijk.example"
        assert "Maaike Postma" in text
        assert "valve" not in text + mail["subject"]
        assert "Jonas" not in text + mail["subject"]
        link = next(line for line in text.splitlines() if line.startswith("http://127.0.0.1:8080/question/"))
        async with asking(one, AGENT) as owner, asking(other, "specialist") as phone:
            [shown] = (await owner.get("/cases/a/question-links")).json()
            assert (shown["url"], shown["mail"], shown["specialist"]) == (link, "arrived", EXPERT)
            seen = (await phone.get(f"/question-links/{link.rpartition('/')[2]}")).json()
            assert (seen["standing"], seen["consult_id"], seen["specialist"]) == ("open", "q", EXPERT)
            assert (await phone.get(f"/question-links/{link.rpartition('/')[2]}x")).status_code == 404
        await feed(one, events(SECOND, 2)[1:])
        box.data_answers.append("cut")
        await asyncio.gather(first.send(), second.send())
        clock.pass_minutes(10)
        await asyncio.gather(first.send(), second.send())
        assert len(box.mails) == 2, "nobody knows whether it arrived: it is not sent again"
        await feed(one, [ConsultWithdrawn(**named("a"), consult_id="q"), *events("nobody.known", 3)[1:]])
        clock.pass_minutes(1)
        await first.send()
        assert len(box.mails) == 2
        async with asking(one, AGENT) as owner:
            assert (await owner.get("/cases/a/question-links")).json() == []
        [document] = await one.database.find(INVITED, {})
        assert document.state
        assert document.state.next_at is None


async def test_other_brands_and_specialists_get_no_links(backends: Backends) -> None:
    async with followup(backends, HandClock()) as service:
        service.api.state.question_links.use("s" * 32)
        await feed(service, events())
        for person, status in ((EXPERT, 403), ("nobody", 403)):
            async with asking(service, person) as client:
                assert (await client.get("/cases/a/question-links")).status_code == status
        await feed(
            service,
            [each.model_copy(update={"brand": "another", "case_id": "b", "consult_id": "q2"}) for each in events()],
        )
        async with asking(service, AGENT) as agent:
            assert (await agent.get("/cases/b/question-links")).status_code == 404
