"""Handovers and covers over HTTP, on real broker and store: O1, O6 and rule 1 in the words of the requirement."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx2

from schemas.events.case import CaseOwnerChanged
from schemas.events.handover import HandoverExpired, HandoverForced, HandoverOffered
from schemas.events.routing import CapacityReleased, CapacityTaken
from services.cases.domain import Case, fold
from tests.conftest import Backends, eventually
from tests.integration.cases.stage import EXPERT, OTHER, OWNER, PROBLEM, Stage, Talk, due, kinds, stage

LEAD, COACH, THIRD, SHADOW = "fleur.visser", "joost.smit", "anouk.kuipers", "emma.jansen"
REASON = {"reason": "My shift ends", "note": "She prefers short words"}


def handovers(talk: Talk, *more: str) -> str:
    return "/".join((f"/cases/{talk.case_id()}/handovers", *more))


async def offered(running: Stage, talk: Talk, to: str = OTHER, person: str = OWNER, **more: Any) -> str:
    """The id of a handover that waits."""
    answer = await running.accepted(handovers(talk), {"to": to, **REASON, **more}, person)
    return str(answer["handover_id"])


def refused(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["type"].removeprefix(PROBLEM)


async def owner_of(running: Stage, talk: Talk) -> str:
    return (await the_case(running, talk)).owner


async def the_case(running: Stage, talk: Talk) -> Case:
    (case,) = await running.states(talk)
    return case


async def same_from_the_topic(running: Stage, talk: Talk, count: int) -> None:
    """Rule 8: what the case said on its topic, folded, is what is stored."""
    said = [each.data for each in await running.have_said(talk, count) if each.subject == talk.case_id()]
    told = [event for event in said if event.type.split(".")[0] not in ("capacity", "owner", "specialist")]
    assert fold(told) == await the_case(running, talk)


class TestHandover:
    async def test_while_pending_the_old_owner_remains_then_the_new_one_has_the_whole_story(
        self, backends: Backends
    ) -> None:
        """O6, rule 1: the customer need not repeat anything."""
        async with stage(backends) as running:
            talk = await running.owned()
            case = f"/cases/{talk.case_id()}"
            await running.hear(talk.message(2, text="It is the grey seal, order 4711"))
            promise = await running.accepted(f"{case}/promises", {"what": "a part", "due_at": due(90)})
            handover = await offered(running, talk)
            assert refused(await running.post(f"{case}/replies", {"text": "Hello"}, OTHER)) == (403, "not-the-owner")
            await running.accepted(f"{case}/replies", {"text": "Still with me"})
            before = await the_case(running, talk)
            assert before.owner == OWNER
            taken = handovers(talk, handover, "acceptance")
            answers = [await running.accepted(taken, person=OTHER, key="yes") for _ in range(2)]
            assert answers[0] == answers[1]
            after = await the_case(running, talk)
            assert (after.owner, after.heard, after.replies) == (OTHER, before.heard, before.replies)
            assert list(after.promises) == [promise["promise_id"]]
            assert after.handovers[handover].note == "She prefers short words"
            assert refused(await running.post(f"{case}/replies", {"text": "Hello"})) == (403, "not-the-owner")
            await running.accepted(f"{case}/replies", {"text": "The grey seal is on its way"}, OTHER)
            said = [each.data for each in await running.have_said(talk, 13)]
            work = [each for each in said if isinstance(each, CapacityReleased | CapacityTaken)]
            assert [(each.type, each.person) for each in work] == [
                (CapacityReleased.type, OWNER),
                (CapacityTaken.type, OTHER),
            ]
            assert {each.request_id for each in work} == {after.owner_request}
            await same_from_the_topic(running, talk, 13)

    async def test_declined_withdrawn_and_offered_again(self, backends: Backends) -> None:
        async with stage(backends) as running:
            talk = await running.owned()
            first = await offered(running, talk)
            answer = {"reason": "My hands are full"}
            for _ in range(2):
                await running.accepted(handovers(talk, first, "refusal"), answer, OTHER, key="no")
            second = await offered(running, talk, THIRD)
            for _ in range(2):
                await running.accepted(handovers(talk, second, "withdrawal"), person=LEAD, key="back")
            third = await offered(running, talk)
            case = await the_case(running, talk)
            assert {id_: each.status for id_, each in case.handovers.items()} == {
                first: "declined",
                second: "withdrawn",
                third: "offered",
            }
            assert case.owner == OWNER
            assert case.escalations == (f"handover-refused:{first}",)

    async def test_nobody_says_yes_in_time(self, backends: Backends) -> None:
        """The brand's policy says how long, and the case wakes by itself."""
        async with stage(backends, listen=True) as running:
            talk = await running.owned()
            handover = await offered(running, talk)
            running.clock.forward(minutes=30)
            assert refused(await running.post(handovers(talk, handover, "acceptance"), person=OTHER))[0] == 409

            async def expired() -> bool:
                return (await the_case(running, talk)).handovers[handover].status == "expired"

            await eventually(expired, "the handover did not expire")
            said = [each.data for each in await running.have_said(talk, 6)]
            (over,) = [each for each in said if isinstance(each, HandoverExpired)]
            (asked,) = [each for each in said if isinstance(each, HandoverOffered)]
            assert (over.to, asked.expires_at) == (OTHER, running.clock.now())
            assert await owner_of(running, talk) == OWNER

    async def test_a_resolved_case_is_handed_over_without_work(self, backends: Backends) -> None:
        async with stage(backends) as running:
            talk = await running.answered()
            await running.accepted(f"/cases/{talk.case_id()}/resolution")
            handover = await offered(running, talk)
            await running.accepted(handovers(talk, handover, "acceptance"), person=OTHER)
            assert await owner_of(running, talk) == OTHER
            await running.hear(talk.message(2))
            said = [each.data for each in await running.have_said(talk, 14)]
            assert [each.person for each in said if isinstance(each, CapacityTaken)] == [OTHER]

    async def test_a_lead_forces_a_handover_with_reason_audited(self, backends: Backends) -> None:
        async with stage(backends) as running:
            talk = await running.owned()
            await offered(running, talk, THIRD)
            body = {"to": OTHER, "reason": "Maaike is ill", "note": "Call first"}
            for person in (OWNER, COACH):
                assert refused(await running.post(handovers(talk, "forced"), body, person)) == (403, "not-allowed")
            answers = [await running.accepted(handovers(talk, "forced"), body, LEAD, key="f") for _ in range(2)]
            assert answers[0] == answers[1]
            assert await owner_of(running, talk) == OTHER
            said = [each.data for each in await running.have_said(talk, 10)]
            (forced,) = [each for each in said if isinstance(each, HandoverForced)]
            (changed,) = [each for each in said if isinstance(each, CaseOwnerChanged)]
            assert (forced.by, forced.reason, forced.handover_id) == (LEAD, "Maaike is ill", changed.handover_id)
            assert (changed.by, changed.reason, changed.forced) == (LEAD, "Maaike is ill", True)
            await same_from_the_topic(running, talk, 10)

    async def test_two_people_at_once_one_wins_and_the_other_hears_what_happened(self, backends: Backends) -> None:
        async with stage(backends) as running:
            for _ in range(5):
                talk = await running.owned()
                handover = await offered(running, talk)
                answers = await asyncio.gather(
                    running.post(handovers(talk, handover, "acceptance"), person=OTHER),
                    running.post(handovers(talk, handover, "withdrawal"), person=OWNER),
                )
                (lost,) = [each for each in answers if each.status_code != 202]
                assert refused(lost) == (409, "handover-not-pending")
                case = await the_case(running, talk)
                assert case.handovers[handover].status in lost.json()["detail"]
                assert case.owner == (OTHER if case.handovers[handover].status == "accepted" else OWNER)

    async def test_two_offers_at_once_one_is_pending(self, backends: Backends) -> None:
        async with stage(backends) as running:
            talk = await running.owned()
            answers = await asyncio.gather(
                *(running.post(handovers(talk), {"to": to, **REASON}, by) for to, by in ((OTHER, OWNER), (THIRD, LEAD)))
            )
            (lost,) = [each for each in answers if each.status_code != 202]
            assert refused(lost) == (409, "handover-pending")

    async def test_every_kind_of_refusal_with_its_type(self, backends: Backends) -> None:
        async with stage(backends) as running:
            talk = await running.owned()
            long = {"starts_at": due(60), "ends_at": due(30)}
            tries: list[tuple[str, Any, str, tuple[int, str]]] = [
                (handovers(talk), {"to": EXPERT, **REASON}, OWNER, (422, "can-not-own")),
                (handovers(talk), {"to": SHADOW, **REASON}, OWNER, (422, "can-not-own")),
                (handovers(talk), {"to": OWNER, **REASON}, OWNER, (409, "already-the-owner")),
                (handovers(talk), {"to": "nobody.known", **REASON}, OWNER, (422, "unknown-person")),
                (handovers(talk), {"to": OTHER, **REASON}, THIRD, (403, "not-the-owner")),
                (handovers(talk), {"to": OTHER}, OWNER, (400, "invalid-request")),
                (handovers(talk), {"to": OTHER, "reason": "  "}, OWNER, (400, "invalid-request")),
                (handovers(talk), {"to": OTHER, **REASON, "minutes": 0}, OWNER, (400, "invalid-request")),
                (handovers(talk, "nothing", "acceptance"), {}, OTHER, (409, "handover-not-pending")),
                (
                    f"/cases/{talk.case_id()}/cover",
                    {"cover": OTHER, "reason": "Leave", **long},
                    OWNER,
                    (422, "cover-without-time"),
                ),
                (f"/cases/{talk.case_id()}/cover/end", {}, OWNER, (409, "no-cover")),
                ("/handovers", {"from": OWNER, "to": [OWNER], **REASON}, OWNER, (422, "already-the-owner")),
                ("/handovers", {"from": OWNER, "to": ["nobody.known"], **REASON}, OWNER, (422, "unknown-person")),
                ("/handovers", {"from": OWNER, "to": [], **REASON}, OWNER, (400, "invalid-request")),
                ("/handovers/nothing/acceptance", {}, OTHER, (404, "nothing-offered")),
                (
                    "/covers",
                    {"from": OWNER, "cover": "nobody.known", "reason": "a", "ends_at": due(9)},
                    OWNER,
                    (422, "unknown-person"),
                ),
            ]
            before = await running.states(talk)
            for path, body, person, expected in tries:
                answer = await running.post(path, body, person)
                assert refused(answer) == expected, f"{path} {body}: {answer.text}"
            assert await running.states(talk) == before


class TestCover:
    async def test_a_cover_acts_for_the_owner_and_the_owner_returns(self, backends: Backends) -> None:
        async with stage(backends) as running:
            talk = await running.owned()
            case = f"/cases/{talk.case_id()}"
            body = {"cover": OTHER, "reason": "Off shift", "starts_at": due(10), "ends_at": due(480)}
            for _ in range(2):
                await running.accepted(f"{case}/cover", body, key="c")
            assert refused(await running.post(f"{case}/replies", {"text": "Hi"}, OTHER)) == (403, "not-the-owner")
            running.clock.forward(minutes=10)
            reply = await running.accepted(f"{case}/replies", {"text": "Done"}, OTHER)
            state = await the_case(running, talk)
            assert (state.owner, state.replies[reply["reply_id"]].author) == (OWNER, OTHER)
            for _ in range(2):
                await running.accepted(f"{case}/cover/end", key="back")
            assert refused(await running.post(f"{case}/replies", {"text": "Hi"}, OTHER)) == (403, "not-the-owner")
            assert kinds(await running.have_said(talk, 7)).count("case.cover-ended") == 1

    async def test_a_cover_ends_by_time(self, backends: Backends) -> None:
        async with stage(backends, listen=True) as running:
            talk = await running.owned()
            body = {"cover": OTHER, "reason": "Off shift", "ends_at": due(60)}
            await running.accepted(f"/cases/{talk.case_id()}/cover", body)
            running.clock.forward(hours=1)

            async def over() -> bool:
                return (await the_case(running, talk)).cover is None

            await eventually(over, "the cover did not end")
            assert await owner_of(running, talk) == OWNER
            await same_from_the_topic(running, talk, 6)


class TestShiftEnd:
    """A whole shift's cases at once, with one summary per receiving agent."""

    async def test_bulk_with_one_summary_per_receiving_agent(self, backends: Backends) -> None:
        async with stage(backends) as running:
            talks = [await running.owned() for _ in range(4)]
            first = f"/cases/{talks[0].case_id()}"
            await running.accepted(f"{first}/promises", {"what": "a part", "due_at": due(20)})
            await running.accepted(f"{first}/consults", {"question": "Which seal?"})
            await offered(running, talks[3], COACH)
            other = running.talk()
            await running.hear(other.message(), other.assigned(THIRD))
            body = {"from": OWNER, "to": [OTHER, THIRD], **REASON}
            answers = [await running.accepted("/handovers", body, key="end") for _ in range(3)]
            assert answers[0] == answers[1] == answers[2]
            assert {each["case_id"] for each in answers[0]["done"]} == {talk.case_id() for talk in talks[:3]}
            (pending,) = answers[0]["refused"]
            assert (pending["case_id"], pending["kind"]) == (talks[3].case_id(), "handover-pending")
            assert sorted(each["person"] for each in answers[0]["done"]) in (
                [THIRD, OTHER, OTHER],
                [THIRD, THIRD, OTHER],
            )
            bulk = answers[0]["bulk_id"]
            told = [
                (await running.client.get("/handovers", params={"to": to, "bulk_id": bulk})).json()
                for to in (OTHER, THIRD)
            ]
            assert sum(each["totals"]["cases"] for each in told) == 3
            assert sum(each["totals"]["open_promises"] for each in told) == 1
            assert sum(each["totals"]["open_consults"] for each in told) == 1
            mine = next(case for each in told for case in each["cases"] if case["case_id"] == talks[0].case_id())
            assert (mine["customer"], mine["language"], mine["last_message"]) == ("ana", "en", "It leaks")
            assert (mine["reason"], mine["note"], mine["owner"]) == (*REASON.values(), OWNER)
            assert mine["promises"] == [{"what": "a part", "due_at": due(20).replace("+00:00", "Z")}]

            path = f"/handovers/{bulk}/acceptance"
            taken = [await running.accepted(path, person=OTHER, key="all") for _ in range(2)]
            assert taken[0] == taken[1]
            assert taken[0]["refused"] == []
            assert {await owner_of(running, talk) for talk in talks if talk.case_id() in str(taken[0]["done"])} == {
                OTHER
            }
            assert (await running.client.get("/handovers", params={"to": OTHER})).json()["totals"]["cases"] == 0
            assert (await running.accepted("/handovers", body, key="end")) == answers[0]
            assert refused(await running.post("/handovers", body | {"note": "x"}, key="end"))[0] == 422

    async def test_the_same_command_at_the_same_moment_offers_once(self, backends: Backends) -> None:
        async with stage(backends) as running:
            talks = [await running.owned() for _ in range(3)]
            body = {"from": OWNER, "to": [OTHER, THIRD], **REASON}
            answers = await asyncio.gather(*(running.accepted("/handovers", body, key="end") for _ in range(4)))
            assert all(answer == answers[0] for answer in answers)
            for talk in talks:
                assert len((await the_case(running, talk)).handovers) == 1
            headers = {"Acting-Person": OTHER}
            mine = (await running.client.get("/handovers", headers=headers)).json()  # by default one's own
            assert (mine["to"], mine["totals"]["cases"]) == (OTHER, 2)
            other_bulk = (await running.client.get("/handovers", headers=headers, params={"bulk_id": "x"})).json()
            assert other_bulk["cases"] == []

    async def test_named_cases_each_by_itself(self, backends: Backends) -> None:
        async with stage(backends) as running:
            mine, closed = await running.owned(), await running.answered()
            await running.accepted(f"/cases/{closed.case_id()}/resolution")
            (state,) = await running.states(closed)
            assert state.closes_at
            await running.hear(closed.quiet(state.closes_at))
            theirs = running.talk()
            await running.hear(theirs.message(), theirs.assigned(THIRD))
            named = [mine.case_id(), closed.case_id(), theirs.case_id(), "nothing"]
            answer = await running.accepted(
                "/handovers", {"from": OWNER, "to": [OTHER], "cases": named, **REASON}, LEAD
            )
            assert [each["case_id"] for each in answer["done"]] == [mine.case_id()]
            assert {each["case_id"]: each["kind"] for each in answer["refused"]} == {
                closed.case_id(): "case-closed",
                theirs.case_id(): "owned-by-another",
                "nothing": "case-not-found",
            }

    async def test_a_stranger_offers_nothing(self, backends: Backends) -> None:
        async with stage(backends) as running:
            await running.owned()
            answer = await running.accepted("/handovers", {"from": OWNER, "to": [THIRD], **REASON}, OTHER)
            assert (answer["done"], [each["kind"] for each in answer["refused"]]) == ([], ["not-the-owner"])

    async def test_a_crash_half_way_goes_on_with_the_same_plan(self, backends: Backends) -> None:
        async with stage(backends) as running:
            talks = [await running.owned() for _ in range(3)]
            body = {"from": OWNER, "to": [OTHER, THIRD], **REASON}
            commands = running.service.api.state.commands
            carry_out, calls = commands.carry_out, 0

            async def dies(*args: Any, **named: Any) -> Any:
                nonlocal calls
                calls += 1
                if calls == 2:
                    raise RuntimeError("the process dies here")
                return await carry_out(*args, **named)

            commands.carry_out = dies
            assert (await running.post("/handovers", body, key="end")).status_code == 500
            commands.carry_out = carry_out
            late = await running.owned()  # came after the plan
            answer = await running.accepted("/handovers", body, key="end")
            assert {each["case_id"] for each in answer["done"]} == {talk.case_id() for talk in talks}
            for talk in talks:
                case = await the_case(running, talk)
                assert [each.bulk_id for each in case.handovers.values()] == [answer["bulk_id"]]
            assert (await the_case(running, late)).handovers == {}

    async def test_covers_for_all_of_an_owners_cases_until_the_owner_returns(self, backends: Backends) -> None:
        async with stage(backends) as running:
            talks = [await running.owned(), await running.answered()]
            await running.accepted(f"/cases/{talks[1].case_id()}/resolution")
            body = {"from": OWNER, "cover": OTHER, "reason": "Off shift", "ends_at": due(480)}
            answers = [await running.accepted("/covers", body, LEAD, key="c") for _ in range(2)]
            assert answers[0] == answers[1]
            assert len(answers[0]["done"]) == 2
            for talk in talks:
                cover = (await the_case(running, talk)).cover
                assert cover
                assert (cover.person, cover.ends_at - running.clock.now()) == (OTHER, timedelta(hours=8))
            again = await running.accepted("/covers", body, LEAD)
            assert {each["kind"] for each in again["refused"]} == {"cover-named"}
            ended = await running.accepted("/covers/end", {"from": OWNER})
            assert len(ended["done"]) == 2
            assert [(await the_case(running, talk)).cover for talk in talks] == [None, None]
            assert (await running.accepted("/covers/end", {"from": OWNER}))["done"] == []
