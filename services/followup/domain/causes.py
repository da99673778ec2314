"""What each case was about, and what it took: the read model behind insights, subscriptions and the digest (F7, F10). Pure.

One document per case, a fold of its events. Of the customer's words only those are kept that
subscribers are about to be told.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Literal

from schemas.base import Model, UtcDatetime
from schemas.events.case import (
    CaseEvent,
    CaseMarked,
    CaseMerged,
    CaseMessageAdded,
    CaseOpened,
    CaseUnmarked,
    CaseUnmerged,
    Mark,
)
from schemas.events.consult import ConsultAnswered
from schemas.events.message import EntityKind, Sentiment, SignalKind
from schemas.events.reply import ReplySent
from schemas.events.understanding import CaseReclassified
from schemas.masking import masked_message, masked_text

EXCERPT_CHARACTERS = 280
MOST_NEWS = 20
PRODUCT: EntityKind = "product"


class News(Model):
    """Something that subscribers may want to be told: a topic or a signal that the case did not have before."""

    topic: str = ""
    signal: SignalKind | None = None
    sentiment: Sentiment = "neutral"
    excerpt: str = ""
    """The message, masked; empty: no message made it so."""
    at: UtcDatetime
    opened: bool = False
    """It is the first of a new case."""

    @property
    def name(self) -> str:
        return f"signal:{self.signal}" if self.signal else f"topic:{self.topic}"


class CaseCause(Model):
    """One case: its cause, and what it took of people's work."""

    case_id: str
    brand: str
    channel: str
    language: str
    opened_at: UtcDatetime
    test: bool = False
    merged: bool = False
    """It went on in another case: counted there, once."""
    topic: str = ""
    product: str = ""
    """The first product that was named, other than the topic itself."""
    sentiment: Sentiment = "neutral"
    messages: int = 0
    answers: int = 0
    holding: int = 0
    consults: int = 0
    mark: Mark | None = None
    story: str = ""
    """What a colleague wrote when they marked it, masked."""
    told: tuple[str, ...] = ()
    """The topics and signals that were news before."""
    news: tuple[News, ...] = ()
    """What subscribers have not been matched with yet."""

    @property
    def counts(self) -> bool:
        """Whether it is one of the brand's cases: neither a test contact nor gone on in another."""
        return not self.test and not self.merged


def fold(state: CaseCause | None, event: CaseEvent) -> CaseCause | None:
    """The case with one more event; None: it changes nothing, as all that comes before the case was opened."""
    if isinstance(event, CaseOpened):
        return None if state else _opened(event)
    return None if state is None else FOLDED[type(event)](state, event)


def _opened(event: CaseOpened) -> CaseCause:
    return CaseCause(
        case_id=event.case_id,
        brand=event.brand,
        channel=event.channel,
        language=event.language,
        opened_at=event.opened_at,
        test=event.test,
    )


def _message_added(state: CaseCause, event: CaseMessageAdded) -> CaseCause:
    found, message = event.classification, event.message
    changes: dict[str, object] = {"messages": state.messages + 1}
    topic = state.topic
    if state.messages == 0:
        topic = found.topic
        changes |= {"topic": topic, "sentiment": found.sentiment}
        if found.language != "und":
            changes["language"] = found.language
    if not state.product:
        named = (each.key for each in found.entities if each.kind == PRODUCT and each.key != topic)
        changes["product"] = next(named, "")
    words = masked_message(message.text, found.personal_data, (message.author.name, message.author.handle))
    about = News(sentiment=found.sentiment, excerpt=_shortened(words), at=message.received_at)
    news = [about.model_copy(update={"signal": each.kind}) for each in found.signals]
    if state.messages == 0:
        news.insert(0, about.model_copy(update={"topic": topic, "opened": True}))
    return _with_news(state.model_copy(update=changes), news)


def _reclassified(state: CaseCause, event: CaseReclassified) -> CaseCause:
    product = "" if state.product == event.topic else state.product
    changes = {"topic": event.topic, "sentiment": event.sentiment, "product": product}
    if event.language != "und":
        changes["language"] = event.language
    about = News(sentiment=event.sentiment, at=event.reclassified_at)
    news = [about.model_copy(update={"signal": kind}) for kind in event.signals]
    if event.topic:
        news.insert(0, about.model_copy(update={"topic": event.topic}))
    return _with_news(state.model_copy(update=changes), news)


def _reply_sent(state: CaseCause, event: ReplySent) -> CaseCause:
    kind: Literal["answers", "holding"] = "answers" if event.kind == "answer" else "holding"
    return state.model_copy(update={kind: getattr(state, kind) + 1})


def _consult_answered(state: CaseCause, _: ConsultAnswered) -> CaseCause:
    return state.model_copy(update={"consults": state.consults + 1})


def _merged(state: CaseCause, _: CaseMerged) -> CaseCause:
    return state.model_copy(update={"merged": True})


def _unmerged(state: CaseCause, _: CaseUnmerged) -> CaseCause:
    return state.model_copy(update={"merged": False})


def _marked(state: CaseCause, event: CaseMarked) -> CaseCause:
    return state.model_copy(update={"mark": event.mark, "story": _shortened(masked_text(event.text))})


def _unmarked(state: CaseCause, _: CaseUnmarked) -> CaseCause:
    return state.model_copy(update={"mark": None, "story": ""})


def settled(stored: CaseCause | None, folded: CaseCause) -> CaseCause:
    """The case as its events tell it, folded anew; what subscribers have been matched with already stays matched."""
    if stored is None:
        return folded
    waiting = {each.name for each in stored.news}
    news = tuple(each for each in folded.news if each.name in waiting or each.name not in stored.told)
    return folded.model_copy(update={"news": news})


def matched(state: CaseCause | None, names: Collection[str]) -> CaseCause | None:
    """Subscribers know of what has these names; its words are forgotten. None: nothing is left to forget."""
    left = tuple(each for each in state.news if each.name not in names) if state else ()
    return state.model_copy(update={"news": left}) if state and len(left) < len(state.news) else None


def _with_news(state: CaseCause, news: list[News]) -> CaseCause:
    fresh = [each for each in news if each.name not in state.told]
    if not fresh or state.test or len(state.told) >= MOST_NEWS:
        return state
    told = (*state.told, *(each.name for each in fresh))
    return state.model_copy(update={"told": told, "news": (*state.news, *fresh)})


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT_CHARACTERS else f"{line[:EXCERPT_CHARACTERS].rsplit(' ', 1)[0]} …"


FOLDED: Mapping[type[CaseEvent], Callable[[CaseCause, Any], CaseCause]] = {
    CaseMessageAdded: _message_added,
    CaseReclassified: _reclassified,
    CaseMarked: _marked,
    CaseUnmarked: _unmarked,
    CaseMerged: _merged,
    CaseUnmerged: _unmerged,
    ReplySent: _reply_sent,
    ConsultAnswered: _consult_answered,
}
"""Every event that tells a cause or took work, besides `case.opened`."""
