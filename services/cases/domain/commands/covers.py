"""Covers: somebody acts for the owner while the owner is away; the owner stays the owner (rule 1)."""

from collections.abc import Iterator
from datetime import datetime

from pydantic import BaseModel

from schemas.base import Event, Identifier, UtcDatetime
from schemas.events.case import CaseCoverNamed
from services.cases.domain import refusals
from services.cases.domain.case import Case
from services.cases.domain.commands.acting import facts
from services.cases.domain.commands.ownership import (
    Reason,
    cover_ended,
    cover_search_ended,
    is_superior,
    require_can_own,
    require_owned,
)
from services.cases.domain.terms import Terms
from services.cases.domain.timer import Timer


class NameCover(BaseModel):
    """Who acts for the owner, from `starts_at` (now at the earliest, and by default) until `ends_at`."""

    cover: Identifier
    reason: Reason
    starts_at: UtcDatetime | None = None
    ends_at: UtcDatetime


def name_cover(case: Case, command: NameCover, actor: str, terms: Terms, now: datetime) -> list[Event]:
    """The owner or a lead names who acts for the owner; one at a time (rule 1)."""
    _require_owner_or_lead(case, terms, actor)
    if case.cover and case.cover.ends_at > now:
        until = case.cover.ends_at.isoformat()
        raise refusals.CoverIsNamed(f"{case.cover.person} covers until {until}; end that first")
    require_can_own(case, terms, command.cover)
    starts_at = max(command.starts_at or now, now)
    if command.ends_at <= starts_at:
        raise refusals.CoverWithoutTime(
            f"a cover from {starts_at.isoformat()} can not end at {command.ends_at.isoformat()}"
        )
    named = CaseCoverNamed(
        **facts(case),
        owner=case.owner,
        cover=command.cover,
        by=actor,
        reason=command.reason,
        starts_at=starts_at,
        ends_at=command.ends_at,
    )
    before = [*cover_search_ended(case, now), *cover_ended(case, "", now)]
    return [*before, named]  # an earlier one is over, and time has not said so yet


def end_cover(case: Case, actor: str, terms: Terms, now: datetime) -> list[Event]:
    """The owner is back, or a lead says so."""
    _require_owner_or_lead(case, terms, actor)
    if case.cover is None or case.cover.ends_at <= now:
        raise refusals.NobodyCovers("nobody covers for the owner, now or later")
    return cover_ended(case, actor, now)


def expire_cover(case: Case, _: Terms, now: datetime) -> list[Event]:
    """The time of the cover is over."""
    return cover_ended(case, "", now)


def cover_timers(case: Case) -> Iterator[Timer]:
    """When the cover ends by itself."""
    if cover := case.cover:
        name = f"cover-ended:{cover.person}:{cover.starts_at.isoformat()}:{cover.ends_at.isoformat()}"
        yield Timer(cover.ends_at, name, expire_cover)


def _require_owner_or_lead(case: Case, terms: Terms, actor: str) -> None:
    require_owned(case)
    if actor != case.owner and not is_superior(case, terms, actor, "lead"):
        raise refusals.NotTheOwner(f"only the owner, {case.owner}, or a lead of {case.brand} can do this")
