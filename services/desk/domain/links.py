"""The links in a text, as far as they can be told without following them: nobody's address is fetched for a preview (V6)."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from schemas.events.message import Attachment

MOST = 5
_LINK = re.compile(r"https?://[^\s<>\"']{1,2000}", re.IGNORECASE)
_AT_THE_END = ".,;:!?)]}»”’"
"""What ends a sentence, not an address."""


def links(text: str) -> tuple[Attachment, ...]:
    """The addresses in the text in their order, each once, and the first few of them."""
    return tuple(dict.fromkeys(_links(text)))[:MOST]


def _links(text: str) -> Iterator[Attachment]:
    for found in _LINK.finditer(text):
        url = found.group().rstrip(_AT_THE_END)
        try:
            host = urlsplit(url).hostname
        except ValueError:
            continue
        if host:
            yield Attachment(url=url)


def shown_path(attachment: Attachment) -> str:
    """Where on its host it leads, for people to read; shortened in the middle."""
    parts = urlsplit(attachment.url)
    path = parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")
    return path if len(path) <= 40 else f"{path[:24]}…{path[-14:]}"
