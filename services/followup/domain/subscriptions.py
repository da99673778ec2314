"""Other departments are told of what concerns them: who wants to know what, and how they are told (F10). Pure."""

from collections.abc import Collection
from datetime import datetime
from typing import Literal

from schemas import webhooks
from schemas.base import Model, UtcDatetime
from schemas.events.message import SignalKind
from schemas.mail import checked_address
from services.followup.domain.causes import CaseCause, News

Rhythm = Literal["at-once", "daily"]
Status = Literal["active", "paused", "ended"]
BOUNCES_TO_PAUSE = 3
"""A mail server that says so often in a row that an address does not exist is believed."""
MAX_TEXT = 300
NO_LONGER = "the organisation's files do not declare it any more"


class SubscriptionRefused(Exception):
    """It can not be recorded or changed like this. `kind` is stable."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


class Interest(Model):
    """What somebody wants to know of one brand, and how they are told."""

    brand: str
    department: str
    """Who they are, for people to read."""
    topics: tuple[str, ...] = ()
    """Topics of the taxonomy, each with those below it."""
    signals: tuple[SignalKind, ...] = ()
    all_cases: bool = False
    digest: bool = False
    """The weekly digest of the brand."""
    mail: str = ""
    url: str = ""
    """Where signed webhooks are posted; either this or `mail`."""
    rhythm: Rhythm = "at-once"
    language: Literal["en", "nl"] = "en"
    """Of mails and digests."""


class Subscription(Interest):
    """A recorded interest, and how telling goes."""

    id: str
    secret: str = ""
    """Signs webhooks; told once, to whoever recorded it."""
    status: Status = "active"
    why: str = ""
    """Why it is paused or ended."""
    by: str
    recorded_at: UtcDatetime
    declared: str = ""
    """Its id in the organisation's files, where it is changed and ended; empty: a person recorded it."""
    since: UtcDatetime
    """What was noticed before is not told."""
    told_at: UtcDatetime | None = None
    """When the receiver last took something."""
    failing_since: UtcDatetime | None = None
    last_error: str = ""
    bounces: int = 0
    """Refusals of the mail address in a row."""
    given_up: int = 0
    """How many parcels never arrived."""

    def wants(self, case: CaseCause, news: News, lineage: Collection[str]) -> bool:
        """Whether this is to be told. `lineage` is the news' topic with those above it."""
        if self.status != "active" or self.brand != case.brand or news.at < self.since:
            return False
        if news.signal:
            return news.signal in self.signals
        return (self.all_cases and news.opened) or any(each in lineage for each in self.topics)


def record(interest: Interest, id: str, secret: str, by: str, now: datetime, *, insecure: bool = False) -> Subscription:
    """The interest, recorded. `insecure` allows addresses without TLS. Raises SubscriptionRefused."""
    if not interest.department.strip() or len(interest.department) > MAX_TEXT:
        raise SubscriptionRefused("nothing-said", "department is empty or too long: say who wants to know")
    if bool(interest.mail) == bool(interest.url):
        raise SubscriptionRefused("one-address", "either mail or url says where it is told; give one of the two")
    if not (interest.topics or interest.signals or interest.all_cases or interest.digest):
        raise SubscriptionRefused("no-interest", "it names no topic, no signal, not all cases, and not the digest")
    if interest.url:
        _require_postable(interest.url, insecure=insecure)
    else:
        _require_mailable(interest.mail)
    return Subscription(
        **interest.model_dump(), id=id, secret=secret if interest.url else "", by=by, recorded_at=now, since=now
    )


def declared(
    state: Subscription | None, interest: Interest, id: str, name: str, secret: str, now: datetime
) -> Subscription | None:
    """The subscription as the organisation's files declare it; None where it is so already.

    How telling goes is kept, and so is that somebody paused it. One that had ended begins again.
    """
    if state is None or state.status == "ended":
        return Subscription(
            **interest.model_dump(), id=id, secret=secret, declared=name, by=name, recorded_at=now, since=now
        )
    told = state.model_copy(update={**dict(interest), "secret": secret, "declared": name})
    return None if told == state else told


def require_testable(state: Subscription) -> None:
    """A test is sent to one that is told. Raises SubscriptionRefused."""
    if state.status != "active":
        raise SubscriptionRefused("wrong-status", f"it is {state.status}; a test goes to one that is active")


def pause(state: Subscription, why: str) -> Subscription:
    """Nothing is told until it is resumed; what happens meanwhile is not told later. Raises SubscriptionRefused."""
    _require(state, "paused", "active")
    return state.model_copy(update={"status": "paused", "why": why})


def resume(state: Subscription, now: datetime) -> Subscription:
    """From now on it is told again. Raises SubscriptionRefused."""
    _require(state, "active", "paused")
    return state.model_copy(
        update={"status": "active", "why": "", "since": now, "bounces": 0, "failing_since": None, "last_error": ""}
    )


def end(state: Subscription, why: str) -> Subscription:
    """It is not wanted any more. Raises SubscriptionRefused."""
    if state.declared and why != NO_LONGER:
        raise SubscriptionRefused("declared", "the organisation's files declare it: take it out there, or pause it")
    _require(state, "ended", "active", "paused")
    return state.model_copy(update={"status": "ended", "why": why})


def arrived(state: Subscription, now: datetime) -> Subscription:
    """The receiver took something."""
    return state.model_copy(update={"told_at": now, "failing_since": None, "last_error": "", "bounces": 0})


def failed(state: Subscription, reason: str, now: datetime) -> Subscription:
    """An attempt did not arrive; it will be tried again."""
    return state.model_copy(update={"failing_since": state.failing_since or now, "last_error": reason})


def lost(state: Subscription, reason: str, now: datetime, *, bounced: bool, gone: bool) -> Subscription:
    """A parcel was given up. `bounced`: the mail server refused the address; `gone`: the receiver wants nothing any more."""
    new = failed(state, reason, now).model_copy(update={"given_up": state.given_up + 1})
    if gone and state.status != "ended":
        return new.model_copy(update={"status": "ended", "why": reason})
    if bounced:
        new = new.model_copy(update={"bounces": state.bounces + 1})
        if new.bounces >= BOUNCES_TO_PAUSE and state.status == "active":
            return new.model_copy(update={"status": "paused", "why": reason})
    return new


def _require(state: Subscription, wanted: Status, *allowed: Status) -> None:
    if state.status not in allowed:
        raise SubscriptionRefused(
            "wrong-status", f"it is {state.status}; only one that is {' or '.join(allowed)} can become {wanted}"
        )


def _require_postable(url: str, *, insecure: bool) -> None:
    try:
        webhooks.checked_url(url)
    except ValueError as error:
        raise SubscriptionRefused("wrong-address", f"url can not be used: {error}") from error
    if not insecure and not url.lower().startswith("https://"):
        raise SubscriptionRefused("wrong-address", "url can not be used: it is not an https address")


def _require_mailable(mail: str) -> None:
    try:
        checked_address(mail)
    except ValueError as error:
        raise SubscriptionRefused("wrong-address", f"mail can not be used: {error}") from error
