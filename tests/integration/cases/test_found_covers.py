"""An owner who is away, as the roster knows them now, gets a cover when the customer writes (rule 1)."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from schemas.base import Event
from schemas.events.case import CaseCoverEnded, CaseCoverNamed, CaseCoverWanted
from schemas.events.roster import PersonRecorded, RosterPerson
from schemas.events.routing import CapacityReleased, CoverFound, CoverRequested, Explanation
from schemas.organisation_file import load
from tests.conftest import Backends, eventually
from tests.integration.cases.stage import ORGANISATION, OTHER, OWNER, TUESDAY, Stage, Talk, stage

BACK = TUESDAY + timedelta(hours=20)


@pytest.fixture
def organisation(tmp_path: Path) -> Path:
    """The example organisation, with covers found automatically."""
    folder = tmp_path / "org"
    shutil.copytree(ORGANISATION, folder)
    brands = folder / "brands.yaml"
    brands.write_text(brands.read_text().replace("    policy:\n", "    policy:\n      cover_automatically: true\n"))
    assert any(brand.policy.cover_automatically for brand in load(folder).brands)
    return folder


async def goes_home(running: Stage) -> None:
    """The roster says that the owner is back tomorrow only, and the service has heard."""
    owner = load(ORGANISATION).person(OWNER)
    shift = {"start": BACK.isoformat(), "end": (BACK + timedelta(hours=8)).isoformat()}
    days = {"first_day": TUESDAY.date(), "last_day": BACK.date()}
    changed = RosterPerson.model_validate(
        owner.model_dump() | {"rostered": [days], "shifts": [shift], "leave": [], "public_holidays": None}
    )
    await running.hear(PersonRecorded(person_id=OWNER, person=changed))


async def written_again(running: Stage, talk: Talk) -> list[CoverRequested]:
    """The customer writes until the service has taken in who is where; what it asks routing then."""
    asked: list[CoverRequested] = []
    number = 1

    async def so() -> bool:
        nonlocal number
        number += 1
        await running.hear(talk.message(number))
        asked[:] = [each.data for each in await running.said(talk) if isinstance(each.data, CoverRequested)]
        return bool(asked)

    await eventually(so, "nobody was asked to cover")
    return asked


def found(talk: Talk, asked: CoverRequested, who: str = OTHER) -> Event:
    names = {"case_id": talk.case_id(), "conversation": talk.conversation, "request_id": asked.request_id}
    return CoverFound(**names, person=who, explanation=Explanation(), decided_at=talk.clock.now())


async def test_a_cover_is_found_acts_and_is_over_when_the_owner_is_back(backends: Backends, organisation: Path) -> None:
    async with stage(backends, listen=True, organisation=organisation) as running:
        talk = await running.owned()
        await goes_home(running)
        (asked,) = await written_again(running, talk)
        assert (asked.owner, asked.excluded, asked.until) == (OWNER, (OWNER,), BACK)
        await running.hear(found(talk, asked), found(talk, asked, "daan.kuipers"))
        await running.accepted(f"/cases/{talk.case_id()}/replies", {"text": "It is on its way"}, person=OTHER)
        (case,) = await running.states(talk)
        assert (case.owner, case.cover_at(running.clock.now())) == (OWNER, OTHER)
        running.clock.forward(hours=20)

        async def over() -> bool:
            (case,) = await running.states(talk)
            return case.cover is None

        await eventually(over, "the cover did not end")
        told = [each.data for each in await running.said(talk)]
        assert [each.ended_at for each in told if isinstance(each, CaseCoverEnded)] == [BACK]
        assert [each.cover for each in told if isinstance(each, CaseCoverNamed)] == [OTHER]
        assert len([each for each in told if isinstance(each, CaseCoverWanted)]) == 1
        released = [each for each in told if isinstance(each, CapacityReleased) and each.request_id == asked.request_id]
        assert [each.person for each in released] == [OTHER]


async def test_an_answer_of_a_specialist_asks_for_a_cover_once_under_one_key(
    backends: Backends, organisation: Path
) -> None:
    async with stage(backends, listen=True, organisation=organisation) as running:
        talk = await running.owned()
        consult = (await running.accepted(f"/cases/{talk.case_id()}/consults", {"question": "Why?"}))["consult_id"]
        await running.hear(talk.offered(consult))
        await goes_home(running)
        path = f"/cases/{talk.case_id()}/consults/{consult}/answer"
        await eventually(lambda: _knows(running), "the service did not hear of the roster")
        for _ in range(2):
            await running.accepted(path, {"answer": "Descale it"}, person="harry.carter", key="answer")
        wanted = [each.data for each in await running.have_said(talk, 8) if isinstance(each.data, CaseCoverWanted)]
        assert [(each.cause, each.subject_id) for each in wanted] == [("consult-answered", consult)]


async def _knows(running: Stage) -> bool:
    """Whether the rules know where the owner is: the terms are those that messages are judged by."""
    person = running.service.api.state.commands._terms_of("moccarel").person(OWNER)
    return bool(person.shifts)
