"""Who somebody is: which brands they serve (M7), and what they are to a case (rule 2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.organisation import Organisation, Person
from services.cases.api.asking import INTEGRATION, Actor, Relation
from services.cases.domain import Case, Consult
from services.cases.domain.refusals import NotAllowed
from services.chassis.errors import Problem


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody who acts, as they are now."""

    id: str
    brands: frozenset[str]
    person: Person | None
    """None for an integration."""
    known: Mapping[str, Person]
    """People who differ from the organisation's files."""

    @classmethod
    def of(cls, id_: str, organisation: Organisation, known: Mapping[str, Person]) -> "Standing":
        """Raises Problem 403 for nobody we know, and for an operator."""
        if id_.startswith(INTEGRATION):
            integration = organisation.by_id["integrations"].get(id_.removeprefix(INTEGRATION))
            if integration is None:
                raise Problem(403, "unknown-person", f"the organisation declares no {id_!r}")
            return cls(id_, frozenset(integration.brands), None, known)
        person = known.get(id_) or organisation.by_id["people"].get(id_)
        if person is None:
            raise Problem(403, "unknown-person", f"the organisation has no person {id_!r}")
        if person.role == "operator":
            raise Problem(
                403, "not-allowed", "an operator keeps the system running; cases are for those who answer them"
            )
        return cls(id_, frozenset(person.brands), person, known)

    def brand_query(self, brand: str) -> Any:
        """What a list asks of the field `brand`: the one that is named, or all that they serve. Raises Problem 422 (M7)."""
        if brand and brand not in self.brands:
            raise Problem(422, "unknown-brand", f"there is no brand {brand!r} among those that you serve")
        return brand or {"$in": sorted(self.brands)}

    @property
    def is_superior(self) -> bool:
        """Whether they are a coach or a lead."""
        return self.person is not None and self.person.role in ("coach", "lead")

    def relations(self, case: Case, now: datetime) -> frozenset[Relation]:
        """What they are to the case."""
        if self.person is None:
            return frozenset({"integration"})
        asked = {name for each in case.consults.values() for name in (each.specialist, *_offered(each))}
        facts: dict[Relation, bool] = {
            "colleague": True,
            "owner": self.id == case.owner,
            "cover": self.id == case.cover_at(now),
            "specialist": self.id in asked,
            "receiver": case.pending_handover is not None and self.id == case.pending_handover.to,
            "coach": self.person.role == "coach" or self.person.stage == "coach",
            "lead": self.person.role == "lead",
        }
        return frozenset(name for name, holds in facts.items() if holds)


def _offered(consult: Consult) -> list[str]:
    return [offer.specialist for offer in consult.offers.values()]


def require_declared(actor: Actor, standing: Standing, case: Case, now: datetime) -> None:
    """A second lock behind the domain's rules: what the route declares. Raises NotAllowed."""
    if not actor.may & standing.relations(case, now):
        raise NotAllowed(f"this is for: {', '.join(sorted(actor.may)) or 'nobody'}")
