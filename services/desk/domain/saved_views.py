"""Searches that somebody keeps under a name, for themselves or for the team."""

from collections.abc import Set
from typing import Final

from pydantic import Field

from schemas.base import Model, UtcDatetime

LONGEST_NAME: Final = 60
MOST_VIEWS: Final = 50
"""So many one person keeps."""


class SavedView(Model):
    """A search by its words and filters. What it finds depends on who looks: every reader sees their own brands (M7)."""

    id: str
    name: str
    owner: str
    shared: bool = False
    """Whether colleagues have it beside their list too."""
    text: str = ""
    filters: dict[str, str] = Field(default_factory=dict)
    brands: tuple[str, ...] = ()
    """Those that its owner served when it was saved: it is shared with whoever serves one of them."""
    saved_at: UtcDatetime

    def visible_to(self, person: str, brands: Set[str]) -> bool:
        """Its owner sees it, and of the team, if it is shared, who serves a brand of the owner's and the brand it names."""
        if person == self.owner:
            return True
        named = self.filters.get("brand", "")
        return self.shared and not brands.isdisjoint(self.brands) and (not named or named in brands)
