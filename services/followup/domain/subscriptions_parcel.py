"""What is on its way to a subscriber: once sent off it is tried until it arrives, or given up visibly (F10). Pure.

At least once: the receiver may get a parcel again after a doubt, and knows it by its id.
"""

from datetime import datetime
from typing import Literal

from schemas.base import Model, UtcDatetime
from schemas.events.message import Sentiment, SignalKind
from schemas.ids import derive
from schemas.sending import Later, Outcome, Refused, Sent
from services.followup.domain.causes import CaseCause, News
from services.followup.domain.subscriptions import Subscription
from services.followup.domain.underway import Underway

Kind = Literal["notices", "digest", "test"]
MOST_NOTICES = 200
"""More of a day are counted, not listed."""
GONE = "gone"


class Notice(Model):
    """One case that a subscriber is told of. Says nothing of who the customer is."""

    id: str
    case_id: str
    topic: str
    product: str
    signal: SignalKind | None
    sentiment: Sentiment
    language: str
    channel: str
    excerpt: str
    noticed_at: UtcDatetime


class Parcel(Underway):
    """What is sent in one go. Its id is what the receiver knows a repetition by."""

    id: str
    subscription_id: str
    kind: Kind
    notices: tuple[Notice, ...] = ()
    more: int = 0
    """Notices beyond those listed."""
    digest_id: str = ""


def notice(subscription: Subscription, case: CaseCause, news: News) -> Notice:
    """What the subscriber is told."""
    return Notice(
        id=derive("notice", subscription.id, case.case_id, news.name),
        case_id=case.case_id,
        topic=news.topic or case.topic,
        product=case.product,
        signal=news.signal,
        sentiment=news.sentiment,
        language=case.language,
        channel=case.channel,
        excerpt=news.excerpt,
        noticed_at=news.at,
    )


def with_notice(
    state: Parcel | None, id: str, subscription: Subscription, notice: Notice, due_at: datetime, now: datetime
) -> Parcel:
    """The parcel with one more notice; a new one, if it is the first."""
    known = state or Parcel(id=id, subscription_id=subscription.id, kind="notices", made_at=now, next_at=due_at)
    if len(known.notices) >= MOST_NOTICES:
        return known.model_copy(update={"more": known.more + 1})
    return known.model_copy(update={"notices": (*known.notices, notice)})


def with_digest(id: str, subscription: Subscription, digest_id: str, now: datetime) -> Parcel:
    """A parcel with a weekly digest."""
    return Parcel(id=id, subscription_id=subscription.id, kind="digest", digest_id=digest_id, made_at=now, next_at=now)


def test_parcel(id: str, subscription: Subscription, now: datetime) -> Parcel:
    """A parcel that says no more than that it arrives."""
    return Parcel(id=id, subscription_id=subscription.id, kind="test", made_at=now, next_at=now)


def put_off(state: Parcel, until: datetime) -> Parcel:
    """The subscription is paused: it is looked at again later."""
    return state.model_copy(update={"next_at": until})


def judged(status: int, reason: str, after_seconds: float | None) -> Outcome:
    """What a webhook receiver's answer means. All but 410 may be a mistake that somebody repairs."""
    if 200 <= status < 300:
        return Sent("")
    if status == 410:
        return Refused(f"{GONE}: {reason}")
    return Later(reason, after_seconds, may_have_arrived=True)
