"""What the owner sees beside the message: who this customer is to us, on all channels that were linked (U2)."""

from collections.abc import Iterable, Sequence

from pydantic import BaseModel

from schemas.base import UtcDatetime
from schemas.events.customer import Identity
from schemas.events.message import Sentiment
from services.cases.domain.case import Case, Status
from services.cases.domain.records import GrantStatus

MOST_MOODS = 500


class EarlierCase(BaseModel):
    """A case of this customer, now or before."""

    case_id: str
    brand: str
    channel: str
    status: Status
    topic: str
    owner: str
    opened_at: UtcDatetime
    closed_at: UtcDatetime | None
    merged_into: str
    split_from: str


class OpenPromise(BaseModel):
    """What this customer still waits for (F1)."""

    case_id: str
    promise_id: str
    what: str
    due_at: UtcDatetime
    owner: str
    broken: bool


class GivenGrant(BaseModel):
    """What this customer was given, or may be given (M1)."""

    case_id: str
    grant_id: str
    kind: str
    amount: str
    currency: str
    status: GrantStatus
    granted_at: UtcDatetime | None


class Mood(BaseModel):
    """How a message of this customer sounded (U1)."""

    at: UtcDatetime
    sentiment: Sentiment
    confidence: float
    case_id: str
    message_id: str


class Story(BaseModel):
    """Something special in one of their cases (F6)."""

    case_id: str
    text: str
    marked_at: UtcDatetime


class Profile(BaseModel):
    """All that is known of a customer here, over all linked identities. Cases and stories: the latest first."""

    identities: tuple[Identity, ...]
    """The one that was asked for comes first."""
    name: str = ""
    """As they called themselves last; empty when they never did."""
    languages: tuple[str, ...] = ()
    """In which they wrote, the latest first."""
    reach: int | None = None
    """Followers at the time of the latest public message that told (M5)."""
    cases: tuple[EarlierCase, ...] = ()
    open_promises: tuple[OpenPromise, ...] = ()
    """The one due first comes first."""
    grants: tuple[GivenGrant, ...] = ()
    sentiment: tuple[Mood, ...] = ()
    """In the order of time, the latest 500."""
    special_stories: tuple[Story, ...] = ()


def profile(identities: Sequence[Identity], cases: Sequence[Case]) -> Profile:
    """The profile from the customer's cases. A message that went on in another case after a split counts once."""
    cases = sorted(cases, key=lambda case: (case.opened_at, case.id), reverse=True)
    heard = {
        each.message.id: (each, case) for case in cases for each in case.heard if each.message.id not in case.split_off
    }
    latest_first = sorted(heard.values(), key=lambda pair: pair[0].message.sent_at, reverse=True)
    names = (pair[0].message.author.name for pair in latest_first)
    reaches = (pair[0].message.reach for pair in latest_first if pair[0].message.reach is not None)
    languages = [case.language for case in cases if case.language != "und"]
    return Profile(
        identities=tuple(identities),
        name=next((name for name in names if name), ""),
        languages=tuple(dict.fromkeys(languages)),
        reach=next(reaches, None),
        cases=tuple(_earlier(case) for case in cases),
        open_promises=_promises(cases),
        grants=_grants(cases),
        sentiment=tuple(
            Mood(
                at=each.message.sent_at,
                sentiment=each.classification.sentiment,
                confidence=each.classification.sentiment_confidence,
                case_id=case.id,
                message_id=each.message.id,
            )
            for each, case in reversed(latest_first[:MOST_MOODS])
        ),
        special_stories=tuple(
            Story(case_id=case.id, text=case.special.text, marked_at=case.special.marked_at)
            for case in cases
            if case.special
        ),
    )


def _earlier(case: Case) -> EarlierCase:
    return EarlierCase(
        case_id=case.id,
        brand=case.brand,
        channel=case.channel,
        status=case.status,
        topic=case.topic,
        owner=case.owner,
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        merged_into=case.merged_into,
        split_from=case.split_from,
    )


def _promises(cases: Iterable[Case]) -> tuple[OpenPromise, ...]:
    found = [
        OpenPromise(
            case_id=case.id,
            promise_id=promise.id,
            what=promise.what,
            due_at=promise.due_at,
            owner=case.owner,
            broken=promise.broken,
        )
        for case in cases
        for promise in case.open_promises
    ]
    return tuple(sorted(found, key=lambda promise: promise.due_at))


def _grants(cases: Iterable[Case]) -> tuple[GivenGrant, ...]:
    return tuple(
        GivenGrant(
            case_id=case.id,
            grant_id=grant.id,
            kind=grant.kind,
            amount=grant.amount,
            currency=grant.currency,
            status=grant.status,
            granted_at=grant.granted_at,
        )
        for case in cases
        for grant in case.grants.values()
    )
