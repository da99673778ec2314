"""Cover wanted, found, and over, in the running service (rule 1)."""

from pathlib import Path

from schemas.events.routing import CoverFound, CoverRequested, RequestUnserved
from tests.conftest import Backends
from tests.integration.routing.stage import TEAM, TUESDAY, organisation, owner_wanted, person, released, stage


def cover_wanted(name: str) -> CoverRequested:
    facts = owner_wanted(name).model_dump() | {"owner": "mira", "excluded": ("mira",), "until": TUESDAY}
    return CoverRequested.model_validate(facts)


async def test_who_is_found_has_the_work_until_it_is_over_and_a_restart_knows_it(
    backends: Backends, tmp_path: Path
) -> None:
    folder = organisation(tmp_path, *TEAM, person("ines", capacity=1))
    async with stage(backends, folder) as running:
        await running.hear(cover_wanted("cover"))
        assert await running.holders() == {"cover": "ines"}
        found = [each.data for each in await running.have_said("routing.decisions", 1)]
        assert [(type(each), each.person) for each in found if isinstance(each, CoverFound)] == [(CoverFound, "ines")]
    async with stage(backends, folder) as running:
        await running.hear(cover_wanted("other"))
        assert await running.holders() == {"cover": "ines"}, "Ines is full, and everybody else away or the owner"
        told = [each.data for each in await running.have_said("routing.decisions", 2)]
        assert [each.request_id for each in told if isinstance(each, RequestUnserved)] == ["other"]
        await running.hear(released("cover", "ines"), released("cover", "ines"))
        await running.duty.serve_waiting()
        assert await running.holders() == {"other": "ines"}


async def test_a_search_that_is_called_off_finds_nobody(backends: Backends, tmp_path: Path) -> None:
    async with stage(backends, organisation(tmp_path, *TEAM, person("ines", capacity=1))) as running:
        await running.hear(cover_wanted("cover"), released("cover", "nobody"))
        await running.duty.serve_waiting()
        assert await running.holders() == {}
