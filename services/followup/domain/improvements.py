"""Improvements: proposed, agreed, done, dropped, and their effect on volume (F7). Pure."""

from datetime import date, datetime, timedelta
from typing import Literal

from schemas.base import Event, Model, UtcDatetime
from schemas.events.improvement import (
    ImprovementAgreed,
    ImprovementDone,
    ImprovementDropped,
    ImprovementEdited,
    ImprovementProposed,
    RootCause,
)

Status = Literal["proposed", "agreed", "done", "dropped"]
ImprovementChange = tuple["Improvement", tuple[Event, ...]]
TITLE_CHARACTERS = 160
TEXT_CHARACTERS = 4000


class ImprovementRefused(Exception):
    """It can not be done to this improvement as it is now. `kind` is stable."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


class Improvement(Model):
    """What is changed because of a recurring cause."""

    id: str
    brand: str
    title: str
    cause: RootCause
    owner: str
    plan: str = ""
    status: Status
    changed: str = ""
    effective_on: date | None = None
    dropped_because: str = ""
    proposed_by: str
    proposed_at: UtcDatetime
    agreed_at: UtcDatetime | None = None
    done_at: UtcDatetime | None = None
    dropped_at: UtcDatetime | None = None


class Draft(Model):
    """What somebody proposes."""

    title: str
    cause: RootCause
    owner: str
    plan: str = ""


def propose(
    state: Improvement | None, id: str, brand: str, draft: Draft, by: str, now: datetime
) -> ImprovementChange | None:
    """A new improvement; None: it is there already."""
    if state:
        return None
    title = _said("title", draft.title, TITLE_CHARACTERS)
    plan = _text("plan", draft.plan)
    made = Improvement(
        id=id,
        brand=brand,
        title=title,
        cause=draft.cause,
        owner=draft.owner,
        plan=plan,
        status="proposed",
        proposed_by=by,
        proposed_at=now,
    )
    told = ImprovementProposed(
        improvement_id=id,
        brand=brand,
        by=by,
        title=title,
        cause=draft.cause,
        owner=draft.owner,
        plan=plan,
        proposed_at=now,
    )
    return made, (told,)


def edit(state: Improvement, by: str, now: datetime, **fields: str | None) -> ImprovementChange | None:
    """Another title, owner or plan; what is None stays as it is. None: nothing is different. Raises ImprovementRefused."""
    if state.status == "dropped":
        raise ImprovementRefused("wrong-status", "a dropped improvement is not worked on any more: propose a new one")
    wanted = {name: value for name, value in fields.items() if value is not None}
    if "title" in wanted:
        wanted["title"] = _said("title", wanted["title"], TITLE_CHARACTERS)
    if "plan" in wanted:
        wanted["plan"] = _text("plan", wanted["plan"])
    new = state.model_copy(update=wanted)
    if new == state:
        return None
    told = ImprovementEdited(
        improvement_id=state.id,
        brand=state.brand,
        by=by,
        title=new.title,
        owner=new.owner,
        plan=new.plan,
        edited_at=now,
    )
    return new, (told,)


def agree(state: Improvement, by: str, now: datetime) -> ImprovementChange:
    """It will be done. Raises ImprovementRefused."""
    _require(state, "agreed", "proposed")
    told = ImprovementAgreed(improvement_id=state.id, brand=state.brand, by=by, agreed_at=now)
    return state.model_copy(update={"status": "agreed", "agreed_at": now}), (told,)


def complete(
    state: Improvement, by: str, changed: str, effective_on: date, today: date, now: datetime
) -> ImprovementChange:
    """Something was changed. `today` is the day in the brand's time zone. Raises ImprovementRefused."""
    _require(state, "done", "agreed")
    changed = _said("changed", changed, TEXT_CHARACTERS)
    if effective_on > today:
        raise ImprovementRefused("not-yet", f"it takes effect on {effective_on}: say that it is done when it is")
    if effective_on < state.proposed_at.date() - timedelta(days=365):
        raise ImprovementRefused("too-long-ago", f"{effective_on} lies more than a year before it was proposed")
    told = ImprovementDone(
        improvement_id=state.id, brand=state.brand, by=by, changed=changed, effective_on=effective_on, done_at=now
    )
    new = {"status": "done", "changed": changed, "effective_on": effective_on, "done_at": now}
    return state.model_copy(update=new), (told,)


def drop(state: Improvement, by: str, reason: str, now: datetime) -> ImprovementChange:
    """It will not be done, or was undone. Raises ImprovementRefused."""
    _require(state, "dropped", "proposed", "agreed", "done")
    reason = _said("reason", reason, TEXT_CHARACTERS)
    told = ImprovementDropped(improvement_id=state.id, brand=state.brand, by=by, reason=reason, dropped_at=now)
    return state.model_copy(update={"status": "dropped", "dropped_because": reason, "dropped_at": now}), (told,)


def _require(state: Improvement, wanted: Status, *allowed: Status) -> None:
    if state.status not in allowed:
        raise ImprovementRefused(
            "wrong-status", f"it is {state.status}; only one that is {' or '.join(allowed)} can become {wanted}"
        )


def _said(name: str, text: str, limit: int) -> str:
    text = text.strip()
    if not text:
        raise ImprovementRefused("nothing-said", f"{name} is empty: say it in a few words")
    return _text(name, text, limit)


def _text(name: str, text: str, limit: int = TEXT_CHARACTERS) -> str:
    if len(text) > limit:
        raise ImprovementRefused("too-long", f"{name} has {len(text):,} characters; there is room for {limit:,}")
    return text.strip()
