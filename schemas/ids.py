"""Ids that are derived: the same inputs give the same id, so that the same thing twice is the same thing (design 3)."""

from uuid import UUID, uuid5

NAMESPACE = UUID("8f0f6cf4-6a0e-5c5b-9a52-2f1d8a3c7b10")


def derive(*parts: str) -> str:
    """A UUIDv5 of the parts. The separator can not occur inside a part unescaped, so ("a", "b/c") differs from ("a/b", "c")."""
    return str(uuid5(NAMESPACE, "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts)))


def message_id(brand: str, channel: str, external_id: str) -> str:
    """The id of a channel's message: the same message delivered twice is the same event."""
    return derive("message", brand, channel, external_id)


def conversation_id(brand: str, channel: str, external_id: str) -> str:
    """The id of a channel's thread or, where the channel has none, of the author's conversation with the brand."""
    return derive("conversation", brand, channel, external_id)
