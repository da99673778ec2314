"""The parameters of routing in one place: look-ahead, patience, and what each shortcoming of a candidate costs."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Rules(BaseModel):
    """What the engine goes by. Times are minutes, costs are points; the candidate with the fewest points is chosen."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    look_ahead_minutes: int = Field(default=15, ge=0)
    """No case for an owner whose shift ends within this time."""
    language_patience_minutes: int = Field(default=45, ge=0)
    """Owners with the language are on shift but full: with less slack than this somebody without it takes the case."""
    overload_minutes: int = Field(default=40, ge=0)
    """Everybody on shift is full: with less slack than this the least loaded takes the case all the same."""
    consult_patience_minutes: int = Field(default=180, ge=0)
    """A specialist with the language who can not be had this long before the deadline gives way to one with English."""
    owner_weight: float = Field(default=1, gt=0)
    """Room that a case takes of its owner's capacity."""
    consult_weight: float = Field(default=1, gt=0)
    """Room that a consult takes of a specialist's capacity."""
    approval_weight: float = Field(default=0.25, gt=0)
    """Room that an approval takes of a coach's or lead's capacity: minutes, where a case takes hours."""

    load_points: int = Field(default=1000, ge=0)
    """A person who would be just full; in proportion below and above."""
    preferred_points: int = Field(default=2000, ge=0)
    """Taken off for the owner the customer knows (O7): more than a full load, so that they win if they have room."""
    fairness_points: int = Field(default=20, ge=0)
    """Each time the work given to a person in the last week, for each working day of theirs, doubles (P5).

    Little, for it settles what is otherwise equal.
    """
    owner_skill_points: int = Field(default=200, ge=0)
    """An owner without the skill: less than one of four conversations, so that who knows much is not given more than others.

    Specialists can be asked. With more, work gathers at few people, and what they are given waits for them.
    """
    owner_language_points: int = Field(default=300, ge=0)
    """An owner without the language, when all are full; little, so that rare speakers do not drown in a peak."""
    approver_language_points: int = Field(default=300, ge=0)
    """A coach or lead who does not read the language."""
    approver_lead_points: int = Field(default=200, ge=0)
    """A lead, where a coach could: coaching is a coach's work."""
    skill_level_points: int = Field(default=150, ge=0)
    """Each level that a specialist's skill is below 5."""
    language_level_points: int = Field(default=100, ge=0)
    """Each level of the Common European Framework that an interpreter's language is below C2."""
    closing_points: int = Field(default=300, ge=0)
    """A specialist about to go home; in proportion up to `long_enough_minutes` of work left."""
    long_enough_minutes: int = Field(default=240, gt=0)
    """A specialist with this much working time left has enough of it."""
    answers_points: int = Field(default=500, ge=0)
    """A specialist who answers no offer at all against one who answers all; people nobody knows yet are in between."""
    abroad_points: int = Field(default=200, ge=0)
    """A specialist in a country where the language is not official: local knowledge is what we ask for (O2)."""

    @model_validator(mode="after")
    def _overload_is_the_last_resort(self) -> Self:
        if self.overload_minutes > self.language_patience_minutes:
            raise ValueError(
                f"overload_minutes {self.overload_minutes} must not exceed language_patience_minutes "
                f"{self.language_patience_minutes}: a free owner without the language comes before a full one"
            )
        return self
