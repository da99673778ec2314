"""Who works in the whole machine, for which brand, under which policy. Several have other stages later on."""

from dataclasses import replace
from typing import Any

from schemas.organisation import Brand, NotInOrganisation, Person
from services.cases.domain.terms import Terms
from tests.unit.cases import life

LIMIT = 60
"""Characters of a message; the web channel takes longer texts as several."""
TEMPLATES = ("Good question, more by {by}.", "I am finding out; more by {by}.")
PEOPLE: dict[str, dict[str, Any]] = {
    "mira": {"mandate": "agent"},
    "jonas": {"mandate": "agent", "languages": {"en": "C1", "nl": "C1"}},
    "nina": {"stage": "supervised", "mandate": "agent"},
    "sam": {"stage": "shadow"},
    "coen": {"role": "coach", "mandate": "coach"},
    "kim": {"stage": "coach", "mandate": "agent"},
    "lena": {"role": "lead"},
    "eve": {"role": "lead", "brands": ("lumo",)},
    "diego": {"role": "specialist", "skills": {"coffee": 4}, "country": "AR"},
    "mei": {"role": "specialist", "skills": {"coffee": 3}, "languages": {"en": "C1", "nl": "B2"}},
    "aisha": {"role": "specialist", "skills": {"coffee": 3}, "capacity": 1},
    "damien": {"role": "specialist", "skills": {"coffee": 3}, "brands": ("lumo",)},
}
AGREE = ("mira", "nina", "sam")
"""Who lets prepared holding replies leave by themselves; some of them write nothing that others do not see first."""
OFFICE = ("mira", "jonas", "nina")
"""Who goes home in the evening, where people do."""
MANDATES: dict[str, Any] = {
    "mandates": {
        "agent": {"refund": "50 EUR", "voucher": "20 EUR"},
        "coach": {"refund": "500 EUR", "voucher": "100 EUR"},
    },
    "mandate_limits": {"agent": {"per_case": "75 EUR", "per_period": "60 EUR", "period_days": 2}},
}


def persons(capacity: int, *, at_night: bool) -> dict[str, Person]:
    """Everybody at the beginning; owners have room for so many cases. Not `at_night`: some go home."""
    found = {}
    for id_, facts in PEOPLE.items():
        usual = life.person(id_).model_dump() | {"capacity": capacity}
        if id_ in OFFICE and not at_night:
            usual |= {"hours": {"mon-fri": "09:00-17:30"}}
        found[id_] = Person.model_validate(usual | facts)
    return found


def brand(**policy: Any) -> Brand:
    """The one whose cases there are."""
    usual = {"holding_replies": {"en": TEMPLATES}, "approval_minutes": 20, **MANDATES}
    return Brand.model_validate(life.BRAND.model_dump() | {"policy": usual | policy})


class Staff:
    """People as they are now, and the terms that go by them."""

    def __init__(self, capacity: int, **policy: Any) -> None:
        self.people = persons(capacity, at_night=not policy.get("cover_automatically"))
        self.brand = brand(**policy)

    def __getitem__(self, id_: str) -> Person:
        if id_ not in self.people:
            raise NotInOrganisation("person", id_, self.people)
        return self.people[id_]

    def grows(self, id_: str, stage: Any) -> None:
        """Somebody is at another stage from now on (P1)."""
        self.people[id_] = self.people[id_].model_copy(update={"stage": stage})

    def terms_of(self, brand_id: str) -> Terms:
        """Raises NotInOrganisation."""
        if brand_id != self.brand.id:
            raise NotInOrganisation("brand", brand_id, [self.brand.id])
        return replace(
            life.TERMS,
            brand=self.brand,
            person=self.__getitem__,
            agreed=lambda id_: life.START if id_ in AGREE else None,
            max_length=lambda _: LIMIT,
            threads=lambda channel: channel == "web",
        )
