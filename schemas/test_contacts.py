"""Test contacts (F11): messages of our own that come in as a customer's would, to know how fast and how well we answer.

Their author's id is made with a secret. Whoever does not have it can neither make such an id, nor tell it from a
customer's, nor take the mark off. Ingestion recognises it and sets `Message.test`; from there the mark goes with the events,
and everything that measures, learns or reports leaves out what `is_test_contact`.
"""

import hashlib
import hmac
import re
from typing import Annotated

from pydantic import AfterValidator, SecretStr

from schemas.base import Event
from schemas.events.case import CaseMessageAdded, CaseMessageForwarded, CaseOpened
from schemas.events.message import MessageClassified, MessageReceived

MIN_KEY_CHARACTERS = 24

_NONCE, _MARK = 12, 20
_AUTHOR = re.compile(f"[0-9a-f]{{{_NONCE + _MARK}}}")


def _long_enough(key: SecretStr) -> SecretStr:
    if 0 < len(key.get_secret_value()) < MIN_KEY_CHARACTERS:
        raise ValueError(f"the key of test contacts needs at least {MIN_KEY_CHARACTERS} characters")
    return key


Key = Annotated[SecretStr, AfterValidator(_long_enough)]
"""The secret that marks test contacts, the same for ingestion and follow-up; empty: there are none."""


def author_id(key: str, brand: str, channel: str, slot: str) -> str:
    """The author's id of the test contact of this slot on this channel."""
    nonce = _digest(key, "slot", brand, channel, slot)[:_NONCE]
    return nonce + _mark(key, brand, channel, nonce)


def is_test_author(key: str, brand: str, channel: str, author: str) -> bool:
    """Whether we made this id, for this channel; without a key nothing is."""
    if not key or not _AUTHOR.fullmatch(author):
        return False
    return hmac.compare_digest(author[_NONCE:], _mark(key, brand, channel, author[:_NONCE]))


def is_test_contact(event: Event) -> bool:
    """Whether the event opens a case of a test contact, or is one of its messages.

    Other events of a case do not say so: what keeps a document for each case leaves it out from `case.opened` on, which always
    comes first.
    """
    if isinstance(event, CaseOpened):
        return event.test
    if isinstance(event, MessageReceived | MessageClassified | CaseMessageAdded | CaseMessageForwarded):
        return event.message.test
    return False


def _mark(key: str, brand: str, channel: str, nonce: str) -> str:
    return _digest(key, "mark", brand, channel, nonce)[:_MARK]


def _digest(key: str, *parts: str) -> str:
    return hmac.new(key.encode(), "\0".join(("casekeeper", *parts)).encode(), hashlib.sha256).hexdigest()
