"""What customers may send along on our page: pictures, short videos and documents, known by their first bytes (V6)."""

from dataclasses import dataclass
from pathlib import PurePosixPath

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


class Erasure(Model):
    """Who took a file away for good, and why."""

    by: str
    reason: str
    at: UtcDatetime


class Upload(Model):
    """One file, as it is kept. `content` is base64; empty once it is erased, when only this record is left of it."""

    media_type: str
    name: str
    content: str
    at: UtcDatetime
    brand: str = ""
    """Empty in records of before brands were written down."""
    sender: str = ""
    """See `Sender`; empty in the same."""
    erased: Erasure | None = None

    @property
    def shown(self) -> bool:
        return self.media_type.startswith(SHOWN)

    def without_content(self, erasure: Erasure) -> "Upload":
        """What is left of it: that it was there, and who took it away."""
        return self.model_copy(update={"content": "", "name": "", "erased": erasure})


@dataclass(frozen=True, slots=True)
class Sender:
    """Where files come from: the conversation's own name on its channel, or the question to a specialist, and its brand."""

    id: str
    brand: str


@dataclass(frozen=True, slots=True)
class TakenFile:
    """A file that will be kept: known by its bytes, and without what a camera wrote into it."""

    media_type: str
    name: str
    content: bytes


class NotTaken(ValueError):
    """A file that is not taken.

    `kind` says why: `file-too-large`, `file-unknown`, `too-many-files`, `picture-broken`, `picture-too-large`.
    """

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


def file_name(name: str) -> str:
    """The last part of a file's name, wherever it lay on the machine of whoever sent it."""
    return PurePosixPath(name.replace("\\", "/")).name[-LONGEST_NAME:]


def checked(name: str, content: bytes) -> str:
    """The media type. Raises NotTaken."""
    if len(content) > MOST_BYTES:
        raise NotTaken("file-too-large", name)
    media_type = media_type_of(content)
    if media_type is None:
        raise NotTaken("file-unknown", name)
    return media_type
