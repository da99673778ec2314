"""The channels of the organisation as ingestion sees them: whose they are, which way in is theirs, and their keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.events.message import Visibility
from schemas.organisation import Channel, ChannelKind, Organisation
from services.ingestion.domain.signature import parse_secrets


class SecretMissing(ValueError):
    """A webhook channel without a usable secret: the service does not start, as it would have to refuse everything."""


class UnknownAccount(LookupError):
    """The brand has no such channel."""


@dataclass(frozen=True, slots=True)
class Account:
    """One channel of one brand."""

    brand: str
    channel: str
    kind: ChannelKind
    visibility: Visibility
    keys: tuple[bytes, ...] = ()
    test_key: str = field(default="", repr=False)
    """The secret that marks our own test contacts (F11)."""


class Accounts:
    """All channels, by brand and channel."""

    def __init__(self, organisation: Organisation, environment: Mapping[str, str], test_key: str = "") -> None:
        """Raises SecretMissing."""
        self._accounts = {
            (channel.brand, channel.id): _account(channel, environment, test_key) for channel in organisation.channels
        }

    def find(self, brand: str, channel: str, kind: ChannelKind | None = None) -> Account:
        """Raises UnknownAccount, also when it is of another kind."""
        account = self._accounts.get((brand, channel))
        if account is None:
            raise UnknownAccount(f"there is no channel {channel!r} of a brand {brand!r}")
        if kind is not None and account.kind != kind:
            raise UnknownAccount(f"channel {channel!r} is a {account.kind} channel; this way in is for {kind}")
        return account


def _account(channel: Channel, environment: Mapping[str, str], test_key: str) -> Account:
    keys: tuple[bytes, ...] = ()
    if channel.secret_env:
        try:
            keys = parse_secrets(environment.get(channel.secret_env, ""))
        except ValueError as error:
            raise SecretMissing(
                f"channel {channel.id} needs its signing secret in the environment variable {channel.secret_env}: {error}"
            ) from error
    return Account(channel.brand, channel.id, channel.kind, channel.audience, keys, test_key)
