"""What happens in a case because time passes: offers expire, scheduled replies leave, covers end.

Each kind of timer is a function in `TIMERS` that gives the moments a case waits for; when one has come, `time_passes` gives the
events that follow. The case wakes by itself (`wakes_at`), so that no other service has to be up.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from services.cases.domain.case import Case
from services.cases.domain.commands.answering import offers_expire
from services.cases.domain.commands.approvals import late_approvals
from services.cases.domain.commands.approvers import approvals_passed_on
from services.cases.domain.commands.covers import cover_timers
from services.cases.domain.commands.finding_covers import cover_search_timers
from services.cases.domain.commands.handovers import handover_timers
from services.cases.domain.commands.refusing import refusal_timers
from services.cases.domain.commands.sending import scheduled_replies
from services.cases.domain.timer import Timer

__all__ = ["TIMERS", "Timer", "timers", "wakes_at"]

TIMERS: tuple[Callable[[Case], Iterable[Timer]], ...] = (
    handover_timers,
    refusal_timers,
    cover_timers,
    cover_search_timers,
    offers_expire,
    approvals_passed_on,
    late_approvals,
    scheduled_replies,
)


def timers(case: Case) -> list[Timer]:
    """What the case waits for, the earliest first. A closed case waits for nothing."""
    found = [] if case.closed else [timer for each in TIMERS for timer in each(case)]
    return sorted(found, key=lambda timer: (timer.at, timer.name))


def wakes_at(case: Case) -> datetime | None:
    """When time has something to say to this case next."""
    return next((timer.at for timer in timers(case)), None)
