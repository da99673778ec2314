"""Before an owner asks: who would be asked, why, and when they would answer; and nothing is decided by that (O2)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.chassis.testing import ManualClock
from tests.conftest import Backends
from tests.integration.routing.stage import TUESDAY, organisation, person, stage
from tests.integration.routing.test_learning import TWO, accepted, answered, offered, records

LATE = {"mon-sun": ["18:00-24:00"]}


async def test_the_best_are_named_with_their_reasons_and_when_they_usually_answer(
    backends: Backends, tmp_path: Path
) -> None:
    clock = ManualClock(TUESDAY)
    people = [*TWO, person("cas", role="specialist", country="GB", languages={"en": "C2"}, hours=LATE)]
    async with stage(backends, organisation(tmp_path, *people), clock) as routing:

        async def seen(**wanted: str) -> dict[str, Any]:
            answer = await routing.client.get("/prospects", params={"brand": "homely", "language": "en", **wanted})
            assert answer.status_code == 200, answer.text
            return dict(answer.json())

        first = await seen(skill="coffee")
        assert {each["person"] for each in first["best"]} == {"ana", "bo"}
        assert {each["expected_at"] for each in first["best"]} == {None}, "of nobody it is known yet"
        assert first["excluded"]["skill"] == 1
        assert await seen(skill="coffee") == first, "to look changes nothing"
        await routing.service._handle(records(offered("one", "ana"), accepted("one", "ana"), answered("one", "ana")))
        [ana] = [each for each in (await seen(skill="coffee"))["best"] if each["person"] == "ana"]
        assert ana["usual_minutes"] == pytest.approx(20, rel=0.01)
        assert ana["expected_at"] == (TUESDAY + timedelta(minutes=20)).isoformat().replace("+00:00", "Z")
        nobody = await seen(skill="tea")
        assert (nobody["best"], nobody["next_possible_at"]) == ([], None)
        assert (await routing.client.get("/prospects", params={"brand": "nobodys"})).status_code == 404
        routing.in_charge(False)
        assert (await routing.client.get("/prospects", params={"brand": "homely"})).status_code == 503
