"""The figures once more, straight from the events, in the plainest way there is: to hold the read model to.

Nothing here is shared with the service but the events; where this and docs/figures.md disagree, one of them is wrong.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.organisation import Organisation
from schemas.working_time import opening_hours
from tests.unit.followup.figures.naive_targets import Target
from tests.unit.followup.figures.world import Told

FIGURES = ("pick-up", "first-reply", "next-reply", "answer", "resolution", "consult", "promise", "compliment")


@dataclass
class Waited:
    """Somebody waited: from when, until when (None: still), by when it was due, and who ended it."""

    figure: str
    begun: datetime
    ended: datetime | None
    due: datetime | None
    by: str
    left: datetime | None = None
    """When it became pointless."""

    @property
    def gone(self) -> datetime:
        return self.ended or self.left or datetime.max.replace(tzinfo=UTC)


@dataclass
class History:
    """The events of one case, by their type."""

    told: list[Told] = field(default_factory=list)

    def all(self, name: str) -> list[Told]:
        return [each for each in self.told if type(each.event).__name__ == name]

    def first(self, name: str) -> Any:
        return next((each.event for each in self.all(name)), None)


def histories(told: Iterable[Told]) -> dict[str, History]:
    """By case."""
    found: dict[str, History] = {}
    for each in told:
        found.setdefault(each.event.case_id, History()).told.append(each)
    return found


def counted(history: History) -> bool:
    """Neither a test contact nor of a case whose opening nobody told of."""
    opened = history.first("CaseOpened")
    return opened is not None and not opened.test


def about(history: History) -> dict[str, str]:
    """What the case belongs to."""
    opened = history.first("CaseOpened")
    languages = [opened.language, *(each.event.language for each in history.all("CaseReclassified"))]
    return {"brand": opened.brand, "channel": opened.channel, "language": languages[-1], "team": opened.pool}


def owner(history: History) -> str:
    """Who owns it in the end."""
    owners = [
        each.event.owner
        for each in history.told
        if type(each.event).__name__ in ("CaseAssigned", "CaseOwnerChanged", "CaseUnmerged")
    ]
    return owners[-1] if owners else ""


def waited(history: History, organisation: Organisation) -> list[Waited]:
    """Every wait of the case."""
    target = Target(history, organisation)
    opened = history.first("CaseOpened")
    start, last_owner = opened.opened_at, owner(history)
    assigned = history.first("CaseAssigned")
    found = [
        Waited(
            "pick-up",
            start,
            assigned and assigned.assigned_at,
            target.due("pick-up", start),
            assigned.owner if assigned else "",
        )
    ]
    replies = [each.event for each in history.all("ReplySent")]
    answers = [each for each in replies if each.kind == "answer"]
    dues = [opened.first_reply_due_at] + [each.event.first_reply_due_at for each in history.all("CaseReclassified")]
    for figure, those, due in (("first-reply", replies, min(dues)), ("answer", answers, target.due("answer", start))):
        ended = those[0].sent_at if those else None
        found.append(Waited(figure, start, ended, due, those[0].author if those else last_owner))
    begun = start
    for each in history.told:
        name = type(each.event).__name__
        if name == "CaseResolved":
            ended = each.event.resolved_at
            found.append(Waited("resolution", begun, ended, target.resolution(begun, ended), each.event.owner))
            begun = None
        elif name == "CaseReopened":
            begun = each.at
    if begun is not None:
        found.append(Waited("resolution", begun, None, target.resolution(begun, None), last_owner))
    found += next_replies(history, target, last_owner)
    found += spans(history, target, "consult", "ConsultRequested", "ConsultAnswered", "ConsultWithdrawn")
    found += spans(history, target, "promise", "PromiseMade", "PromiseKept", "PromiseWithdrawn")
    corrections = {each.event.message_id: each.event.intent for each in history.all("ClassificationCorrected")}
    for each in history.all("CaseMessageAdded"):
        message, intent = each.event.message, each.event.classification.intent
        if corrections.get(message.id, intent) == "compliment":
            answer = next((one for one in answers if one.sent_at >= message.received_at), None)
            by = answer.author if answer else last_owner
            found.append(Waited("compliment", message.received_at, answer and answer.sent_at, None, by))
    endings = [each for each in history.told if type(each.event).__name__ in ("CaseClosed", "CaseUnmerged")]
    if endings and type(endings[-1].event).__name__ == "CaseClosed":
        for each in found:
            each.left = each.left or endings[-1].event.closed_at or endings[-1].at
    return found


def next_replies(history: History, target: Target, last_owner: str) -> list[Waited]:
    """Each time that the customer wrote after we had, until we did again or held it answered."""
    found: list[Waited] = []
    spoken, waiting = False, None
    for told in target.talk():
        if told.by == "customer":
            if spoken and waiting is None:
                waiting = Waited("next-reply", told.at, None, target.due("next-reply", told.at), last_owner)
                found.append(waiting)
        else:
            spoken = spoken or told.by != "settled"
            if waiting:
                waiting.ended, waiting.by, waiting = told.at, told.who, None
    return found


def spans(history: History, target: Target, figure: str, begin: str, end: str, withdrawal: str) -> list[Waited]:
    """Consults or promises."""
    name = f"{figure}_id"
    found = []
    for each in history.all(begin):
        id = getattr(each.event, name)
        begun = getattr(each.event, "made_at", None) or each.at
        ends = [one for one in history.all(end) if getattr(one.event, name) == id]
        by = ends[0].event.owner if ends and figure == "promise" else ends[0].event.specialist if ends else ""
        moments = [
            getattr(one.event, "answered_at", None) or getattr(one.event, "kept_at", None) or one.at for one in ends
        ]
        withdrawn = [one.at for one in history.all(withdrawal) if getattr(one.event, name) == id]
        if figure == "promise" and withdrawn and not moments:
            continue  # the customer was never told of it
        owner_of = each.event.owner if figure == "promise" else owner(history)
        ended, left = min(moments, default=None), min(withdrawn, default=None)
        due = target.consult(each.event, ended or left) if figure == "consult" else each.event.due_at
        found.append(Waited(figure, begun, ended, due, by or owner_of, left))
    return found


def figures(
    told: Iterable[Told], organisation: Organisation, start: datetime, end: datetime, brands: set[str], by: str = ""
) -> dict[tuple[str, str], dict[str, Any]]:
    """Figure and group to its numbers, in the shape of the service's answer."""
    countries = {each.id: each.country for each in organisation.people}
    groups: dict[tuple[str, str], list[tuple[Waited, str]]] = {(name, ""): [] for name in FIGURES}
    for history in histories(told).values():
        if not counted(history) or (belongs := about(history))["brand"] not in brands:
            continue
        for each in waited(history, organisation):
            groups[each.figure, ""].append((each, belongs["brand"]))
            if by and each.begun < end and each.gone >= start:
                value = countries.get(each.by, "") if by == "country" else belongs[by]
                groups.setdefault((each.figure, f"{by}:{value}"), []).append((each, belongs["brand"]))
    return {name: summed(those, organisation, start, end, brands) for name, those in groups.items()}


def summed(
    those: list[tuple[Waited, str]], organisation: Organisation, start: datetime, end: datetime, brands: set[str]
) -> dict[str, Any]:
    """The numbers of one figure of one group."""
    over = [(each, brand) for each, brand in those if each.ended and start <= each.ended < end]
    in_time = [each for each, _ in over if each.due and each.ended <= each.due]
    late = [each for each, _ in those if each.due and start <= each.due < end and each.gone > each.due]
    waiting = [each for each, _ in those if each.begun < end and each.gone >= end]
    closes = any(organisation.brand(brand).calendar != "always" for brand in brands)
    decided = len(in_time) + len(late)
    return {
        "ended": len(over),
        "minutes": percentiles([minutes(each.ended - each.begun) for each, _ in over]),
        "opening_minutes": percentiles([opening(organisation, brand, each) for each, brand in over])
        if closes
        else None,
        "in_time": len(in_time),
        "late": len(late),
        "within_target": len(in_time) / decided if decided else None,
        "waiting": len(waiting),
        "overdue": sum(each.due is not None and each.due < end for each in waiting),
        "longest_waiting_minutes": max((minutes(end - each.begun) for each in waiting), default=None),
    }


def opening(organisation: Organisation, brand: str, each: Waited) -> float:
    hours = opening_hours(organisation.calendar(organisation.brand(brand).calendar))
    assert each.ended
    return hours.working_minutes_between(each.begun, each.ended)


def percentiles(lengths: list[float]) -> dict[str, float] | None:
    if not lengths:
        return None
    ordered = sorted(lengths)
    return {f"p{part}": ordered[math.ceil(part * len(ordered) / 100) - 1] for part in (50, 90, 95)}


def minutes(length: timedelta) -> float:
    return length.total_seconds() / 60
