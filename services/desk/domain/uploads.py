"""What customers may send along on our page: pictures, short videos and documents, known by their first bytes (V6)."""

from schemas.base import Model, UtcDatetime

MOST_FILES = 3
MOST_BYTES = 5 * 1024 * 1024
BODY_BYTES = MOST_FILES * MOST_BYTES + 512 * 1024
LONGEST_NAME = 120
ACCEPTED = ("image/png", "image/jpeg", "image/gif", "image/webp", "video/mp4", "video/webm", "application/pdf")
SHOWN = ("image/", "video/")
"""Only these are shown where they lie; anything else is saved by whoever opens it."""
_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
)


class Upload(Model):
    """One file, as it came. `content` is base64."""

    media_type: str
    name: str
    content: str
    at: UtcDatetime

    @property
    def shown(self) -> bool:
        return self.media_type.startswith(SHOWN)


class NotTaken(ValueError):
    """A file that is not taken; `kind` says why: `file-too-large`, `file-unknown`, `too-many-files`."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"{kind}: {name}")
        self.kind = kind
        self.name = name


def media_type_of(content: bytes) -> str | None:
    """What the bytes are, whatever the file calls itself; None for what is not taken."""
    for beginning, media_type in _BEGINNINGS:
        if content.startswith(beginning):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return "video/mp4" if content[4:8] == b"ftyp" else None


def checked(name: str, content: bytes) -> str:
    """The media type. Raises NotTaken."""
    if len(content) > MOST_BYTES:
        raise NotTaken("file-too-large", name)
    media_type = media_type_of(content)
    if media_type is None:
        raise NotTaken("file-unknown", name)
    return media_type
