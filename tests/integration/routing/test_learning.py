"""Routing learns from what the cases tell how specialists answer, and asks who answers (P4)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.base import Event
from schemas.events.consult import (
    ConsultAccepted,
    ConsultAnswered,
    ConsultDeclined,
    ConsultOffered,
    ConsultOfferEnded,
    ConsultOfferExpired,
)
from schemas.events.routing import SpecialistOffered
from services.chassis.kafka import Record
from services.chassis.testing import ManualClock, envelope, record
from tests.conftest import Backends, eventually
from tests.integration.routing.stage import TUESDAY, Stage, organisation, person, specialist_wanted, stage

TWO = [
    person("mira"),
    person("ana", role="specialist", capacity=5, country="GB", languages={"en": "C2"}, skills={"coffee": 3}),
    person("bo", role="specialist", capacity=5, country="GB", languages={"en": "C2"}, skills={"coffee": 3}),
]


def facts(consult: str, who: str) -> dict[str, Any]:
    place = {"case_id": "case", "conversation": "conversation", "brand": "homely"}
    return place | {"consult_id": consult, "specialist": who}


def offered(consult: str, who: str) -> Event:
    return ConsultOffered(**facts(consult, who), country="GB", request_id=f"{consult}-1")


def accepted(consult: str, who: str) -> Event:
    return ConsultAccepted(**facts(consult, who), request_id=f"{consult}-1")


def answered(consult: str, who: str) -> Event:
    return ConsultAnswered(**facts(consult, who), country="GB", answer="Descale it.")


def declined(consult: str, who: str) -> Event:
    return ConsultDeclined(**facts(consult, who), request_id=f"{consult}-1", reason="not mine")


def expired(consult: str, who: str) -> Event:
    return ConsultOfferExpired(**facts(consult, who), request_id=f"{consult}-1")


def ended(consult: str, who: str) -> Event:
    return ConsultOfferEnded(**facts(consult, who), request_id=f"{consult}-1")


def records(*events: Event) -> list[Record]:
    """As Kafka has them: ten minutes lie between two."""
    return [
        record(envelope(event, id=f"{event.type}-{number}", time=TUESDAY + timedelta(minutes=10 * number)))
        for number, event in enumerate(events)
    ]


async def answering(running: Stage, who: str) -> Any:
    return (await running.client.get(f"/people/{who}")).json()["answering"]


async def test_every_end_of_an_offer_counts_once_and_however_often_it_is_delivered(
    backends: Backends, tmp_path: Path
) -> None:
    story = records(
        *(offered("c1", "ana"), accepted("c1", "ana"), answered("c1", "ana")),
        *(offered("c2", "ana"), declined("c2", "ana")),
        *(offered("c3", "ana"), expired("c3", "ana"), answered("c3", "ana")),
        *(offered("c4", "ana"), ended("c4", "ana")),
        *(offered("c5", "ana"), answered("c5", "ana")),
    )
    async with stage(backends, organisation(tmp_path, *TWO)) as running:
        for _ in range(2):
            await running.service._handle(story)
        for each in story:
            await running.service._handle([each])
        found = await answering(running, "ana")
        assert (found["answered"], found["declined"], found["expired"]) == pytest.approx((2, 1, 1), rel=0.01)
        assert found["usual_minutes"] == pytest.approx(10, rel=0.01)
        assert found["share"] == pytest.approx((2 + 4) / (4 + 5), rel=0.01)
        assert await answering(running, "bo") is None


@pytest.mark.parametrize("silent", ["ana", "bo"])
async def test_who_lets_offers_lie_is_asked_after_who_answers(backends: Backends, tmp_path: Path, silent: str) -> None:
    other = "bo" if silent == "ana" else "ana"
    story = [event for number in range(8) for event in (offered(f"c{number}", silent), expired(f"c{number}", silent))]
    async with stage(backends, organisation(tmp_path, *TWO)) as running:
        await running.batch(*story)
        await running.service.api.state.staff.refresh_answering()
        await running.batch(specialist_wanted("x"))
        assert await running.holders() == {"x": other}
        (told,) = await running.have_said("routing.decisions", 1)
        assert isinstance(told.data, SpecialistOffered)
        chosen, loser = told.data.explanation.candidates
        assert (chosen.person, loser.person) == (other, silent)
        assert loser.terms["answers"] > 0
        assert "answers" not in chosen.terms
    async with stage(backends, organisation(tmp_path, *TWO)) as running:  # known after a restart too
        await running.batch(specialist_wanted("y"))
        assert (await running.holders())["y"] == other


async def test_what_is_heard_by_one_instance_is_known_to_the_one_that_decides(
    backends: Backends, tmp_path: Path
) -> None:
    folder, clock = organisation(tmp_path, *TWO), ManualClock(TUESDAY)
    async with stage(backends, folder, clock) as one, stage(backends, folder, clock) as other:
        other.in_charge(False)
        await other.batch(*(event for n in range(8) for event in (offered(f"c{n}", "ana"), declined(f"c{n}", "ana"))))
        await one.service.api.state.staff.refresh_answering()
        await one.batch(*(specialist_wanted(name) for name in "xy"))
        assert set((await one.holders()).values()) == {"bo"}


async def test_from_kafka(backends: Backends, tmp_path: Path) -> None:
    async with stage(backends, organisation(tmp_path, *TWO), listen=True) as running:
        await running.publish(offered("c1", "ana"), answered("c1", "ana"))

        async def known() -> bool:
            found = await answering(running, "ana")
            return bool(found and found["answered"])

        await eventually(known, "routing does not hear the cases")
