"""Which attachments are shown as pictures, and from where a browser may load them (V6).

The reader's browser fetches a picture from where it lies. So its host learns the reader's network address and when they
look, and nothing else: the pages send it no referrer, and pictures load only when they come into view. An organisation
that does not want that names the hosts it trusts, or none; all others are links then, which load nothing until followed.
"""

import re
from mimetypes import guess_type
from urllib.parse import urlsplit

from schemas.events.message import Attachment

ANY = "*"
_LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*")


class Pictures:
    """The choice of one organisation."""

    def __init__(self, hosts: str = ANY) -> None:
        """`hosts`: `*` for all, names with spaces between them, or nothing. Raises ValueError for what is no host."""
        named = hosts.lower().split()
        self._any = named == [ANY]
        self._hosts = frozenset() if self._any else frozenset(named)
        for host in self._hosts:
            if not _HOST.fullmatch(host):
                raise ValueError(f"{host!r} is not the name of a host; `*` alone means every host")

    @property
    def sources(self) -> str:
        """For a page's Content-Security-Policy: only itself, and what is encrypted."""
        return " ".join(["'self'", *(["https:"] if self._any else sorted(f"https://{host}" for host in self._hosts))])

    def shows(self, attachment: Attachment) -> bool:
        """Whether the page shows it as a picture; else it is a link."""
        address = _address(attachment)
        if address is None or address[0] != "https" or not (self._any or address[1] in self._hosts):
            return False
        media_type = attachment.media_type or guess_type(urlsplit(attachment.url).path)[0] or ""
        return media_type.lower().startswith("image/")

    def links(self, attachment: Attachment) -> bool:
        """Whether it lies on the web, so that a link leads there and does nothing else."""
        return _address(attachment) is not None


def _address(attachment: Attachment) -> tuple[str, str] | None:
    try:
        parts = urlsplit(attachment.url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("https", "http") or not parts.hostname:
        return None
    return parts.scheme, parts.hostname if port is None else f"{parts.hostname}:{port}"
