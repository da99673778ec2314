"""What happens to the people of the team (P1)."""

from typing import ClassVar

from schemas.base import Event, Identifier, UtcDatetime
from schemas.organisation import Stage


class PersonGraduated(Event):
    """A coach or lead lets a person go on alone further than before, or less far (P1); `person.recorded` follows."""

    type: ClassVar[str] = "person.graduated.v1"
    person_id: Identifier
    stage: Stage
    previous_stage: Stage
    by: Identifier
    reason: str
    graduated_at: UtcDatetime
