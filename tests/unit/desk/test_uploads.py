"""What customers may send along: known by its bytes, not by what it calls itself."""

import pytest

from schemas.events.message import Attachment
from services.chassis.clock import SystemClock
from services.desk.api.session import Signing
from services.desk.domain.pictures import Pictures
from services.desk.domain.uploads import (
    ACCEPTED,
    MOST_BYTES,
    Erasure,
    NotTaken,
    Upload,
    checked,
    file_name,
    media_type_of,
)
from services.desk.store.uploads import Uploads
from tests.unit.desk.stories import NOON

FILES = {
    "image/png": b"\x89PNG\r\n\x1a\n and more",
    "image/jpeg": b"\xff\xd8\xff\xe0 and more",
    "image/gif": b"GIF89a and more",
    "image/webp": b"RIFF\x10\x00\x00\x00WEBPVP8 ",
    "video/mp4": b"\x00\x00\x00\x18ftypmp42",
    "video/webm": b"\x1a\x45\xdf\xa3 and more",
    "application/pdf": b"%PDF-1.7",
}


@pytest.mark.parametrize(("media_type", "content"), FILES.items())
def test_a_file_is_what_its_bytes_say(media_type: str, content: bytes) -> None:
    assert checked("anything.exe", content) == media_type
    assert media_type in ACCEPTED


@pytest.mark.parametrize("content", [b"", b"<svg onload=alert(1)>", b"<html>", b"MZ\x90", b"RIFF\x10\x00\x00\x00WAVE"])
def test_what_could_run_or_is_unknown_is_not_taken(content: bytes) -> None:
    assert media_type_of(content) is None
    with pytest.raises(NotTaken) as refusal:
        checked("picture.png", content)
    assert refusal.value.kind == "file-unknown"


def test_what_is_too_large_is_not_taken() -> None:
    content = FILES["image/png"].ljust(MOST_BYTES, b"\0")
    assert checked("picture.png", content) == "image/png"
    with pytest.raises(NotTaken, match="file-too-large"):
        checked("picture.png", content + b"\0")


def test_only_pictures_and_videos_are_shown_where_they_lie() -> None:
    shown = {kind for kind in FILES if Upload(media_type=kind, name="", content="", at=NOON).shown}
    assert FILES.keys() - shown == {"application/pdf"}


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("leak.png", "leak.png"),
        ("C:\\Users\\Sanne\\leak.png", "leak.png"),
        ("../../etc/passwd", "passwd"),
        ("..", ".."),
        ("x" * 500 + ".png", "x" * 116 + ".png"),
    ],
)
def test_only_the_last_part_of_a_name_is_kept(told: str, name: str) -> None:
    assert file_name(told) == name


def test_of_an_erased_file_the_record_is_left() -> None:
    kept = Upload(media_type="image/png", name="passport.png", content="eA==", at=NOON, brand="moccarel", sender="s")
    left = kept.without_content(Erasure(by="fleur.visser", reason="asked for", at=NOON))
    assert (left.content, left.name, left.brand, left.sender) == ("", "", "moccarel", "s")
    assert left.erased


def test_only_links_of_ours_lie_here() -> None:
    signing = Signing()
    signing.use("a secret")
    uploads = Uploads(None, signing, "https://desk.example.com", SystemClock())  # type: ignore[arg-type]
    token = signing.media("file-1")
    assert uploads.place(f"http://127.0.0.1:8080/media/{token}") == f"/media/{token}"
    assert uploads.place(f"https://desk.example.com/media/{token}x") == ""
    assert uploads.place(f"https://elsewhere.example/picture/{token}") == ""
    assert uploads.place("http://[broken/media/") == ""
    other = Signing()
    other.use("another secret")
    assert signing.upload(other.media("file-1")) == ""

    pictures = Pictures("", uploads.place)
    ours = Attachment(url=f"http://127.0.0.1:8080/media/{token}", media_type="image/png")
    assert pictures.shows(ours)
    assert pictures.source(ours) == f"/media/{token}"
    theirs = Attachment(url="https://elsewhere.example/picture.png", media_type="image/png")
    assert not pictures.shows(theirs)
    assert pictures.source(theirs) == theirs.url
