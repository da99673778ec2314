"""Drafts, four eyes, schedules and taking back, over HTTP on the real broker and store (rule 4, P1, M1, V7, O5)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from schemas.events.delivery import DeliveryCancelled, DeliveryFailed, DeliveryUncertain
from schemas.events.reply import ReplyQueued
from schemas.events.roster import PersonRecorded, RosterPerson
from schemas.organisation_file import load
from tests.conftest import Backends, eventually
from tests.integration.cases.stage import ORGANISATION, OWNER, PROBLEM, Stage, Talk, due, kinds, stage

SHADOW, SUPERVISED, COACH, SECOND, LEAD = (
    "emma.jansen",
    "femke.hoekstra",
    "joost.smit",
    "lars.verhoeven",
    "fleur.visser",
)
SPECIALIST = "harry.carter"


@pytest.fixture
async def running(backends: Backends) -> AsyncIterator[Stage]:
    async with stage(backends) as found:
        yield found


@pytest.fixture
async def awake(backends: Backends) -> AsyncIterator[Stage]:
    """One whose cases wake by themselves when their time has come."""
    async with stage(backends, listen=True) as found:
        yield found


async def owned_by(running: Stage, person: str, **message: Any) -> Talk:
    talk = running.talk()
    await running.hear(talk.message(**message), talk.assigned(person))
    return talk


async def get(running: Stage, path: str, person: str = OWNER, **query: str) -> httpx2.Response:
    return await running.client.get(path, params=query, headers={"Acting-Person": person})


async def draft(running: Stage, talk: Talk, person: str = OWNER, **fields: Any) -> str:
    """Returns its id."""
    found = await running.accepted(f"/cases/{talk.case_id()}/drafts", {"text": "A draft"} | fields, person)
    return str(found["reply_id"])


async def reply(running: Stage, talk: Talk, reply_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await running.shown(talk))["replies"][reply_id]
    return found


async def held(running: Stage, **fields: Any) -> tuple[Talk, dict[str, Any]]:
    """A reply of a supervised agent, which waits."""
    talk = await owned_by(running, SUPERVISED)
    found = await running.accepted(f"/cases/{talk.case_id()}/replies", {"text": "The seal"} | fields, SUPERVISED)
    assert found["reply_status"] == "held"
    return talk, found


def refused(answer: httpx2.Response, status: int, kind: str) -> str:
    found = answer.json()
    assert (answer.status_code, found["type"]) == (status, f"{PROBLEM}{kind}"), answer.text
    return str(found["detail"])


class TestDrafts:
    async def test_a_shadow_agent_drafts_and_nothing_leaves(self, running: Stage) -> None:
        """P1."""
        talk = await running.owned()
        id_ = await draft(running, talk, SHADOW)
        assert (await reply(running, talk, id_))["status"] == "draft"
        sent = await running.post(f"/cases/{talk.case_id()}/drafts/{id_}/sending", {"version": 1}, SHADOW)
        refused(sent, 403, "not-the-owner")
        sent = await running.accepted(f"/cases/{talk.case_id()}/drafts/{id_}/sending", {"version": 1})
        assert sent["reply_status"] == "queued"
        said = await running.have_said(talk, 6)
        assert kinds(said).count("reply.drafted") == 1
        (queued,) = [each.data for each in said if isinstance(each.data, ReplyQueued)]
        assert (queued.author, queued.signature) == (OWNER, "^MP")

    async def test_specialists_never_write_to_customers_not_even_a_draft(self, running: Stage) -> None:
        """O2."""
        talk = await running.owned()
        refused(await running.post(f"/cases/{talk.case_id()}/drafts", {"text": "x"}, SPECIALIST), 403, "not-allowed")

    async def test_two_who_change_a_draft_at_once_and_one_wins(self, running: Stage) -> None:
        talk = await running.owned()
        id_ = await draft(running, talk, SHADOW)
        address = f"/cases/{talk.case_id()}/drafts/{id_}"
        changes = [
            running.client.put(
                address,
                json={"text": f"By {person}", "version": 1},
                headers={"Acting-Person": person, "Idempotency-Key": person},
            )
            for person in (OWNER, SHADOW)
        ]
        answers = sorted(await asyncio.gather(*changes), key=lambda each: each.status_code)
        assert [each.status_code for each in answers] == [202, 412]
        assert "came after version 1" in refused(answers[1], 412, "draft-changed")
        assert len((await reply(running, talk, id_))["versions"]) == 2

    async def test_a_change_twice_under_one_key_is_one_version(self, running: Stage) -> None:
        talk = await running.owned()
        id_ = await draft(running, talk)
        for _ in range(2):
            answer = await running.client.put(
                f"/cases/{talk.case_id()}/drafts/{id_}",
                json={"text": "Better", "version": 1},
                headers={"Acting-Person": OWNER, "Idempotency-Key": "k"},
            )
            assert answer.status_code == 202, answer.text
        assert [each["text"] for each in (await reply(running, talk, id_))["versions"]] == ["A draft", "Better"]

    async def test_a_draft_is_discarded_once(self, running: Stage) -> None:
        talk = await running.owned()
        id_ = await draft(running, talk)
        address = f"/cases/{talk.case_id()}/drafts/{id_}"
        for _ in range(2):
            headers = {"Acting-Person": OWNER, "Idempotency-Key": "k"}
            assert (await running.client.delete(address, headers=headers)).status_code == 202
        refused(await running.client.delete(address, headers={"Acting-Person": OWNER}), 409, "not-a-draft")

    async def test_media_that_are_not_https_are_refused(self, running: Stage) -> None:
        """V6."""
        talk = await running.owned()
        body = {"text": "See", "attachments": [{"url": "http://media.example/a.jpg"}]}
        answer = await running.post(f"/cases/{talk.case_id()}/replies", body)
        assert "attachments" in str(answer.json()["errors"])
        body["attachments"] = [{"url": "https://media.example/a.jpg", "media_type": "image/jpeg", "alt": "The seal"}]
        assert (await running.accepted(f"/cases/{talk.case_id()}/replies", body))["reply_status"] == "queued"


class TestFourEyes:
    async def test_each_reply_of_a_supervised_agent_is_seen_by_a_coach_before_it_goes_out(self, running: Stage) -> None:
        """P1."""
        talk, asked = await held(running)
        path = f"/cases/{talk.case_id()}/approvals/{asked['approval_id']}/approval"
        for _ in range(2):
            given = await running.accepted(path, {"comment": "Good"}, COACH, key="k")
            assert (given["reply_id"], given["reply_status"]) == (asked["reply_id"], "queued")
        said = await running.have_said(talk, 7)
        assert kinds(said).count("approval.given") == kinds(said).count("reply.queued") == 1
        (queued,) = [each.data for each in said if isinstance(each.data, ReplyQueued)]
        assert (queued.author, queued.signature) == (SUPERVISED, "^FH")

    async def test_two_coaches_approve_at_once_and_one_wins(self, running: Stage) -> None:
        talk, asked = await held(running)
        path = f"/cases/{talk.case_id()}/approvals/{asked['approval_id']}/approval"
        answers = await asyncio.gather(*(running.post(path, {}, who, key=who) for who in (COACH, SECOND)))
        first, second = sorted(answers, key=lambda each: each.status_code)
        assert first.status_code == 202
        assert "it does not wait any more: given by" in refused(second, 409, "approval-not-waiting")
        said = await running.have_said(talk, 7)
        assert kinds(said).count("reply.queued") == 1

    async def test_the_queue_has_the_earliest_due_first_and_only_what_waits(self, running: Stage) -> None:
        later = [await held(running)]
        running.clock.forward(60)
        later.append(await held(running))
        mine = {talk.case_id(): asked["approval_id"] for talk, asked in later}
        answer = await get(running, "/approvals", COACH, brand="moccarel", limit="200")
        items = [each for each in answer.json()["items"] if each["case_id"] in mine]
        assert [each["approval_id"] for each in items] == list(mine.values())
        assert items[0] | {"asked_by": SUPERVISED, "reasons": ["stage"], "late": False} == items[0]
        first = later[0][0]
        await running.accepted(
            f"/cases/{first.case_id()}/approvals/{items[0]['approval_id']}/refusal", {"reason": "No"}, LEAD
        )
        left = (await get(running, "/approvals", COACH, limit="200")).json()["items"]
        assert [each["case_id"] for each in left if each["case_id"] in mine] == [later[1][0].case_id()]
        refused(await get(running, "/approvals", OWNER), 403, "not-allowed")
        refused(await get(running, "/approvals", COACH, brand="nobody"), 422, "unknown-brand")

    async def test_sent_back_and_withdrawn_it_is_a_draft_again(self, running: Stage) -> None:
        talk, asked = await held(running)
        approvals = f"/cases/{talk.case_id()}/approvals"
        reason = {"reason": "Warmer, please"}
        sent_back = await running.accepted(f"{approvals}/{asked['approval_id']}/refusal", reason, COACH)
        assert sent_back["reply_status"] == "draft"
        path = f"/cases/{talk.case_id()}/drafts/{asked['reply_id']}/sending"
        again = await running.accepted(path, {"version": 1}, SUPERVISED)
        withdrawn = await running.accepted(f"{approvals}/{again['approval_id']}/withdrawal", {}, SUPERVISED)
        assert withdrawn["reply_status"] == "draft"
        assert again["approval_id"] != asked["approval_id"]

    async def test_too_late_it_is_escalated_once_and_waits_on(self, awake: Stage) -> None:
        """M1: its own clock."""
        running = awake
        talk, asked = await held(running)
        running.clock.forward(15 * 60)

        async def escalated() -> bool:
            return bool((await running.shown(talk))["escalations"])

        await eventually(escalated, "nobody was told that the approval is late")
        running.clock.forward(3600)
        shown = await running.shown(talk)
        assert shown["escalations"] == [f"approval-late:{asked['approval_id']}"]
        assert shown["approvals"][asked["approval_id"]]["status"] == "waiting"

    async def test_graduated_at_noon_sends_alone_a_minute_later(self, running: Stage) -> None:
        """P4: the people as they are now."""
        talk, _ = await held(running)
        person = load(ORGANISATION).person(SUPERVISED)
        graduated = RosterPerson.model_validate(person.model_dump() | {"stage": "independent"})
        await running.hear(PersonRecorded(person_id=SUPERVISED, person=graduated))
        running.clock.forward(60)
        sent = await running.accepted(f"/cases/{talk.case_id()}/replies", {"text": "Alone"}, SUPERVISED)
        assert sent["reply_status"] == "queued"
        await running.hear(
            PersonRecorded(person_id=SUPERVISED, person=RosterPerson.model_validate(person.model_dump()))
        )


class TestTime:
    async def test_a_reply_leaves_at_its_time_once(self, awake: Stage) -> None:
        running = awake
        talk = await running.owned()
        body = {"text": "Later", "send_at": due(30)}
        sent = await running.accepted(f"/cases/{talk.case_id()}/replies", body)
        assert sent["reply_status"] == "scheduled"
        running.clock.forward(30 * 60)

        async def left() -> bool:
            return bool((await reply(running, talk, sent["reply_id"]))["status"] == "queued")

        await eventually(left, "the reply did not leave at its time")
        said = await running.have_said(talk, 7)
        assert kinds(said).count("reply.queued") == 1

    async def test_cancelled_while_it_waits(self, running: Stage) -> None:
        talk = await running.owned()
        body = {"text": "Later", "send_at": due(30)}
        sent = await running.accepted(f"/cases/{talk.case_id()}/replies", body)
        path = f"/cases/{talk.case_id()}/replies/{sent['reply_id']}/cancellation"
        for _ in range(2):
            assert (await running.accepted(path, {}, key="k"))["reply_status"] == "draft"
        refused(await running.post(path), 409, "not-a-draft")

    async def test_a_moment_that_has_passed_is_refused(self, running: Stage) -> None:
        talk = await running.owned()
        answer = await running.post(f"/cases/{talk.case_id()}/replies", {"text": "x", "send_at": due(-1)})
        refused(answer, 422, "moment-not-ahead")

    async def test_cancelled_once_queued_delivery_says_whether_it_was_in_time(self, running: Stage) -> None:
        talk = await running.owned()
        sent = await running.accepted(f"/cases/{talk.case_id()}/replies", {"text": "Too soon"})
        await running.accepted(f"/cases/{talk.case_id()}/replies/{sent['reply_id']}/cancellation")
        refused(await running.post(f"/cases/{talk.case_id()}/resolution"), 409, "reply-on-its-way")
        names = {"case_id": talk.case_id(), "conversation": talk.conversation, "reply_id": sent["reply_id"]}
        await running.hear(DeliveryCancelled(**names))
        replies = (await running.shown(talk))["replies"]
        assert sorted((each["status"], each["text"]) for each in replies.values()) == [
            ("cancelled", "Too soon\n^MP"),
            ("draft", "Too soon"),
        ]

    async def test_what_failed_for_good_is_taken_up_made_better_and_sent_again(self, running: Stage) -> None:
        """Rule 4: the owner must act. F1: nobody keeps a promise that the customer was never told."""
        talk = await running.owned()
        body = {"text": "See www", "promise": {"what": "a part", "due_at": due(240)}}
        sent = await running.accepted(f"/cases/{talk.case_id()}/replies", body)
        path = f"/cases/{talk.case_id()}/replies/{sent['reply_id']}/taking-up"
        assert "queued" in refused(await running.post(path), 409, "reply-not-failed")
        await running.hear(talk.reported(DeliveryFailed, sent["reply_id"]))
        again = await running.accepted(path, key="k")
        assert (await running.accepted(path, key="k")) == again
        assert again["reply_status"] == "draft"
        assert again["reply_id"] in refused(await running.post(path), 409, "reply-taken-up")

        draft_path = f"/cases/{talk.case_id()}/drafts/{again['reply_id']}"
        better = {"text": "Without the link", "promise": {"what": "a part", "due_at": due(300)}, "version": 1}
        headers = {"Acting-Person": OWNER, "Idempotency-Key": "better"}
        assert (await running.client.put(draft_path, json=better, headers=headers)).status_code == 202
        await running.accepted(f"{draft_path}/sending", {"version": 2})
        await running.hear(talk.sent(again["reply_id"]))
        ledger = (await get(running, "/promises")).json()
        assert [(each["state"], each["reply_id"]) for each in ledger["items"]] == [
            ("open", again["reply_id"]),
            ("withdrawn", sent["reply_id"]),
        ]
        assert (ledger["totals"]["open"], ledger["totals"]["withdrawn"]) == (1, 1)

    async def test_an_uncertain_send_is_shown_and_never_repeated(self, running: Stage) -> None:
        """Rule 4."""
        talk = await running.owned()
        sent = await running.accepted(f"/cases/{talk.case_id()}/replies", {"text": "Once"}, key="k")
        await running.hear(talk.reported(DeliveryUncertain, sent["reply_id"]))
        running.clock.forward(timedelta(days=2).total_seconds())
        again = await running.accepted(f"/cases/{talk.case_id()}/replies", {"text": "Once"}, key="k")
        assert again["reply_status"] == "uncertain"
        path = f"/cases/{talk.case_id()}/replies/{sent['reply_id']}/cancellation"
        assert "uncertain" in refused(await running.post(path), 409, "reply-has-left")
        said = await running.have_said(talk, 6)
        assert kinds(said).count("reply.queued") == 1


class TestBeforeItLeaves:
    async def test_the_composer_is_told_that_a_public_reply_is_one_to_the_world(self, running: Stage) -> None:
        """V7."""
        talk = await owned_by(running, SUPERVISED, channel="social", visibility="public", reach=4200)
        answer = await running.post(f"/cases/{talk.case_id()}/reply-preview", {"text": "The seal"}, SUPERVISED)
        assert answer.status_code == 200, answer.text
        shown = answer.json()
        assert (shown["text"], shown["limit"]) == ("The seal\n^FH", 280)
        assert [(each["kind"], each["reach"], each["reasons"]) for each in shown["warnings"]] == [
            ("public", 4200, []),
            ("held", None, ["stage"]),
        ]
        refused(await running.post(f"/cases/{talk.case_id()}/reply-preview", {"text": " "}), 422, "text-empty")

    async def test_holding_replies_vary_and_are_never_sent_twice_the_same(self, running: Stage) -> None:
        """O5."""
        talk = await running.owned()
        path, said = f"/cases/{talk.case_id()}/holding-reply", set()
        for _ in range(2):
            found = (await get(running, path, until=due(120))).json()
            assert (found["language"], found["exhausted"]) == ("en", False)
            assert found["by"] == "4:30\u202fpm (Amsterdam)"
            assert found["by"] in found["text"]
            body = {"kind": "holding", "text": found["text"]}
            await running.accepted(f"/cases/{talk.case_id()}/replies", body)
            said.add(found["text"])
        assert len(said) == 2
        found = (await get(running, path, until=due(120))).json()
        assert (found["text"], found["exhausted"]) == (None, True)
        answer = await running.post(f"/cases/{talk.case_id()}/replies", {"kind": "holding", "text": said.pop()})
        refused(answer, 409, "holding-reply-repeated")
        refused(await get(running, path, until=due(-1)), 422, "moment-not-ahead")

    async def test_an_earlier_case_of_the_conversation_counts(self, running: Stage) -> None:
        talk = await running.owned()
        first = (await get(running, f"/cases/{talk.case_id()}/holding-reply", until=due(120))).json()
        body = {"kind": "holding", "text": first["text"]}
        sent = await running.accepted(f"/cases/{talk.case_id()}/replies", body)
        await running.hear(talk.sent(sent["reply_id"]))
        await running.send_answer(talk)
        await running.accepted(f"/cases/{talk.case_id()}/resolution")
        (case,) = await running.states(talk)
        assert case.closes_at
        await running.hear(talk.quiet(case.closes_at))
        await running.hear(talk.message(2), talk.assigned(case=2))
        second = (await get(running, f"/cases/{talk.case_id(2)}/holding-reply", until=due(120))).json()
        assert second["text"] not in (None, first["text"])
