"""Insights and improvements on a real broker and store, over HTTP (F7)."""

from datetime import timedelta
from typing import Any

from schemas.events.case import CaseMerged
from schemas.events.consult import ConsultAnswered
from schemas.topics import BY_NAME
from services.chassis import kafka
from services.chassis.service import Service
from tests.conftest import Backends
from tests.integration.followup.departments import AGENT, COACH, LEAD, asking, case, feed, followup, key
from tests.integration.followup.test_followup import START, HandClock, named

IMPROVEMENT: dict[str, Any] = {
    "brand": "moccarel",
    "title": "The lid goes back one way only",
    "cause": {"topic": "coffee-machine"},
    "owner": AGENT,
}


async def a_month(service: Service) -> None:
    """Four leaks and two late parcels in the last four weeks; before that, one leak."""
    events = case("old", START - timedelta(days=40), "coffee-machine")
    for number in range(4):
        sentiment = "negative" if number else "neutral"
        events += case(f"leak-{number}", START - timedelta(days=number), "coffee-machine", sentiment=sentiment)
    for number in range(2):
        events += case(f"late-{number}", START - timedelta(days=number), "delivery")
    answer = ConsultAnswered(
        **named("leak-0"), consult_id="k", specialist="harry.carter", country="GB", answer="Turn the lid."
    )
    await feed(service, [*events, answer])


async def test_causes_are_counted_with_their_cost_trend_and_examples(backends: Backends) -> None:
    async with followup(backends, HandClock()) as service, asking(service, LEAD) as lead:
        await a_month(service)
        told = (await lead.get("/insights", params={"brand": "moccarel"})).json()
        leaks, late = told["causes"]
        assert (leaks["topic"], leaks["cases"], leaks["before"], leaks["share"]) == ("coffee-machine", 4, 1, 0.6667)
        assert leaks["trend"]["value"] == 4.0
        assert leaks["trend"]["verdict"] == "no-difference-shown"
        assert leaks["minutes"] == 4 * 6 + 12
        assert leaks["negative"] == 0.75
        assert leaks["per_day"][-4:] == [1, 1, 1, 1]
        assert set(leaks["examples"]) == {f"leak-{number}" for number in range(4)}
        assert (late["topic"], late["cases"], late["trend"]) == ("delivery", 2, None)
        day = START.date().isoformat()
        told = (await lead.get("/insights", params={"brand": "moccarel", "first": day, "last": day})).json()
        assert [(each["topic"], each["cases"]) for each in told["causes"]] == [("coffee-machine", 1), ("delivery", 1)]


async def test_a_case_that_goes_on_in_another_counts_once(backends: Backends) -> None:
    async with followup(backends, HandClock()) as service, asking(service, LEAD) as lead:
        await a_month(service)
        merged = CaseMerged(
            **named("leak-0"), into="leak-1", into_conversation="c", by="kees", reason="same", merged_at=START
        )
        await feed(service, [merged])
        told = (await lead.get("/insights", params={"brand": "moccarel"})).json()
        assert told["causes"][0]["cases"] == 3


async def test_insights_are_for_coaches_and_leads_of_the_brand(backends: Backends) -> None:
    async with followup(backends, HandClock()) as service:
        async with asking(service, AGENT) as agent:
            assert (await agent.get("/insights")).status_code == 403
            assert (await agent.get("/improvements")).status_code == 403
        async with asking(service, COACH) as coach:
            assert (await coach.get("/insights")).status_code == 200
            assert (await coach.get("/insights", params={"brand": "no-such"})).status_code == 404
            backwards = {"first": "2026-03-02", "last": "2026-03-01"}
            refused = await coach.get("/insights", params=backwards)
            assert refused.status_code == 422
            assert "lies before" in refused.json()["detail"]


async def test_an_improvement_goes_from_proposed_to_done_and_tells_it(backends: Backends) -> None:
    clock = HandClock()
    async with followup(backends, clock) as service, asking(service, LEAD) as lead, asking(service, AGENT) as owner:
        first = await lead.post("/improvements", json=IMPROVEMENT, headers=key("one"))
        again = await lead.post("/improvements", json=IMPROVEMENT, headers=key("one"))
        assert (first.status_code, first.json()) == (201, again.json())
        place = f"/improvements/{first.json()['id']}"
        early = {"changed": "A picture in the app", "effective_on": START.date().isoformat()}
        refused = await owner.post(f"{place}/done", json=early, headers=key("early"))
        assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (409, "wrong-status")
        assert (await owner.post(f"{place}/agree", headers=key("mine"))).status_code == 403
        assert (
            await owner.post(f"{place}/edit", json={"plan": "Ask the factory"}, headers=key("plan"))
        ).status_code == 200
        assert (await lead.post(f"{place}/agree", headers=key("yes"))).json()["status"] == "agreed"
        tomorrow = early | {"effective_on": (START.date() + timedelta(days=1)).isoformat()}
        assert (await owner.post(f"{place}/done", json=tomorrow, headers=key("soon"))).status_code == 422
        done = await owner.post(f"{place}/done", json=early, headers=key("done"))
        assert done.json()["status"] == "done"
        shown = (await owner.get(place)).json()
        assert shown["effect"]["short"] == "too-few-days"
        dropped = await lead.post(f"{place}/drop", json={"reason": "It confused people"}, headers=key("drop"))
        assert dropped.json()["status"] == "dropped"
        assert (await lead.post(f"{place}/agree", headers=key("anew"))).status_code == 409
        await service.outbox.stop(5)
        said = [each.envelope() async for each in kafka.read(service.config.cluster, ["improvements.events"])]
        types = [each.type.split(".")[1] for each in sorted(said, key=lambda each: each.sequence or 0)]
        assert types == ["proposed", "edited", "agreed", "done", "dropped"]
        assert {each.key for each in said} == {first.json()["id"]}
        assert BY_NAME["improvements.events"].retention_ms == 365 * 86_400_000


async def test_what_can_not_be_an_improvement_is_refused_with_the_reason(backends: Backends) -> None:
    async with followup(backends, HandClock()) as service, asking(service, LEAD) as lead:
        for number, (change, words) in enumerate(
            (
                ({"cause": {"topic": "no-such"}}, "no topic"),
                ({"owner": "nobody"}, "no person"),
                ({"title": "  "}, "title is empty"),
                ({"brand": "no-such"}, "no brand"),
            )
        ):
            answer = await lead.post("/improvements", json=IMPROVEMENT | change, headers=key(str(number)))
            assert answer.status_code in (404, 422)
            assert words in answer.json()["detail"]
        assert (await lead.get("/improvements")).json()["items"] == []


async def test_the_effect_is_measured_against_the_brands_other_cases(backends: Backends) -> None:
    clock = HandClock()
    async with followup(backends, clock) as service, asking(service, LEAD) as lead:
        begin = START + timedelta(days=21)
        events = []
        for day in range(42):
            at = START + timedelta(days=day)
            # The brand grows by half when the change takes effect, and leaks become a third of what they were.
            counts = {"coffee-machine": 6, "delivery": 4} if at < begin else {"coffee-machine": 2, "delivery": 6}
            for topic, count in counts.items():
                for number in range(count):
                    events += case(f"{topic}-{day}-{number}", at, topic)[:2]
        await feed(service, events)
        clock.moment = begin
        made = (await lead.post("/improvements", json=IMPROVEMENT, headers=key("one"))).json()
        place = f"/improvements/{made['id']}"
        await lead.post(f"{place}/agree", headers=key("yes"))
        body = {"changed": "A picture in the app", "effective_on": begin.date().isoformat()}
        await lead.post(f"{place}/done", json=body, headers=key("done"))
        clock.moment = START + timedelta(days=42)
        effect = (await lead.get(place)).json()["effect"]
        assert (effect["cases_before"], effect["cases_after"]) == (126, 42)
        assert (effect["others_before"], effect["others_after"]) == (84, 126)
        assert effect["ratio"]["value"] == round((42 / 126) / (126 / 84), 4)
        assert effect["ratio"]["verdict"] == "less"
        assert effect["saved_cases"] == 126 / 84 * 126 - 42
