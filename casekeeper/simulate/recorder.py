"""A day of the topics as a recording: what the events tell of each case that came in, and of the people."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from casekeeper.simulate.recording import (
    Ending,
    Presence,
    RecordedCase,
    RecordedConsult,
    RecordedDay,
    RecordedOffer,
    RecordedOwner,
    RecordedPerson,
    RecordedReply,
    Recording,
)
from schemas.base import Event
from schemas.envelope import Envelope
from schemas.events.case import CaseAssigned, CaseEvent, CaseMerged, CaseMessageAdded, CaseOpened, CaseOwnerChanged
from schemas.events.consult import (
    ConsultAccepted,
    ConsultAnswered,
    ConsultDeclined,
    ConsultEvent,
    ConsultOffered,
    ConsultOfferEnded,
    ConsultOfferExpired,
    ConsultRequested,
)
from schemas.events.reply import ReplyDrafted, ReplyQueued, ReplySent
from schemas.events.roster import PersonRecorded, RosterPerson
from schemas.events.routing import CoverRequested, OwnerRequested

TOPICS = ("cases.events", "routing.requests", "roster.events")
ENDINGS: dict[type[Event], Ending] = {
    ConsultAccepted: "accepted",
    ConsultDeclined: "declined",
    ConsultOfferExpired: "expired",
    ConsultOfferEnded: "ended",
    ConsultAnswered: "answered",
}


class NothingRecorded(LookupError):
    """The topics do not tell of such a day."""


def recorded(envelopes: Iterable[Envelope], day: date | None = None) -> Recording:
    """A day of UTC, the last one on which a case came in unless it is named, from the events of `TOPICS` in any order.

    Raises NothingRecorded when no case came in then, or nobody's record is known.
    """
    each_once = {each.id: each for each in envelopes}
    events = sorted(each_once.values(), key=lambda each: (each.time, each.subject, each.sequence))
    opened = [each.data.opened_at.date() for each in events if isinstance(each.data, CaseOpened)]
    if not opened:
        raise NothingRecorded("no case came in, as far as the topics go back")
    which = RecordedDay(day=day or max(opened))
    if which.day not in opened:
        raise NothingRecorded(
            f"no case came in on {which.day} (UTC); the topics have cases from {min(opened)} to {max(opened)}"
        )
    people = _people(events, which)
    if not people:
        raise NothingRecorded("the topics know nobody: there is no record of any person")
    return Recording(day=which, people=people, cases=tuple(_cases(events, which)))


def _people(events: Sequence[Envelope], day: RecordedDay) -> tuple[RecordedPerson, ...]:
    """Who answers customers or owners, as last recorded before the day ended; a topic that keeps only the latest may know of
    later only."""
    told: dict[str, list[tuple[datetime, PersonRecorded]]] = {}
    for each in events:
        if isinstance(each.data, PersonRecorded) and each.data.person.role != "operator":
            told.setdefault(each.data.person_id, []).append((each.time, each.data))
    return tuple(_person(records, day) for _, records in sorted(told.items()))


def _person(records: Sequence[tuple[datetime, PersonRecorded]], day: RecordedDay) -> RecordedPerson:
    until = [each for each in records if each[0] < day.ends_at] or records[:1]
    person = until[-1][1].person
    bare = {"name": person.id, "initials": "XX", "email": "nobody@example.org"}
    changes: list[Presence] = []
    for at, record in until:
        if (not changes and not record.available) or (changes and changes[-1].present != record.available):
            changes.append(Presence(at=max(at, day.starts_at), present=record.available))
    return RecordedPerson(
        person=RosterPerson.model_validate(person.model_dump() | bare), presence=tuple(_latest_at_once(changes))
    )


def _latest_at_once(changes: Sequence[Presence]) -> Iterable[Presence]:
    """Of what was said before the day began, only the last holds."""
    return {each.at: each for each in changes}.values()


def _cases(events: Sequence[Envelope], day: RecordedDay) -> Iterable[RecordedCase]:
    by_case: dict[str, list[Envelope]] = {}
    wanted: dict[str, OwnerRequested] = {}
    for each in events:
        if isinstance(each.data, CaseEvent):
            by_case.setdefault(each.data.case_id, []).append(each)
        elif isinstance(each.data, OwnerRequested) and not isinstance(each.data, CoverRequested):
            wanted.setdefault(each.data.case_id, each.data)
    found = [_case(case_id, told, wanted.get(case_id), day) for case_id, told in by_case.items()]
    return sorted((case for case in found if case), key=lambda case: (case.opened_at, case.case_id))


def _case(
    case_id: str, told: Sequence[Envelope], wanted: OwnerRequested | None, day: RecordedDay
) -> RecordedCase | None:
    """None for one that did not come in on the day, whose beginning the topic has forgotten, or that went on in another."""
    facts = [each.data for each in told]
    if any(isinstance(each, CaseMerged) for each in facts) and not any(isinstance(each, ReplySent) for each in facts):
        return None
    opened = next((each for each in facts if isinstance(each, CaseOpened)), None)
    if opened is None or not day.starts_at <= opened.opened_at < day.ends_at:
        return None
    added = [each for each in facts if isinstance(each, CaseMessageAdded)]
    skill = wanted.skill if wanted else next((each.classification.skill for each in added), "")
    return RecordedCase(
        case_id=case_id,
        brand=opened.brand,
        language=opened.language,
        skill=skill,
        opened_at=opened.opened_at,
        due_at=max(opened.opened_at, opened.first_reply_due_at),
        weight=wanted.weight if wanted else 1,
        preferred=(wanted.preferred if wanted else "") or opened.previous_owner,
        messages=tuple(each.message.received_at for each in added),
        owners=tuple(_owners(facts)),
        replies=tuple(_replies(facts)),
        consults=tuple(_consults(told)),
    )


def _owners(facts: Iterable[object]) -> Iterable[RecordedOwner]:
    for each in facts:
        if isinstance(each, CaseAssigned):
            yield RecordedOwner(person=each.owner, since=each.assigned_at)
        elif isinstance(each, CaseOwnerChanged):
            yield RecordedOwner(person=each.owner, since=each.changed_at)


def _replies(facts: Sequence[object]) -> Iterable[RecordedReply]:
    begun: dict[str, datetime] = {}
    queued: dict[str, datetime] = {}
    for each in facts:
        if isinstance(each, ReplyDrafted):
            begun.setdefault(each.reply_id, each.drafted_at)
        elif isinstance(each, ReplyQueued):
            queued[each.reply_id] = each.queued_at
        elif isinstance(each, ReplySent):
            yield RecordedReply(
                author=each.author,
                reply_kind=each.kind,
                begun_at=begun.get(each.reply_id),
                queued_at=queued.get(each.reply_id, each.sent_at),
                sent_at=each.sent_at,
            )


def _consults(told: Sequence[Envelope]) -> Iterable[RecordedConsult]:
    for asked in told:
        if isinstance(asked.data, ConsultRequested) and not asked.data.interpretation:  # a text asks for no skill
            id_ = asked.data.consult_id
            about = [each for each in told if isinstance(each.data, ConsultEvent) and each.data.consult_id == id_]
            answers = [(each.time, each.data) for each in about if isinstance(each.data, ConsultAnswered)]
            at, answer = answers[0] if answers else (None, None)
            yield RecordedConsult(
                asked_at=asked.time,
                skill=asked.data.skill,
                language=asked.data.language,
                offers=tuple(_offers(about)),
                answered_by=answer.specialist if answer else "",
                answered_at=at,
            )


def _offers(about: Sequence[Envelope]) -> Iterable[RecordedOffer]:
    for offered in about:
        if isinstance(offered.data, ConsultOffered):
            specialist = offered.data.specialist
            ended, at = _ending(specialist, offered, about)
            yield RecordedOffer(specialist=specialist, offered_at=offered.time, ended=ended, ended_at=at)


def _ending(specialist: str, offered: Envelope, about: Sequence[Envelope]) -> tuple[Ending, datetime | None]:
    for each in about:
        theirs = each.time >= offered.time and getattr(each.data, "specialist", "") == specialist
        if theirs and (ending := ENDINGS.get(type(each.data))):
            return ending, each.time
    return "open", None
