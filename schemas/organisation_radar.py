"""When a rise in what customers write is worth an incident, as a brand's policy says it (F8)."""

from pydantic import Field

from schemas.organisation_hours import Frozen


class RadarRules(Frozen):
    """How readily the radar speaks for this brand."""

    false_alarms_per_week: float = Field(default=0.5, gt=0, le=50)
    """How many incidents a week may be raised by chance, with everything tested counted in. More: sooner, and more in vain."""
    least_messages: int = Field(default=6, ge=2, le=10_000)
    """A rise of fewer messages than this is no incident, however unlikely it is."""
