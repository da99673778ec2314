"""When each channel was last heard from and last answered on, and what failed; a fold of events (I4)."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from schemas.base import Event
from schemas.events.message import MessageReceived
from schemas.events.reply import ReplyFailed, ReplyQueued, ReplySent, ReplyUncertain

MOST_REPLIES = 20_000


@dataclass(frozen=True, slots=True)
class ChannelTraffic:
    """One channel since the beginning of what was read. Moments are those that the events tell."""

    channel: str
    received: int = 0
    last_received_at: datetime | None = None
    queued: int = 0
    sent: int = 0
    last_sent_at: datetime | None = None
    failed: int = 0
    uncertain: int = 0
    last_trouble_at: datetime | None = None
    last_reason: str = ""


@dataclass
class Traffic:
    """All channels. A reply's end names no channel: which one it was is remembered from its beginning."""

    channels: dict[str, ChannelTraffic] = field(default_factory=dict)
    _of_reply: dict[str, str] = field(default_factory=dict)

    def hear(self, event: Event, at: datetime) -> None:
        """Take one event into account, decided at this moment; the same one twice counts twice."""
        match event:
            case MessageReceived(message=message):
                known = self._known(message.channel)
                self._set(
                    replace(known, received=known.received + 1, last_received_at=_later(known.last_received_at, at))
                )
            case ReplyQueued(reply_id=reply, channel=channel):
                known = self._known(channel)
                self._set(replace(known, queued=known.queued + 1))
                self._remember(reply, channel)
            case ReplySent(reply_id=reply):
                if ended := self._of(reply):
                    self._set(replace(ended, sent=ended.sent + 1, last_sent_at=_later(ended.last_sent_at, at)))
            case ReplyFailed(reply_id=reply, reason=reason):
                if ended := self._of(reply):
                    self._set(_in_trouble(replace(ended, failed=ended.failed + 1), reason, at))
            case ReplyUncertain(reply_id=reply, reason=reason):
                if ended := self._of(reply):
                    self._set(_in_trouble(replace(ended, uncertain=ended.uncertain + 1), reason, at))
            case _:
                pass

    def _known(self, channel: str) -> ChannelTraffic:
        return self.channels.get(channel) or ChannelTraffic(channel)

    def _of(self, reply: str) -> ChannelTraffic | None:
        channel = self._of_reply.get(reply)
        return self._known(channel) if channel else None

    def _set(self, changed: ChannelTraffic) -> None:
        self.channels[changed.channel] = changed

    def _remember(self, reply: str, channel: str) -> None:
        self._of_reply[reply] = channel
        while len(self._of_reply) > MOST_REPLIES:
            del self._of_reply[next(iter(self._of_reply))]


def _in_trouble(known: ChannelTraffic, reason: str, at: datetime) -> ChannelTraffic:
    return replace(known, last_trouble_at=_later(known.last_trouble_at, at), last_reason=reason)


def _later(known: datetime | None, at: datetime) -> datetime:
    return max(known, at) if known else at
