"""Merge, split and customers across channels, over HTTP on real broker and store."""

import asyncio
from typing import Any

from schemas.events.case import CaseAbsorbed, CaseMessageForwarded
from schemas.events.customer import IdentityLinked, IdentityUnlinked
from schemas.events.message import Author
from services.cases.domain import Case
from services.chassis import kafka
from tests.conftest import Backends, eventually
from tests.integration.cases.stage import OTHER, OWNER, PROBLEM, Stage, Talk, stage

MAIL = "mail"


def identity(author: str, channel: str = "web-moccarel", brand: str = "moccarel") -> dict[str, str]:
    return {"brand": brand, "channel": channel, "author": author}


def kind(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix(PROBLEM)


async def owned(running: Stage, author: str, channel: str = "web-moccarel", **changes: Any) -> Talk:
    """A conversation of that customer, with its owner."""
    talk = running.talk()
    facts = {"author": Author(id=author, name="Ana Ruiz", address=f"{author}@example.org"), "channel": channel}
    await running.hear(talk.message(**(facts | changes)), talk.assigned())
    return talk


async def link(running: Stage, one: dict[str, str], other: dict[str, str], key: str = "") -> dict[str, Any]:
    body = {"identities": [one, other], "reason": "same order number"}
    return await running.accepted("/customers/links", body, key=key)


async def becomes(running: Stage, talk: Talk, wanted: Any, number: int = 1) -> Case:
    """The case, once it is as wanted."""
    found: list[Case] = []

    async def is_so() -> bool:
        states = await running.states(talk)
        found[:] = states[number - 1 : number]
        return bool(found) and bool(wanted(found[0]))

    await eventually(is_so, f"the case did not become as wanted: {found}")
    return found[0]


async def test_one_customer_two_channels_one_case_and_the_answer_goes_where_they_wrote_last(backends: Backends) -> None:
    """Issue item 8, M4: linked by a person, merged by the owner, answered by mail because that was the last word."""
    async with stage(backends, listen=True) as running:
        web, mail = await owned(running, "ana"), await owned(running, "ana.ruiz", MAIL)
        refused = await running.post(f"/cases/{mail.case_id()}/merge", {"into": web.case_id(), "reason": "same leak"})
        assert kind(refused) == (409, "not-the-same-customer")
        await link(running, identity("ana"), identity("ana.ruiz", MAIL))
        body = {"into": web.case_id(), "reason": "same leak"}
        first = await running.accepted(f"/cases/{mail.case_id()}/merge", body, key="merge")
        again = await running.accepted(f"/cases/{mail.case_id()}/merge", body, key="merge")
        assert first == again
        assert (first["status"], first["new_case_id"]) == ("closed", web.case_id())
        await becomes(running, web, lambda case: case.absorbed)
        await running.hear(mail.message(2, channel=MAIL, author=Author(id="ana.ruiz", address="ana.ruiz@example.org")))
        await becomes(running, web, lambda case: case.messages == 3)
        reply = await running.accepted(f"/cases/{web.case_id()}/replies", {"text": "A new seal is on its way"})
        said = await running.said(web)
        queued = next(each.data for each in said if each.type == "reply.queued.v1")
        assert getattr(queued, "channel") == MAIL  # noqa: B009
        assert getattr(queued, "to_conversation") == mail.conversation  # noqa: B009
        await running.hear(web.sent(reply["reply_id"]))
        assert sum(isinstance(each.data, CaseAbsorbed) for each in said) == 1
        assert sum(isinstance(each.data, CaseMessageForwarded) for each in said) == 1


async def test_two_who_merge_into_each_others_case_at_once_leave_one_case_with_its_owner(backends: Backends) -> None:
    async with stage(backends, listen=True) as running:
        one, other = await owned(running, "ben"), await owned(running, "ben")
        bodies = {one: other, other: one}
        await asyncio.gather(
            *(
                running.post(f"/cases/{each.case_id()}/merge", {"into": into.case_id(), "reason": "twice"})
                for each, into in bodies.items()
            )
        )

        async def settled() -> bool:
            states = [*(await running.states(one)), *(await running.states(other))]
            still_open = [case for case in states if not case.closed]
            return bool(still_open) and {case.owner for case in still_open} == {OWNER}

        await eventually(settled, "nobody works for the customer any more")


async def test_a_case_is_split_once_however_often_the_button_is_pressed(backends: Backends) -> None:
    async with stage(backends, listen=True) as running:
        talk = await owned(running, "cas")
        await running.hear(talk.message(2, text="And my invoice?"))
        body = {"messages": [f"{talk.conversation}-2"], "reason": "the invoice is another matter"}
        path = f"/cases/{talk.case_id()}/split"
        answers = await asyncio.gather(*(running.post(path, body, key="split") for _ in range(5)))
        assert {answer.status_code for answer in answers} == {202}
        new_ids = {answer.json()["new_case_id"] for answer in answers}
        assert len(new_ids) == 1
        new = await becomes(running, talk, lambda case: case.messages == 1, number=2)
        assert {new.id} == new_ids
        assert new.split_from == talk.case_id()
        assert (await running.states(talk))[0].split_off == {f"{talk.conversation}-2": new.id}
        twice = await running.post(path, body)
        assert kind(twice) == (422, "message-not-here")


class TestCustomers:
    """U2: linked and unlinked by a person, never silently; an identity belongs to one customer at most."""

    async def test_who_wrote_that_before(self, backends: Backends) -> None:
        async with stage(backends) as running:
            web = await owned(running, "dora", reach=None)
            mail = await owned(running, "dora.mail", MAIL, reach=1200, visibility="public")
            promised = {"what": "a call", "due_at": "2026-11-25T10:00:00Z"}
            await running.accepted(f"/cases/{web.case_id()}/promises", promised)
            await running.accepted(f"/cases/{mail.case_id()}/special-story", {"text": "Her first coffee as a mother"})
            before = (await running.client.get("/customers/moccarel/web-moccarel/dora")).json()
            assert [each["case_id"] for each in before["cases"]] == [web.case_id()]
            await link(running, identity("dora"), identity("dora.mail", MAIL))
            found = (await running.client.get(f"/customers/moccarel/{MAIL}/dora.mail")).json()
            assert found["identities"] == [identity("dora.mail", MAIL), identity("dora")]
            assert {each["case_id"] for each in found["cases"]} == {web.case_id(), mail.case_id()}
            assert [each["what"] for each in found["open_promises"]] == ["a call"]
            assert [each["text"] for each in found["special_stories"]] == ["Her first coffee as a mother"]
            assert [each["sentiment"] for each in found["sentiment"]] == ["negative", "negative"]
            assert (found["name"], found["reach"]) == ("Ana Ruiz", 1200)

    async def test_linked_and_unlinked_twice_under_one_key_is_once(self, backends: Backends) -> None:
        async with stage(backends) as running:
            one, other = identity("eva"), identity("eva.mail", MAIL)
            first, again = await link(running, one, other, "link"), await link(running, one, other, "link")
            assert first == again
            assert first["identities"] == [one, other]
            body = {"identity": other, "reason": "her sister"}
            for _ in range(2):
                await running.accepted("/customers/unlinks", body, key="unlink")
            found = (await running.client.get("/customers/moccarel/web-moccarel/eva")).json()
            assert found["identities"] == [one]
            refused = await running.post("/customers/unlinks", body)
            assert kind(refused) == (409, "not-linked")

            async def told() -> bool:
                said = [each async for each in kafka.read(running.service.config.cluster, ("customers.events",))]
                links, ends = (
                    [
                        envelope.actor
                        for envelope in (each.envelope() for each in said)
                        if isinstance(envelope.data, kind) and "eva" in envelope.data.identity.author
                    ]
                    for kind in (IdentityLinked, IdentityUnlinked)
                )
                # The one who is left belongs to nobody either: two links, two ends, each with who gave the command.
                return (links, ends) == ([OWNER] * 2, [OWNER] * 2)

            await eventually(told, "the links were not told once each")

    async def test_an_identity_is_never_in_two_customers(self, backends: Backends) -> None:
        async with stage(backends) as running:
            await link(running, identity("fay"), identity("fay.mail", MAIL))
            await link(running, identity("gus"), identity("gus.mail", MAIL))
            body = {"identities": [identity("fay"), identity("gus")], "reason": "they sound alike"}
            refused = await running.post("/customers/links", body)
            assert kind(refused) == (409, "linked-elsewhere")
            found = (await running.client.get("/customers/moccarel/web-moccarel/fay")).json()
            assert found["identities"] == [identity("fay"), identity("fay.mail", MAIL)]

    async def test_two_who_link_one_identity_at_once(self, backends: Backends) -> None:
        async with stage(backends) as running:
            for round_ in range(5):
                names = [f"hal-{round_}-{place}" for place in "abc"]
                bodies = [
                    {"identities": [identity(one), identity(other)], "reason": "the same"}
                    for one, other in ((names[0], names[1]), (names[1], names[2]), (names[2], names[1]))
                ]
                answers = await asyncio.gather(*(running.post("/customers/links", body) for body in bodies))
                assert {each.status_code for each in answers} <= {202, 409}
                groups = {
                    name: [
                        each["author"]
                        for each in (await running.client.get(f"/customers/moccarel/web-moccarel/{name}")).json()[
                            "identities"
                        ]
                    ]
                    for name in names
                }
                for name, members in groups.items():  # everybody agrees on who belongs together
                    assert all(sorted(groups[each]) == sorted(members) for each in members), (name, groups)
                for body, answer in zip(bodies, answers, strict=True):
                    if answer.status_code == 202:
                        one, other = (each["author"] for each in body["identities"])  # type: ignore[index]
                        assert other in groups[one]

    async def test_unlinking_the_one_in_the_middle_leaves_two_customers(self, backends: Backends) -> None:
        async with stage(backends) as running:
            for one, other in (("ida-a", "ida-b"), ("ida-b", "ida-c"), ("ida-c", "ida-d"), ("ida-a", "ida-e")):
                await link(running, identity(one), identity(other))
            await running.accepted("/customers/unlinks", {"identity": identity("ida-b"), "reason": "a namesake"})
            for name, group in (("ida-a", {"ida-a", "ida-e"}), ("ida-c", {"ida-c", "ida-d"}), ("ida-b", {"ida-b"})):
                found = (await running.client.get(f"/customers/moccarel/web-moccarel/{name}")).json()
                assert {each["author"] for each in found["identities"]} == group

    async def test_what_is_refused(self, backends: Backends) -> None:
        async with stage(backends) as running:
            same = {"identities": [identity("jo"), identity("jo")], "reason": "x"}
            assert kind(await running.post("/customers/links", same)) == (422, "same-identity")
            elsewhere = {"identities": [identity("jo"), identity("jo", "nowhere")], "reason": "x"}
            assert kind(await running.post("/customers/links", elsewhere)) == (422, "unknown-channel")
            silent = {"identities": [identity("jo"), identity("jo2")], "reason": "  "}
            assert kind(await running.post("/customers/links", silent)) == (400, "invalid-request")
            foreign = {"identities": [identity("jo", "web-x", "nobrand"), identity("jo2")], "reason": "x"}
            assert kind(await running.post("/customers/links", foreign)) == (403, "not-allowed")
            assert kind(await running.client.get("/customers/nobrand/web/jo")) == (403, "not-allowed")


async def test_only_who_is_in_charge_merges_and_splits(backends: Backends) -> None:
    async with stage(backends) as running:
        one, other = await owned(running, "kim"), await owned(running, "kim")
        body = {"into": other.case_id(), "reason": "twice"}
        assert kind(await running.post(f"/cases/{one.case_id()}/merge", body, OTHER)) == (403, "not-the-owner")
        parting = {"messages": [f"{one.conversation}-1"], "reason": "x"}
        assert kind(await running.post(f"/cases/{one.case_id()}/split", parting, OTHER)) == (403, "not-the-owner")
        assert kind(await running.post(f"/cases/{one.case_id()}/split", parting)) == (422, "nothing-left")
        nowhere = {"into": "nothing", "reason": "x"}
        assert kind(await running.post(f"/cases/{one.case_id()}/merge", nowhere)) == (404, "case-not-found")
