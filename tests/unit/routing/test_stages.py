"""P1: graduation is recorded, by a coach or a lead, with the usual period as a piece of information."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.events.staff import PersonGraduated
from schemas.organisation import Brand, Person, Policy
from services.routing.domain.stages import GraduationRefused, graduation, usual_days, usual_until
from services.routing.store import PersonState

NOW = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)


def person(id_: str, **changes: Any) -> Person:
    facts = {
        "id": id_,
        "name": id_.title(),
        "initials": id_[:1].upper(),
        "role": "agent",
        "stage": "supervised",
        "email": f"{id_}@homely.example",
        "country": "NL",
        "time_zone": "Europe/Amsterdam",
        "languages": {"en": "C1"},
        "brands": ["homely"],
        "hours": "24/7",
    }
    return Person.model_validate(facts | changes)


MIRA, COACH = person("mira"), person("joost", role="coach", stage="coach")


def test_a_coach_a_lead_or_an_agent_who_grew_into_a_coach_says_it() -> None:
    for by in (COACH, person("fleur", role="lead"), person("sem", stage="coach")):
        told = graduation(MIRA, "independent", by, "ready", NOW)
        assert (told.stage, told.previous_stage, told.by, told.reason) == ("independent", "supervised", by.id, "ready")


def test_it_goes_back_too() -> None:
    assert graduation(MIRA, "shadow", COACH, "after a long leave", NOW).stage == "shadow"


@pytest.mark.parametrize(
    ("who", "by", "status", "kind"),
    [
        (COACH, COACH, 403, "own-graduation"),
        (MIRA, person("jonas"), 403, "not-allowed"),
        (MIRA, person("pim", role="coach", brands=["elsewhere"]), 403, "not-allowed"),
        (person("diego", role="specialist"), COACH, 422, "no-stage"),
        (person("ines", stage="independent"), COACH, 409, "same-stage"),
    ],
)
def test_is_refused(who: Person, by: Person, status: int, kind: str) -> None:
    with pytest.raises(GraduationRefused) as refused:
        graduation(who, "independent", by, "ready", NOW)
    assert (refused.value.status, refused.value.kind) == (status, kind)


def test_the_usual_period_is_three_weeks_unless_the_brand_says_otherwise() -> None:
    facts = {"name": "Homely", "purpose": "service", "voice": "Kind.", "pool": "care", "calendar": "always"}
    homely = Brand.model_validate({"id": "homely"} | facts)
    other = Brand.model_validate({"id": "other", "policy": Policy(graduation_days=30)} | facts)
    assert usual_days(MIRA, [homely, other]) == 21
    assert usual_days(person("mira", brands=["homely", "other"]), [homely, other]) == 30
    assert usual_until(NOW, 21) == NOW + timedelta(days=21)


class TestFiles:
    """What the organisation's files say after somebody has graduated."""

    told = PersonGraduated(
        person_id="mira",
        stage="independent",
        previous_stage="supervised",
        by="joost",
        reason="ready",
        graduated_at=NOW,
    )
    grown = PersonState(person=person("mira", stage="independent"), from_file=MIRA, graduated=told)

    def test_a_file_that_says_something_else_of_the_person_does_not_undo_it(self) -> None:
        after = self.grown.as_filed(person("mira", capacity=5))
        assert (after.person.stage, after.person.capacity, after.graduated) == ("independent", 5, self.told)
        assert after.from_file.stage == "supervised"

    def test_a_file_that_names_another_stage_does(self) -> None:
        after = self.grown.as_filed(person("mira", stage="shadow"))
        assert (after.person.stage, after.graduated) == ("shadow", None)

    def test_a_file_that_has_caught_up_keeps_since_when(self) -> None:
        after = self.grown.as_filed(person("mira", stage="independent"))
        assert (after.person.stage, after.graduated) == ("independent", self.told)
