"""The cases service on real broker and store: what it makes of events, once, whoever repeats them and whatever dies."""

import asyncio

from schemas.base import Event
from schemas.events.case import CaseMessageAdded
from schemas.events.delivery import DeliveryFailed, DeliveryUncertain
from schemas.events.promise import PromiseKept
from schemas.events.routing import OwnerRequested
from services.chassis import dead
from services.chassis.testing import envelope, record
from tests.conftest import Backends, eventually
from tests.integration.cases.stage import OTHER, OWNER, Stage, Talk, due, kinds, stage


async def test_from_kafka_to_kafka_a_message_opens_a_case_that_lives_until_it_is_closed(backends: Backends) -> None:
    async with stage(backends, listen=True) as running:
        talk = running.talk()

        async def said(*expected: str) -> None:
            async def so() -> bool:
                return kinds(await running.said(talk, "cases.events")) == list(expected)

            await eventually(so, f"it was not said: {expected}")

        await publish(running, talk.message())
        life = ["case.opened", "case.message-added"]
        await said(*life)
        (wanted,) = await running.said(talk, "routing.requests")
        assert isinstance(wanted.data, OwnerRequested)
        assert (wanted.data.pool, wanted.data.language, wanted.data.skill) == ("care", "en", "coffee")
        assert wanted.key == "care"
        await publish(running, talk.assigned())
        await said(*life, "case.assigned")
        reply = await running.accepted(f"/cases/{talk.case_id()}/replies", {"text": "Do this"})
        await publish(running, talk.sent(reply["reply_id"]))
        life += ["case.assigned", "reply.queued", "reply.sent"]
        await said(*life)
        await running.accepted(f"/cases/{talk.case_id()}/resolution")
        (case,) = await running.states(talk)
        assert case.closes_at
        await publish(running, talk.quiet(case.closes_at))
        await said(*life, "case.resolved", "case.closed")
        envelopes = await running.said(talk, "cases.events")
        assert [each.sequence for each in envelopes] == list(range(1, len(envelopes) + 1))
        assert {(each.key, each.subject) for each in envelopes} == {(talk.conversation, talk.case_id())}


async def publish(running: Stage, event: Event) -> None:
    sent = record(event)
    await running.service.publisher.send([(sent.topic, sent.key, sent.value, [*sent.headers])])


async def test_every_event_twice_has_the_effect_of_once(backends: Backends) -> None:
    async with stage(backends) as running:
        talk = running.talk()
        case = f"/cases/{talk.case_id()}"
        heard: list[Event] = []

        async def twice(*events: Event) -> None:
            """Each by itself, again by itself, and once more with all that came before."""
            for event in events:
                heard.append(event)
                await again(running, talk, heard)

        await twice(talk.message(), talk.assigned(), talk.assigned(OTHER), talk.message(2))
        consult = (await running.accepted(f"{case}/consults", {"question": "Why?"}))["consult_id"]
        await twice(talk.offered(consult))
        replies = [(await running.accepted(f"{case}/replies", {"text": "Do this"}))["reply_id"] for _ in range(3)]
        await twice(
            talk.reported(DeliveryFailed, replies[0]),
            talk.reported(DeliveryUncertain, replies[1]),
            talk.sent(replies[2]),
            talk.reported(DeliveryFailed, replies[2]),
        )
        await running.accepted(f"{case}/resolution")
        (state,) = await running.states(talk)
        assert state.closes_at
        await twice(talk.quiet(state.closes_at), talk.message(3))
        assert [each.status for each in await running.states(talk)] == ["closed", "new"]


async def again(running: Stage, talk: Talk, heard: list[Event]) -> None:
    records = [record(envelope(event, id=f"{talk.conversation}-{number}")) for number, event in enumerate(heard)]
    await running.service.processor.process(records[-1:])
    before = await running.states(talk)
    await running.service.processor.process(records[-1:])
    await running.service.processor.process(records)
    assert await running.states(talk) == before


async def test_messages_that_come_together_are_one_case(backends: Backends) -> None:
    async with stage(backends) as running, stage(backends) as other:
        for together in (True, False):
            talk = running.talk()
            if together:
                await running.hear(talk.message(1), talk.message(2))
            else:  # two instances at once, as after a rebalance
                await asyncio.gather(running.hear(talk.message(1)), other.hear(talk.message(2)))
            (case,) = await running.states(talk)
            assert case.messages == 2
            expected = ["case.opened", "case.message-added", "case.message-added", "owner.requested"]
            assert sorted(kinds(await running.have_said(talk, 4))) == sorted(expected)


async def test_many_messages_at_once_in_many_conversations(backends: Backends) -> None:
    async with stage(backends) as running, stage(backends) as other:
        talks = [running.talk() for _ in range(20)]
        halves = [[talk.message(number) for talk in talks for number in (first, first + 1)] for first in (1, 3)]
        await asyncio.gather(running.hear(*halves[0]), other.hear(*halves[1]), other.hear(*reversed(halves[0])))
        for talk in talks:
            (case,) = await running.states(talk)
            assert case.messages == 6  # the third batch's events are others, of the same messages


async def test_after_closing_a_new_case_is_linked_to_the_old_one_and_prefers_its_owner(backends: Backends) -> None:
    async with stage(backends) as running:
        talk = await running.answered()
        await running.accepted(f"/cases/{talk.case_id()}/resolution")
        (old,) = await running.states(talk)
        assert old.closes_at
        await running.hear(talk.quiet(old.closes_at))
        await running.hear(talk.message(2), talk.message(3))
        old, new = await running.states(talk)
        assert (old.status, old.messages) == ("closed", 1)
        assert (new.id, new.status, new.messages, new.previous_case) == (talk.case_id(2), "new", 2, old.id)

        said = [each.data for each in await running.have_said(talk, 13)]
        assert [each.preferred for each in said if isinstance(each, OwnerRequested)] == ["", OWNER]
        await running.hear(talk.assigned(OTHER, case=2))
        assert (await running.shown(talk, 2))["owner"] == OTHER
        assert (await running.shown(talk, 1))["owner"] == OWNER


async def test_what_can_never_be_handled_is_a_dead_letter_and_sinks_nothing(backends: Backends) -> None:
    async with stage(backends) as running:
        talk, stranger = running.talk(), running.talk()
        await running.hear(
            stranger.assigned(),
            talk.message(brand="moccarell"),
            stranger.sent("reply"),
            stranger.quiet(running.clock.now()),
            talk.message(),
        )
        (case,) = await running.states(talk)
        assert case.messages == 1
        letters = await dead.letters(running.service.config.cluster, ["cases"])
        assert sorted((each.reason for each in letters), reverse=True) == [
            *[f"there is no case {stranger.case_id()}"] * 3,
            "the organisation has no brand 'moccarell' (did you mean moccarel?)",
        ]


async def test_any_words_of_a_customer_are_kept_as_they_are(backends: Backends) -> None:
    texts = [
        "",
        "\x00\x1b[31m",
        "💔" * 25_000,
        "<script>alert(1)</script>",
        "{'$gt': ''}",
        "\u202eabc\ufeff",
        "x" * 100_000,
    ]
    async with stage(backends) as running:
        talk = running.talk()
        for number, text in enumerate(texts, 1):
            await running.hear(talk.message(number, text=text, external_id=f"$where.{number}"))
        said = [each.data for each in await running.have_said(talk, len(texts) + 2)]
        assert [each.message.text for each in said if isinstance(each, CaseMessageAdded)] == texts


async def test_a_crash_between_commit_and_publishing_loses_and_doubles_nothing(backends: Backends) -> None:
    async with stage(backends) as running:
        talk = running.talk()
        running.dies()
        await running.hear(talk.message(), talk.assigned())
        assert await running.said(talk) == []
    async with stage(backends) as running:
        await running.have_said(talk, 4)
        await running.hear(talk.message(2))
        await running.have_said(talk, 5)
        said = await running.said(talk, "cases.events")
        assert kinds(said) == ["case.opened", "case.message-added", "case.assigned", "case.message-added"]
        assert [each.sequence for each in said] == [1, 2, 3, 4]


async def test_a_promise_is_kept_by_the_reply_that_reports_on_it(backends: Backends) -> None:
    async with stage(backends) as running:
        talk = await running.owned()
        case = f"/cases/{talk.case_id()}"
        holding = {"kind": "holding", "text": "More soon", "promise": {"what": "a part", "due_at": due(90)}}
        first = await running.accepted(f"{case}/replies", holding)
        await running.hear(talk.sent(first["reply_id"]))
        report = {"text": "The part is on its way", "keeps_promise": first["promise_id"]}
        second = await running.accepted(f"{case}/replies", report)
        running.clock.forward(hours=2)
        await running.hear(talk.sent(second["reply_id"]))
        (kept,) = [each.data for each in await running.have_said(talk, 10) if isinstance(each.data, PromiseKept)]
        assert (kept.promise_id, kept.reply_id, kept.late) == (first["promise_id"], second["reply_id"], True)
        assert (await running.shown(talk))["status"] == "waiting-for-customer"
