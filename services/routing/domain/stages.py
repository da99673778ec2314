"""How people grow into the work: from shadow to coach, on the word of a coach or a lead (P1)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from schemas.events.staff import PersonGraduated
from schemas.organisation import Brand, Person, Stage


class GraduationRefused(Exception):
    """It can not be; nothing has changed. `kind` is stable, the text is for the person who asked."""

    def __init__(self, status: int, kind: str, text: str) -> None:
        super().__init__(text)
        self.status, self.kind = status, kind


def coaches(person: Person) -> bool:
    """Whether the person helps others to grow: by role, or by having grown that far."""
    return person.role in ("coach", "lead") or person.stage == "coach"


def graduation(person: Person, stage: Stage, by: Person, reason: str, now: datetime) -> PersonGraduated:
    """That the person goes on alone further than before, or less far. Raises GraduationRefused."""
    if by.id == person.id:
        raise GraduationRefused(403, "own-graduation", "nobody graduates themselves; ask a coach or a lead")
    if not coaches(by):
        raise GraduationRefused(403, "not-allowed", f"this needs a coach or a lead; {by.id} has the role {by.role}")
    if not set(by.brands) & set(person.brands):
        raise GraduationRefused(403, "not-allowed", f"{by.id} serves none of the brands of {person.id}")
    if person.role == "specialist":
        raise GraduationRefused(422, "no-stage", f"{person.id} is a specialist, who answers colleagues only (O2)")
    if person.stage == stage:
        raise GraduationRefused(409, "same-stage", f"{person.id} has the stage {stage} already")
    return PersonGraduated(
        person_id=person.id,
        stage=stage,
        previous_stage=person.stage,
        by=by.id,
        reason=reason,
        graduated_at=now,
    )


def usual_days(person: Person, brands: Iterable[Brand]) -> int:
    """How long a stage usually lasts, in days: the longest of the person's brands."""
    return max(brand.policy.graduation_days for brand in brands if brand.id in person.brands)


def usual_until(since: datetime, days: int) -> datetime:
    """When the usual period of a stage has passed. It informs; somebody may need more time, or less."""
    return since + timedelta(days=days)
