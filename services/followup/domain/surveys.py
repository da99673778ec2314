"""One survey about one case: what is known of the case until it closes, and whether its customer is asked then (F5, V5).

Pure. What keeps a customer from being asked too often is in `surveys_customer`, what they say in `surveys_answers`.
"""

import zlib
from datetime import datetime, timedelta
from typing import Any, Literal

from schemas.base import Model, UtcDatetime
from schemas.events.case import CaseAbsorbed, CaseClosed, CaseMessageAdded, CaseOpened
from schemas.events.message import Author, Intent, SignalKind
from schemas.events.survey import SurveyExpired, SurveyRequested, SurveyWay
from schemas.ids import derive
from schemas.organisation_aftercare import SurveyPolicy
from schemas.survey_scales import SurveyKind

Status = Literal["watching", "planned", "asked", "answered", "declined", "expired", "skipped"]
SkipReason = Literal[
    "test-contact",
    "compliment",
    "sensitive",
    "nothing-said",
    "other-channel",
    "outside-share",
    "opted-out",
    "asked-lately",
    "another-case-open",
    "surveys-ended",
]
"""Why a customer is not asked. sensitive: somebody's safety, a lawyer or the press was in it."""
SHARES = 10_000


class Survey(Model):
    """The survey of one case; `watching` until the case closes."""

    id: str
    case_id: str
    conversation: str
    brand: str
    customer: Author
    channel: str
    """The one on which the customer wrote last; the survey goes there."""
    language: str
    team: str
    test: bool = False
    owner: str = ""
    intent: Intent = "remark"
    sensitive: bool = False
    spoken: bool = False
    """Whether a reply of ours has reached the customer."""
    identities: tuple[str, ...] = ()
    """Who else the customer is, in cases that go on in this one (M4)."""
    last_conversation: str = ""
    last_external_id: str = ""
    last_written_at: UtcDatetime | None = None
    status: Status = "watching"
    closed: bool = False
    skipped: SkipReason | None = None
    kind: SurveyKind = "csat"
    country: str = ""
    next_at: UtcDatetime | None = None
    """When somebody has to look at it again: to ask, or to end it."""
    requested_at: UtcDatetime | None = None
    expires_at: UtcDatetime | None = None
    ended_at: UtcDatetime | None = None
    """When it was answered, declined or expired."""
    score: int | None = None
    comment: str = ""
    way: SurveyWay | None = None
    sentiment: str = ""
    """Of the comment, as the classifier reads it; empty: there is none, or nobody has read it."""
    topic: str = ""
    comment_language: str = ""
    comment_intent: str = ""
    comment_signals: tuple[SignalKind, ...] = ()
    declined_at: UtcDatetime | None = None
    refused: int = 0
    """Answers that did not count."""

    @property
    def facts(self) -> dict[str, str]:
        """What every fact about it says of it."""
        named = {"survey_id": self.id, "case_id": self.case_id}
        return named | {"conversation": self.conversation, "brand": self.brand}

    @property
    def told_apart(self) -> dict[str, Any]:
        """What scores are told apart by."""
        found = {"kind": self.kind, "channel": self.channel, "language": self.language, "owner": self.owner}
        return self.facts | found | {"team": self.team, "country": self.country}


SurveyChange = tuple[Survey, tuple[Any, ...]]
"""A new state, and the facts that follow."""


def survey_id(case_id: str) -> str:
    """The id of the survey about a case."""
    return derive("survey", case_id)


def case_opened(event: CaseOpened) -> Survey:
    """A case that somebody may be asked about one day."""
    return Survey(
        id=survey_id(event.case_id),
        case_id=event.case_id,
        conversation=event.conversation,
        brand=event.brand,
        customer=event.customer,
        channel=event.channel,
        language=event.language,
        team=event.pool,
        test=event.test,
    )


def message_added(state: Survey, event: CaseMessageAdded) -> Survey:
    """Where the customer wrote last is where they are asked; what was written tells whether they are."""
    message, label = event.message, event.classification
    changes: dict[str, Any] = {"sensitive": state.sensitive or bool(label.signals)}
    if state.last_written_at is None:
        changes["intent"] = label.intent
    # In public others join in: they are not asked.
    if message.author.id in (state.customer.id, *state.identities):
        changes |= _last_word(state, message.sent_at, message.channel, message.conversation, message.author)
        if "channel" in changes:
            changes["last_external_id"] = message.external_id
    return state.model_copy(update=changes)


def case_absorbed(state: Survey, event: CaseAbsorbed) -> Survey:
    """Another case goes on in this one; perhaps the customer's latest word stands there (M4)."""
    changes: dict[str, Any] = {"identities": (*state.identities, event.source_customer.id)}
    if word := event.last_word:
        changes |= _last_word(state, word.written_at, word.channel, word.conversation, word.customer)
        if "channel" in changes:
            changes["last_external_id"] = word.external_id
    return state.model_copy(update=changes)


def case_closed(
    state: Survey, event: CaseClosed, policy: SurveyPolicy, country: str, ask_at: datetime
) -> Survey | None:
    """Whether the customer is to be asked, and when; what can only be known at that time is looked at then.

    A merged case goes on in another, and is asked about there; it may also come back by itself.
    """
    if state.status != "watching":
        return None
    if event.cause == "merged":
        return state.model_copy(update={"closed": True})
    ended = {"closed": True, "owner": event.owner, "kind": policy.kind, "country": country}
    reason = not_asked(state, policy)
    if reason:
        return state.model_copy(update=ended | {"status": "skipped", "skipped": reason})
    return state.model_copy(update=ended | {"status": "planned", "next_at": ask_at})


def not_asked(state: Survey, policy: SurveyPolicy) -> SkipReason | None:
    """Why this customer is not asked about this case, as far as the case tells (V5)."""
    if state.test:
        return "test-contact"
    if state.channel not in policy.channels:
        return "other-channel"
    if state.sensitive:
        return "sensitive"
    if state.intent == "compliment" and not policy.after_compliments:
        return "compliment"
    if not state.spoken:
        return "nothing-said"
    return None if in_share(state.case_id, policy.share) else "outside-share"


def in_share(case_id: str, share: float) -> bool:
    """Whether a case belongs to the share that is asked about: always the same for the same case."""
    return zlib.crc32(f"survey/{case_id}".encode()) % SHARES < round(share * SHARES)


def skip(state: Survey | None, reason: SkipReason) -> Survey | None:
    """The customer is not asked after all."""
    if state is None or state.status != "planned":
        return None
    return state.model_copy(update={"status": "skipped", "skipped": reason, "next_at": None})


def request(state: Survey | None, policy: SurveyPolicy, link: str, now: datetime) -> SurveyChange | None:
    """Ask the customer, in their language, where they wrote last."""
    if state is None or state.status != "planned":
        return None
    text, language = policy.text(state.language)
    expires_at = now + timedelta(days=policy.open_days)
    asked = state.model_copy(
        update={
            "status": "asked",
            "kind": policy.kind,
            "requested_at": now,
            "expires_at": expires_at,
            "next_at": expires_at,
        }
    )
    elsewhere = state.last_conversation not in ("", state.conversation)
    event = SurveyRequested(
        **asked.told_apart,
        text=text.format(link=link),
        text_language=language,
        recipient_id=state.customer.id,
        recipient_address=state.customer.address,
        in_reply_to=state.last_external_id,
        to_conversation=state.last_conversation if elsewhere else "",
        requested_at=now,
        expires_at=expires_at,
    )
    return asked, (event,)


def expire(state: Survey | None, now: datetime) -> SurveyChange | None:
    """The customer said nothing in time."""
    if state is None or state.status != "asked" or state.expires_at is None or now < state.expires_at:
        return None
    ended = state.model_copy(update={"status": "expired", "next_at": None, "ended_at": state.expires_at})
    return ended, (SurveyExpired(**state.facts, expired_at=state.expires_at),)


def _last_word(state: Survey, written_at: datetime, channel: str, conversation: str, author: Author) -> dict[str, Any]:
    """What changes by a word of the customer; nothing by one that a later one has overtaken."""
    if state.last_written_at and written_at < state.last_written_at:
        return {}
    who: dict[str, Any] = {"customer": author, "identities": tuple(sorted({*state.identities, state.customer.id}))}
    return who | {"channel": channel, "last_conversation": conversation, "last_written_at": written_at}
