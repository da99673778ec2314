"""A holding reply that lies ready when the first reply is due soon and nothing was said (O5).

It is a draft like any other: its owner sends, betters or discards it. Where the brand's policy lets it leave by itself,
and its owner has agreed to that, it is scheduled, in the owner's name.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from schemas.base import Event
from schemas.events.followup import ClockWarned
from schemas.events.reply import Pledge
from schemas.ids import derive
from schemas.working_time import working_time
from services.cases.domain import holding
from services.cases.domain.by_itself import kept_back, says_something
from services.cases.domain.case import Case
from services.cases.domain.commands.letters import Content, ready
from services.cases.domain.commands.sending import drafted, reasons_to_hold, scheduled
from services.cases.domain.evolve import fold
from services.cases.domain.refusals import Refused
from services.cases.domain.terms import Terms

WHAT = "the answer, or where things stand"
ROUND_MINUTES = 15
LEAST_NOTICE = timedelta(minutes=2)
"""So long at least an owner sees a reply before it leaves by itself."""


def first_reply_warned(
    case: Case, event: ClockWarned, cases: Iterable[Case], terms: Terms, now: datetime
) -> list[Event]:
    """The first reply is due soon. `cases` are those of the conversation: no customer gets the same words twice."""
    return prepared(case, cases, terms, now) if event.kind == "first-response" else []


def owner_came(case: Case, events: Sequence[Event], cases: Iterable[Case], terms: Terms, now: datetime) -> list[Event]:
    """The same for a case that had nobody when the warning came, and has an owner after these events."""
    after = fold(events, case) or case
    warned = now >= case.first_reply_due_at - timedelta(minutes=terms.brand.policy.warn_before_minutes)
    return [*events, *prepared(after, cases, terms, now)] if warned and not case.owner else [*events]


def prepared(case: Case, cases: Iterable[Case], terms: Terms, now: datetime) -> list[Event]:
    """A holding reply that the customer has not had, with an honest time; nothing where somebody has said something.

    A case gets one: who has thrown it away does not find the next one on the table.
    """
    if not case.owner or case.resolved or case.closed or says_something(case):
        return []
    reply_id = derive("prepared-holding-reply", case.id)
    content = _content(case, [*cases, case], terms, now)
    if content is None or reply_id in case.replies:
        return []
    draft = drafted(case, reply_id, content, case.owner, 1, now).model_copy(update={"prepared": True})
    return [draft, *_by_itself(fold([draft], case) or case, reply_id, content, terms, now)]


def next_word(case: Case, terms: Terms, now: datetime) -> datetime | None:
    """When the customer can honestly be told to hear more: so long as the policy says after whoever was asked is at work, when
    the owner is at work too; None when nobody sees that coming."""
    asked = [consult.specialist for consult in case.open_consults if consult.specialist]
    begins = [working_time(terms.person(each)).next_open(now) for each in asked]
    minutes = terms.brand.policy.holding_promise_minutes
    start = max([now, *(each for each in begins if each)])
    opening = terms.on(case.channel).opening
    earliest = opening.after(start, minutes) if opening else start + timedelta(minutes=minutes)
    owner = working_time(terms.person(case.owner))
    at_work = owner.next_open(earliest)
    if at_work is None:
        return None
    rounded = _rounded_up(at_work)
    return rounded if owner.is_open(rounded) else at_work


def _content(case: Case, cases: Iterable[Case], terms: Terms, now: datetime) -> Content | None:
    templates = terms.brand.policy.holding_replies
    language = case.language if case.language in templates else "en"
    until = next_word(case, terms, now)
    if until is None or not templates.get(language):
        return None
    used = {words for each in cases for words in holding.said(each, templates)}
    template = holding.unused(templates[language], used, case.id)
    if template is None:
        return None
    by = holding.time_written_out(until, now, terms.time_zone, language)
    return Content("holding", template.format(by=by), Pledge(what=WHAT, due_at=until))


def _by_itself(case: Case, reply_id: str, content: Content, terms: Terms, now: datetime) -> list[Event]:
    """Scheduled, where the brand and the owner let it leave by itself, and nobody else has to see it first."""
    before = terms.brand.policy.holding_sent_minutes_before
    reply = case.replies[reply_id]
    if before is None or kept_back(case, reply, terms) or reasons_to_hold(case, terms, case.owner):
        return []
    leaves_at = max(case.first_reply_due_at - timedelta(minutes=before), now + LEAST_NOTICE)
    try:
        signed = ready(case, reply_id, content, terms, case.owner, leaves_at)
    except Refused:
        return []  # the owner sees why when sending it
    alone = scheduled(case, reply_id, signed, case.owner, reply.version, leaves_at)
    return [alone.model_copy(update={"by_itself": True})]


def _rounded_up(moment: datetime) -> datetime:
    step = ROUND_MINUTES * 60
    return datetime.fromtimestamp(-(-moment.timestamp() // step) * step, UTC)
