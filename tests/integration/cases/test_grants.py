"""Grants over HTTP, on the real broker and store: mandates, approvals, one allowance over all cases (M1, M2, M7)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from schemas.events.roster import PersonRecorded, RosterPerson
from services.cases.allowances import ALLOWANCES
from services.cases.api import grant_list
from services.cases.domain import commands
from services.cases.domain.allowance import STALE, allowance_id
from services.cases.domain.records import Grant
from services.chassis.errors import Unavailable
from tests.conftest import Backends, eventually
from tests.integration.cases.stage import OTHER, OWNER, TUESDAY, Stage, Talk, kinds, stage
from tests.integration.cases.test_commands import problem

COACH, LEAD, SPECIALIST, PARTNER = "joost.smit", "fleur.visser", "harry.carter", "isla.fletcher"
REFUND = {"kind": "refund", "amount": "50.00", "currency": "EUR", "reason": "It leaks again"}


@pytest.fixture
async def running(backends: Backends) -> AsyncIterator[Stage]:
    async with stage(backends) as found:
        yield found


async def owned_by(running: Stage, owner: str = OTHER) -> Talk:
    talk = running.talk()
    await running.hear(talk.message(), talk.assigned(owner))
    return talk


async def grants(running: Stage, talk: Talk, by: str = OTHER, key: str = "", **changes: Any) -> dict[str, Any]:
    return await running.accepted(f"/cases/{talk.case_id()}/grants", REFUND | changes, by, key)


async def in_case(running: Stage, talk: Talk) -> list[Grant]:
    (case,) = await running.states(talk)
    return list(case.grants.values())


async def left(running: Stage, person: str = OTHER, **query: str) -> dict[str, Any]:
    answer = await running.client.get(
        f"/people/{person}/mandate", params={"brand": "moccarel", **query}, headers={"Acting-Person": person}
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def spend(running: Stage, amount: str, person: str = OTHER) -> None:
    """Grant so much for the brand, 50 a case."""
    whole, rest = divmod(int(amount), 50)
    for part in [50] * whole + ([rest] if rest else []):
        await grants(running, await owned_by(running, person), person, amount=str(part))


class TestInsideTheMandate:
    async def test_an_agent_decides_alone_and_the_grant_is_an_event(self, running: Stage) -> None:
        """M1: inside the mandate no one is asked; every grant is an event."""
        talk = await owned_by(running)
        accepted = await grants(running, talk)
        assert accepted["approval_id"] is None
        (grant,) = await in_case(running, talk)
        assert (grant.id, grant.status, grant.amount, grant.by) == (accepted["grant_id"], "made", "50.00", OTHER)
        said = kinds(await running.have_said(talk, 6))
        assert said[-2:] == ["grant.proposed", "grant.made"] or {"grant.proposed", "grant.made"} <= set(said)

    async def test_the_same_key_twice_is_one_grant(self, running: Stage) -> None:
        talk = await owned_by(running)
        first, second = await grants(running, talk, key="k"), await grants(running, talk, key="k")
        assert first == second
        assert len(await in_case(running, talk)) == 1
        assert (await left(running))["per_period"]["left"] == "700.00"

    async def test_many_at_once_in_one_case_stay_below_the_limit_of_the_case(self, running: Stage) -> None:
        """M1, per case: 75.00 EUR for an agent; what is above waits for approval."""
        talk = await owned_by(running)
        await asyncio.gather(*(grants(running, talk, amount="25") for _ in range(6)))
        made = [each for each in await in_case(running, talk) if each.status == "made"]
        assert len(made) == 3
        assert {each.above for each in await in_case(running, talk) if each.status == "proposed"} == {("case",)}
        assert (await left(running))["per_period"]["left"] == "675.00"

    @pytest.mark.parametrize(
        ("changes", "status", "kind"),
        [
            ({"kind": "cake"}, 422, "unknown-grant-kind"),
            ({"currency": "USD"}, 422, "wrong-currency"),
            ({"amount": "0"}, 422, "amount-not-right"),
            ({"amount": "-1"}, 422, "amount-not-right"),
            ({"amount": "1.001"}, 422, "amount-not-right"),
            ({"amount": "1000"}, 422, "above-every-mandate"),
            ({"amount": 12.5}, 400, "invalid-request"),
            ({"reason": "  "}, 400, "invalid-request"),
        ],
    )
    async def test_what_is_not_right_is_named_and_changes_nothing(
        self, running: Stage, changes: dict[str, Any], status: int, kind: str
    ) -> None:
        talk = await owned_by(running)
        answer = await running.post(f"/cases/{talk.case_id()}/grants", REFUND | changes, OTHER)
        assert problem(answer)[:2] == (status, kind)
        assert not await in_case(running, talk)
        assert (await left(running))["per_period"]["left"] == "750.00"

    async def test_only_who_acts_in_the_case_grants_and_nobody_of_another_brand_sees_it(self, running: Stage) -> None:
        """Rule 2, M7."""
        talk = await owned_by(running)
        path = f"/cases/{talk.case_id()}/grants"
        assert problem(await running.post(path, REFUND, OWNER))[:2] == (403, "not-the-owner")
        assert problem(await running.post(path, REFUND, COACH))[:2] == (403, "not-the-owner")
        assert problem(await running.post(path, REFUND, PARTNER))[:2] == (404, "case-not-found")
        assert (await left(running, OWNER))["per_period"]["left"] == "2500.00"


class TestAboveTheMandate:
    async def test_one_approval_step_and_the_customer_has_it(self, running: Stage) -> None:
        """M1: above it, one approval step, with its own clock."""
        talk = await owned_by(running)
        accepted = await grants(running, talk, amount="60")
        approval = f"/cases/{talk.case_id()}/approvals/{accepted['approval_id']}/approval"
        assert problem(await running.post(approval, {}, OWNER))[:2] == (403, "not-allowed")
        await running.accepted(approval, {"comment": "Yes"}, COACH, "k")
        await running.accepted(approval, {"comment": "Yes"}, COACH, "k")
        (grant,) = await in_case(running, talk)
        assert (grant.status, grant.approved_by, grant.above) == ("made", COACH, ("amount",))
        assert (await left(running))["per_period"]["left"] == "750.00"

    async def test_two_coaches_at_once_one_wins(self, running: Stage) -> None:
        talk = await owned_by(running)
        accepted = await grants(running, talk, amount="60")
        where = f"/cases/{talk.case_id()}/approvals/{accepted['approval_id']}"
        answers = await asyncio.gather(
            running.post(f"{where}/approval", {}, COACH), running.post(f"{where}/refusal", {"reason": "No"}, LEAD)
        )
        assert sorted(each.status_code for each in answers) == [202, 409]
        (grant,) = await in_case(running, talk)
        assert grant.status in ("made", "refused")


class TestThePeriod:
    async def test_above_what_is_left_of_the_period_it_needs_approval(self, running: Stage) -> None:
        """M1, per period: 750.00 EUR in 30 days for an agent, over all cases."""
        await spend(running, "740")
        talk = await owned_by(running)
        accepted = await grants(running, talk, amount="10.01")
        (grant,) = await in_case(running, talk)
        assert (grant.status, grant.above, grant.limit) == ("proposed", ("period",), "10.00 EUR")
        assert accepted["approval_id"]
        await grants(running, await owned_by(running), amount="10.00")
        assert (await left(running))["per_period"]["left"] == "0.00"
        running.clock.forward(hours=24 * 30)
        assert (await left(running))["per_period"]["left"] == "750.00"

    async def test_two_cases_at_once_can_not_overspend_together(self, running: Stage) -> None:
        await spend(running, "700")
        talks = [await owned_by(running) for _ in range(6)]
        await asyncio.gather(*(grants(running, talk, amount="40") for talk in talks))
        found = [each for talk in talks for each in await in_case(running, talk)]
        assert [each.status for each in found].count("made") == 1
        assert {each.above for each in found if each.status == "proposed"} == {("period",)}
        assert (await left(running))["per_period"]["left"] == "10.00"

    async def test_what_the_case_refuses_gives_its_room_back(
        self, running: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        talk = await owned_by(running)
        monkeypatch.setattr(commands, "propose_grant", _refuses)
        assert (await running.post(f"/cases/{talk.case_id()}/grants", REFUND, OTHER)).status_code == 409
        assert (await left(running))["per_period"]["left"] == "750.00"

    async def test_a_crash_before_the_case_was_asked_is_healed(
        self, running: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The reservation is there, the grant is not: after a while its room is free again."""
        talk = await owned_by(running)
        with monkeypatch.context() as broken:
            broken.setattr(commands, "propose_grant", _dies)
            assert (await running.post(f"/cases/{talk.case_id()}/grants", REFUND, OTHER)).status_code == 503
        assert (await left(running))["per_period"]["left"] == "700.00"
        running.clock.forward(STALE.total_seconds())
        assert (await left(running))["per_period"]["left"] == "750.00"
        await spend(running, "750")
        stored = await running.service.database.get(ALLOWANCES, allowance_id(OTHER, "moccarel"))
        assert stored
        assert stored.state
        assert len(stored.state.grants) == 15
        assert all(each.settled for each in stored.state.grants.values())

    async def test_a_crash_after_the_case_has_granted_is_healed_too(
        self, running: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The grant is there and was never settled: it still counts, for the period that it was granted in."""
        talk = await owned_by(running)
        with monkeypatch.context() as broken:
            broken.setattr("services.cases.allowances.Allowances.settle", _never)
            answer = await running.post(f"/cases/{talk.case_id()}/grants", REFUND, OTHER, "k")
            assert answer.status_code == 503
        running.clock.forward(STALE.total_seconds())
        assert (await left(running))["per_period"]["left"] == "700.00"
        again = await grants(running, talk, key="k")
        assert [each.id for each in await in_case(running, talk)] == [again["grant_id"]]
        assert (await left(running))["per_period"]["left"] == "700.00"
        running.clock.forward(hours=24 * 30 - 1)
        assert (await left(running))["per_period"]["left"] == "700.00"
        running.clock.forward(hours=1)
        assert (await left(running))["per_period"]["left"] == "750.00"


def _refuses(*_: object) -> list[Any]:
    from services.cases.domain.refusals import CaseIsResolved

    raise CaseIsResolved("meanwhile")


def _dies(*_: object) -> list[Any]:
    raise Unavailable("the process died here")


async def _never(*_: object) -> None:
    raise Unavailable("the process died here")


class TestPartnerTeams:
    async def test_a_partner_team_holds_a_mandate_for_its_own_brands_and_sees_no_other(self, running: Stage) -> None:
        """M7: another legal entity, with a mandate, sees and acts on its own brands only."""
        known = running.service.api.state.commands.organisation.person(OTHER).model_dump()
        partner = RosterPerson.model_validate(known | {"id": "pat.ner", "brands": ("pluvane",), "mandate": "agent"})
        await running.hear(PersonRecorded(person_id=partner.id, person=partner))
        own = running.talk()
        await running.hear(own.message(brand="pluvane", channel="web-pluvane"), own.assigned(partner.id))
        accepted = await grants(running, own, partner.id, amount="40.00")
        assert accepted["approval_id"] is None
        above = await grants(running, own, partner.id, amount="40.01")
        approval = f"/cases/{own.case_id()}/approvals/{above['approval_id']}/approval"
        await running.accepted(approval, {}, COACH)
        answer = await running.client.get(
            f"/people/{partner.id}/mandate", params={"brand": "pluvane"}, headers={"Acting-Person": partner.id}
        )
        assert answer.json()["per_period"]["left"] == "560.00"

        other = await owned_by(running, partner.id)
        assert problem(await running.post(f"/cases/{other.case_id()}/grants", REFUND, partner.id))[0] == 404
        headers = {"Acting-Person": partner.id}
        for path in ("/parity", "/promises", f"/grants?person={partner.id}", f"/people/{partner.id}/mandate"):
            there = await running.client.get(path, params={"brand": "moccarel"}, headers=headers)
            assert problem(there)[:2] in ((422, "unknown-brand"), (403, "not-allowed"))


class TestWhatIsLeft:
    async def test_per_kind_case_and_period(self, running: Stage) -> None:
        """M1: what they may still grant now."""
        talk = await owned_by(running)
        await grants(running, talk, amount="30.50")
        found = await left(running, case_id=talk.case_id())
        assert {each["kind"]: (each["at_once"], each["now"]) for each in found["kinds"]} == {
            "refund": ("50.00", "44.50"),
            "voucher": ("25.00", "25.00"),
            "gesture": ("15.00", "15.00"),
        }
        assert (found["level"], found["per_case"]["limit"], found["per_case"]["left"]) == ("agent", "75.00", "44.50")
        assert (found["per_period"]["limit"], found["per_period"]["left"]) == ("750.00", "719.50")

    async def test_ones_own_or_as_a_coach_or_lead_of_the_brand(self, running: Stage) -> None:
        async def asks(actor: str, person: str, brand: str = "moccarel") -> Any:
            headers = {"Acting-Person": actor}
            return await running.client.get(f"/people/{person}/mandate", params={"brand": brand}, headers=headers)

        assert problem(await asks(OWNER, OTHER))[:2] == (403, "not-allowed")
        assert (await asks(COACH, OTHER)).json()["level"] == "agent"
        assert (await asks(LEAD, SPECIALIST)).json()["kinds"] == []
        assert problem(await asks(LEAD, "nobody"))[:2] == (404, "person-not-found")
        assert problem(await asks(LEAD, PARTNER))[:2] == (404, "person-not-found")
        assert problem(await asks(PARTNER, PARTNER))[:2] == (422, "unknown-brand")

    async def test_the_parity_report_lists_deviations_of_the_brands_that_one_serves(self, running: Stage) -> None:
        """M2; the example organisation promises the same on every channel."""
        answer = await running.client.get("/parity", params={"brand": "moccarel"}, headers={"Acting-Person": OWNER})
        assert answer.json() == {"deviations": []}
        answer = await running.client.get("/parity", params={"brand": "moccarel"}, headers={"Acting-Person": PARTNER})
        assert problem(answer)[:2] == (422, "unknown-brand")


class TestTheList:
    @pytest.fixture
    async def listening(self, backends: Backends) -> AsyncIterator[Stage]:
        async with stage(backends, listen=True) as found:
            yield found

    async def test_every_grant_is_listed_with_totals_per_kind_and_currency(
        self, listening: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for amount, kind in (
            ("50", "refund"),
            ("10.10", "refund"),
            ("0.20", "gesture"),
            ("20", "voucher"),
            ("90", "refund"),
        ):
            talk = await owned_by(listening)
            await grants(listening, talk, amount=amount, kind=kind)
            listening.clock.forward(minutes=1)

        async def asks(actor: str, **query: str) -> Any:
            return await listening.client.get("/grants", params=query, headers={"Acting-Person": actor})

        async def all_there() -> bool:
            waiting = (await asks(OTHER, person=OTHER, status="proposed")).json()["items"]
            return len((await asks(OTHER, person=OTHER)).json()["items"]) == 4 and len(waiting) == 1

        await eventually(all_there, "the grants were not listed")
        first = (await asks(LEAD, brand="moccarel", limit="3")).json()
        assert [each["amount"] for each in first["items"]] == ["20.00", "0.20", "10.10"]
        assert first["totals"] == [
            {"kind": "gesture", "currency": "EUR", "count": 1, "amount": "0.20"},
            {"kind": "refund", "currency": "EUR", "count": 2, "amount": "60.10"},
            {"kind": "voucher", "currency": "EUR", "count": 1, "amount": "20.00"},
        ]
        assert first["count"] == 4
        rest = (await listening.client.get(first["next"], headers={"Acting-Person": LEAD})).json()
        assert ([each["amount"] for each in rest["items"]], rest["next"], rest["totals"]) == (["50.00"], None, None)
        begin, end = TUESDAY.isoformat(), TUESDAY.replace(minute=31).isoformat()
        assert [each["amount"] for each in (await asks(LEAD, **{"from": begin, "to": end})).json()["items"]] == [
            "50.00"
        ]
        monkeypatch.setattr(grant_list, "MOST_SUMMED", 3)
        many, few = (await asks(LEAD)).json(), (await asks(OTHER, person=OTHER, **{"from": begin, "to": end})).json()
        assert (many["count"], many["totals"], len(many["items"])) == (4, None, 4)
        assert (few["count"], [each["amount"] for each in few["totals"]]) == (1, ["50.00"])

    async def test_agents_see_their_own_and_leads_those_of_their_brands(self, running: Stage) -> None:
        """M7."""

        async def asks(actor: str, **query: str) -> Any:
            return await running.client.get("/grants", params=query, headers={"Acting-Person": actor})

        assert problem(await asks(OWNER))[:2] == (403, "not-allowed")
        assert problem(await asks(OWNER, person=OTHER))[:2] == (403, "not-allowed")
        assert (await asks(OWNER, person=OWNER)).json()["totals"] == []
        assert problem(await asks(PARTNER, person=PARTNER, brand="moccarel"))[:2] == (422, "unknown-brand")
        old = {"from": "2026-01-01T00:00:00Z", "to": "2026-12-01T00:00:00Z"}
        assert problem(await asks(LEAD, **old))[:2] == (422, "not-a-period")
        for ahead in ({"from": "9999-12-31T23:59:59Z"}, {"to": "0001-01-01T00:00:00Z"}):
            assert (await asks(LEAD, **ahead)).json()["items"] == []
        backwards = {"from": "2026-02-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}
        assert problem(await asks(LEAD, **backwards))[:2] == (422, "not-a-period")
