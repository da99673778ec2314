"""Who acts for an owner who is away: found by routing, when there is something to do (rule 1).

Asked only where the brand's policy says so, and only when the owner is away for longer than a customer may wait for a first
reply. A cover whom a person named stays; one whom routing found, and who is away as well by now, gives way to another.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from schemas.base import Event
from schemas.events.case import CaseCoverNamed, CaseCoverWanted, CoverCause
from schemas.events.consult import ConsultAnswered
from schemas.events.followup import ClockWarned
from schemas.events.routing import CoverFound, CoverRequested
from schemas.ids import derive
from schemas.working_time import working_time
from services.cases.domain.case import Case
from services.cases.domain.commands.acting import facts
from services.cases.domain.commands.ownership import cover_ended, cover_search_ended
from services.cases.domain.evolve import fold
from services.cases.domain.terms import Terms
from services.cases.domain.timer import Timer

LONGEST = timedelta(days=7)
"""For an owner who is away for longer, or for nobody knows how long, another look is taken after this."""
ROUTING = "routing"


def cover_after(
    case: Case | None, events: Sequence[Event], cause: CoverCause, subject_id: str, terms: Terms, now: datetime
) -> list[Event]:
    """What has to be done after these events, if the owner is away: ask for a cover, once for each subject."""
    if case is None or not terms.brand.policy.cover_automatically:
        return []
    after = fold(events, case)
    if after is None or not _may_be_sought(after, terms, now):
        return []
    due_at = terms.on(after.channel).first_reply_due(now)
    back = _back(after.owner, terms, now)
    if back is not None and back <= due_at:
        return []
    ended = cover_ended(after, "", now)
    tired = (after.cover.person,) if after.cover else ()
    wanted = CaseCoverWanted(
        **facts(after),
        owner=after.owner,
        request_id=derive("cover", after.id, cause, subject_id),
        cause=cause,
        subject_id=subject_id,
        wanted_at=now,
        due_at=due_at,
        until=min(back or now + LONGEST, now + LONGEST),
    )
    refusers = [each.owner for each in after.refused_assignments]
    excluded = tuple(dict.fromkeys((after.owner, *tired, *refusers)))
    return [*ended, wanted, _request(after, wanted, excluded, terms.weight(case.channel))]


def seen_to(case: Case, answer: Sequence[Event], consult_id: str, terms: Terms, now: datetime) -> list[Event]:
    """What a specialist's answer leads to, and who sees to it while the owner is away. A late answer asks for nobody."""
    if not any(isinstance(each, ConsultAnswered) and not each.late for each in answer):
        return [*answer]
    return [*answer, *cover_after(case, answer, "consult-answered", consult_id, terms, now)]


def _may_be_sought(case: Case, terms: Terms, now: datetime) -> bool:
    if not case.owner or case.resolved or case.closed or case.cover_search:
        return False
    cover = case.cover
    if cover is None or cover.ends_at <= now:
        return True
    if not cover.request_id:
        return False  # a person has settled it
    back = _back(cover.person, terms, now)
    return back is None or back > terms.on(case.channel).first_reply_due(now)


def _back(person_id: str, terms: Terms, now: datetime) -> datetime | None:
    """When somebody is at work: now, at their next shift, or nobody knows when."""
    return working_time(terms.person(person_id)).next_open(now)


def _request(case: Case, wanted: CaseCoverWanted, excluded: tuple[str, ...], weight: float) -> CoverRequested:
    return CoverRequested(
        request_id=wanted.request_id,
        pool=case.pool,
        case_id=case.id,
        conversation=case.conversation,
        brand=case.brand,
        language=case.language,
        skill=case.skill,
        urgency=case.heard[-1].classification.urgency if case.heard else "normal",
        due_at=wanted.due_at,
        requested_at=wanted.wanted_at,
        excluded=excluded,
        weight=weight,
        owner=case.owner,
        until=wanted.until,
    )


def cover_found(case: Case, event: CoverFound, now: datetime) -> list[Event]:
    """Somebody acts for the owner until the owner is back. What is no longer wanted was released already."""
    search = case.cover_search
    if search is None or search.request_id != event.request_id:
        return []
    if search.until <= now:
        return cover_search_ended(case, now)
    named = CaseCoverNamed(
        **facts(case),
        owner=case.owner,
        cover=event.person,
        by=ROUTING,
        reason="the owner is off shift",
        starts_at=now,
        ends_at=search.until,
        request_id=search.request_id,
    )
    return [*cover_ended(case, "", now), named]


def promise_due(case: Case, event: ClockWarned, terms: Terms, now: datetime) -> list[Event]:
    """A promise is due soon: somebody has to be there to keep it (F1)."""
    promise = case.promises.get(event.subject_id) if event.kind == "promise" else None
    if promise is None or promise.state != "open" or event.due_at != promise.due_at:
        return []
    return cover_after(case, [], "promise-due", promise.id, terms, now)


def cover_search_timers(case: Case) -> Iterator[Timer]:
    """When the owner is back and nobody was found."""
    if search := case.cover_search:
        yield Timer(search.until, f"cover-search-ended:{search.request_id}", _search_over)


def _search_over(case: Case, _: Terms, now: datetime) -> list[Event]:
    return cover_search_ended(case, now)
