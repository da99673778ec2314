"""Bridges to other systems, as the organisation declares them."""

from pydantic import Field

from schemas.organisation_hours import Frozen
from schemas.organisation_values import Id, Text


class Integration(Frozen):
    """A bridge to another system, such as a CRM. It reads cases and adds notes, and acts as `integration:<id>`."""

    id: Id
    name: Text
    brands: tuple[Id, ...] = Field(min_length=1)
    """It sees no other brand's cases (M7)."""
