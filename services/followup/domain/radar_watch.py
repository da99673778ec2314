"""What the radar remembers of a brand: which burst belongs to which incident, and when one rises anew (F8)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from schemas.base import milliseconds
from schemas.events.incident import Measure, Rise
from schemas.ids import derive
from services.followup.domain.radar import HOUR_MS, Frozen, Sighting
from services.followup.domain.radar_detection import MINUTE_MS, WINDOW_MINUTES, Alarm
from services.followup.domain.radar_grouping import Burst, is_explained

CALM_MS = WINDOW_MINUTES[-1] * MINUTE_MS
"""A wave is over when nothing was seen of it for the longest window: so long do the messages of its height go on to be seen."""
GROWN = 2.0
"""So many times what was told is worth telling again."""
EBB_MS = HOUR_MS
"""What stood out in no window of an hour or less for so long is another wave when it is back."""

Open = Mapping[str, frozenset[str]]
"""The open incidents of a brand, by id, each with the keys that its cases are matched by."""


class Episode(Frozen):
    """An incident as the watch remembers it: what belongs to it, when it was last seen, and how much of it was told."""

    incident_id: str
    lead: str
    keys: tuple[str, ...]
    last_seen_ms: int
    measure: Measure = "volume"
    window_minutes: int = WINDOW_MINUTES[0]
    """How its size is measured, from one look to the next: as when it was raised."""
    told: float = 0.0
    """The largest size that people were told."""
    most: float = 0.0
    """Its largest size until it was closed, which who closed it has seen."""
    stood_out_ms: int = 0
    """When it was last seen in a window of an hour or less."""
    rise: Rise | None = None
    """How it last rose anew."""
    after: str = ""
    """The closed incident that it is another wave of."""


class Watch(Frozen):
    """What the radar remembers of one brand."""

    brand: str
    episodes: tuple[Episode, ...] = ()

    def episode(self, burst: Burst, recent: Sequence[Sighting]) -> Episode | None:
        """The incident that the burst belongs to already."""
        known = sorted(self.episodes, key=lambda each: -each.last_seen_ms)
        exact = next((each for each in known if each.lead in burst.keys or burst.lead in each.keys), None)
        return exact or next((each for each in known if is_explained(burst.lead, each.lead, recent)), None)


def watched(state: Watch, found: Sequence[Burst], recent: Sequence[Sighting], open_: Open, now: datetime) -> Watch:
    """The watch after a look: bursts that are new have an incident now, the others were seen once more.

    An incident that was closed goes on to be remembered until its wave is over, so that it is not raised anew by what is left
    of it. It is by a wave twice its size, or by one that comes after an ebb.
    """
    now_ms = milliseconds(now)
    after = Watch(brand=state.brand, episodes=_remembered(state.episodes, open_, now_ms))
    for burst in found:
        known = after.episode(burst, recent)
        if known is None:
            seen = _begun(state.brand, burst, now_ms)
        elif known.incident_id in open_:
            seen = _seen(known, burst, now)
        else:
            seen = _seen_closed(known, burst, state.brand, now_ms)
        others = (each for each in after.episodes if known is None or each.incident_id != known.incident_id)
        after = Watch(brand=state.brand, episodes=(*others, seen))
    return after


def _remembered(episodes: Sequence[Episode], open_: Open, now_ms: int) -> tuple[Episode, ...]:
    """Those that go on to matter. One that turned out to be another brings its keys there."""
    found = {each.incident_id: each for each in episodes if each.incident_id in open_}
    matching = {lead: id for id, leads in open_.items() if id in found for lead in leads}
    for each in episodes:
        heir = found.get(matching.get(each.lead, ""))
        if each.incident_id in open_:
            continue
        if heir:
            found[heir.incident_id] = heir.model_copy(update={"keys": tuple(dict.fromkeys((*heir.keys, *each.keys)))})
        elif now_ms - each.last_seen_ms <= CALM_MS:
            found[each.incident_id] = each
    return tuple(found.values())


def _begun(brand: str, burst: Burst, now_ms: int, before: Episode | None = None) -> Episode:
    first = burst.alarms[0]
    keys = (*(before.keys if before else ()), *sorted(burst.keys))
    return Episode(
        incident_id=derive("incident", brand, burst.lead, str(now_ms)),
        lead=burst.lead,
        keys=tuple(dict.fromkeys(keys)),
        last_seen_ms=now_ms,
        measure=first.measure,
        window_minutes=first.window_minutes,
        told=first.seen,
        most=first.seen,
        stood_out_ms=now_ms if _stands_out(burst) else 0,
        after=before.incident_id if before else "",
    )


def _seen(known: Episode, burst: Burst, now: datetime) -> Episode:
    """An open one, seen once more: larger than was told, or back after an ebb, it has risen anew."""
    now_ms, alarm = milliseconds(now), _alike(known, burst)
    seen = alarm.seen if alarm else 0.0
    again = _is_back(known, burst, now_ms)
    facts = {**_once_more(known, burst, now_ms), "most": max(known.most, seen)}
    if again or _is_larger(seen, known.told):
        told = alarm or burst.alarms[0]
        facts["rise"] = Rise(reason=told.reason, before=known.told, again=again, at=now)
        facts["told"] = max(known.told, seen)
    elif not known.told:
        facts["told"] = seen
    return known.model_copy(update=facts)


def _seen_closed(known: Episode, burst: Burst, brand: str, now_ms: int) -> Episode:
    """A closed one, seen once more: mostly what is left of its wave."""
    alarm = _alike(known, burst)
    if _is_back(known, burst, now_ms) or _is_larger(alarm.seen if alarm else 0.0, known.most):
        return _begun(brand, burst, now_ms, known)
    return known.model_copy(update=_once_more(known, burst, now_ms))


def _once_more(known: Episode, burst: Burst, now_ms: int) -> dict[str, object]:
    stood_out = now_ms if _stands_out(burst) else known.stood_out_ms
    keys = tuple(dict.fromkeys((*known.keys, *sorted(burst.keys))))
    return {"keys": keys, "last_seen_ms": now_ms, "stood_out_ms": stood_out}


def _alike(known: Episode, burst: Burst) -> Alarm | None:
    """What is seen now of what it was raised for."""
    wanted = (known.lead, known.measure, known.window_minutes)
    return next((each for each in burst.alarms if (each.key, each.measure, each.window_minutes) == wanted), None)


def _is_larger(seen: float, known: float) -> bool:
    return 0 < GROWN * known <= seen


def _is_back(known: Episode, burst: Burst, now_ms: int) -> bool:
    return _stands_out(burst) and 0 < known.stood_out_ms < now_ms - EBB_MS


def _stands_out(burst: Burst) -> bool:
    return any(each.window_minutes * MINUTE_MS <= EBB_MS for each in burst.alarms)
