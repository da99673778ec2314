"""Which attachments are shown as pictures or videos, and from where a browser may load them (V6).

The reader's browser fetches a picture from where it lies. So its host learns the reader's network address and when they
look, and nothing else: the pages send it no referrer, pictures load only when they come into view, and videos only when
somebody plays them. An organisation that does not want that names the hosts it trusts, or none; all others are links then,
which load nothing until followed.
"""

import re
from collections.abc import Callable
from mimetypes import guess_type
from typing import Literal
from urllib.parse import urlsplit

from schemas.events.message import Attachment

ANY = "*"
_LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*")
VIDEO_HOSTS = frozenset({"youtube.com", "youtu.be", "vimeo.com"})
"""Where a page is a video."""
Kind = Literal["picture", "video", "sound", "page", "file"]
KINDS: dict[str, Kind] = {"image": "picture", "video": "video", "audio": "sound", "text": "page"}


class Pictures:
    """The choice of one organisation."""

    def __init__(self, hosts: str = ANY, place: Callable[[str], str] = lambda _: "") -> None:
        """`hosts`: `*` for all, names with spaces between them, or nothing. Raises ValueError for what is no host.

        `place` says where on this desk an address lies that is our own; those are always shown.
        """
        self._place = place
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
        return self._trusts(attachment) and _media_type(attachment).startswith("image/")

    def plays(self, attachment: Attachment) -> bool:
        """Whether the page plays it as a video, once somebody asks for it; else it is a link."""
        return self._trusts(attachment) and _media_type(attachment).startswith("video/")

    def source(self, attachment: Attachment) -> str:
        """From where the page loads it: what lies on this desk from here, whatever name its address has for us."""
        return self._place(attachment.url) or attachment.url

    def ours(self, attachment: Attachment) -> str:
        """Where on this desk it lies; empty for what lies elsewhere."""
        return self._place(attachment.url)

    def links(self, attachment: Attachment) -> bool:
        """Whether it lies on the web, so that a link leads there and does nothing else."""
        return _address(attachment) is not None

    def host(self, attachment: Attachment) -> str:
        """Where it lies, for whoever follows the link; empty for what does not lie on the web."""
        address = _address(attachment)
        return address[1].removeprefix("www.") if address else ""

    def kind(self, attachment: Attachment) -> Kind:
        """What it is as far as its address and type tell."""
        known = KINDS.get(_media_type(attachment).partition("/")[0])
        if known in (None, "page") and self.host(attachment).removeprefix("m.") in VIDEO_HOSTS:
            return "video"
        return known or ("file" if _media_type(attachment) or attachment.name else "page")

    def _trusts(self, attachment: Attachment) -> bool:
        address = _address(attachment)
        if self._place(attachment.url):
            return True
        return address is not None and address[0] == "https" and (self._any or address[1] in self._hosts)


def _media_type(attachment: Attachment) -> str:
    """As it was told, else as the end of its address says. Raises nothing for an address that is none."""
    try:
        path = urlsplit(attachment.url).path
    except ValueError:
        path = ""
    return (attachment.media_type or guess_type(path)[0] or "").lower()


def _address(attachment: Attachment) -> tuple[str, str] | None:
    try:
        parts = urlsplit(attachment.url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("https", "http") or not parts.hostname:
        return None
    return parts.scheme, parts.hostname if port is None else f"{parts.hostname}:{port}"
