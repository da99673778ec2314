"""Pictures are kept without what cameras write into them, and look the same."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageCms, ImageSequence, PngImagePlugin

from services.desk.domain.cleaning import MOST_FRAMES, cleaned
from services.desk.domain.uploads import NotTaken
from tests.unit.desk.photos import BLUE, RED, SERIAL, camera, file, halves

WORDS = "photographed at home by Sanne"
SIDEWAYS = 6
"""Held upright, with the picture lying on its left side in the file."""


def opened(content: bytes) -> Image.Image:
    picture = Image.open(BytesIO(content))
    picture.load()
    return picture


def png_with_words(**how: Any) -> bytes:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", WORDS)
    words.add_itxt("XML:com.adobe.xmp", f"<x>{WORDS}</x>")
    return file(halves(), "PNG", pnginfo=words, **how)


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        ("image/jpeg", file(halves(), "JPEG", exif=camera(), comment=WORDS.encode(), xmp=f"<x>{WORDS}</x>".encode())),
        ("image/jpeg", file(halves().convert("CMYK"), "JPEG", exif=camera())),
        ("image/png", png_with_words(exif=camera())),
        ("image/webp", file(halves(), "WEBP", exif=camera(), xmp=f"<x>{WORDS}</x>".encode())),
        ("image/gif", file(halves(), "GIF", comment=WORDS.encode())),
        ("image/jpeg", file(halves(), "JPEG") + WORDS.encode()),
        ("image/png", file(halves(), "PNG") + WORDS.encode()),
    ],
)
def test_nothing_but_the_picture_is_kept(media_type: str, content: bytes) -> None:
    kept = cleaned("a.jpg", media_type, content)
    for told in (SERIAL.encode(), WORDS.encode(), b"Sanne", b"Telephone", b"Exif", b"http://ns.adobe.com"):
        assert told not in kept
    picture = opened(kept)
    assert dict(picture.getexif()) == {}
    assert picture.size == (64, 32)
    left, right = (picture.convert("RGB").getpixel(place) for place in ((8, 16), (56, 16)))
    assert near(left, RED)
    assert near(right, BLUE)


def near(found: Any, wanted: tuple[int, int, int], by: int = 40) -> bool:
    return all(abs(one - other) <= by for one, other in zip(found, wanted, strict=True))


@pytest.mark.parametrize(("media_type", "kind"), [("image/jpeg", "JPEG"), ("image/png", "PNG"), ("image/webp", "WEBP")])
def test_it_stands_as_it_was_held(media_type: str, kind: str) -> None:
    kept = opened(cleaned("a", media_type, file(halves(), kind, exif=camera(SIDEWAYS))))
    assert kept.size == (32, 64)
    assert near(kept.convert("RGB").getpixel((16, 8)), RED)
    assert near(kept.convert("RGB").getpixel((16, 56)), BLUE)


@pytest.mark.parametrize(("media_type", "kind"), [("image/gif", "GIF"), ("image/webp", "WEBP"), ("image/png", "PNG")])
def test_what_moves_goes_on_moving(media_type: str, kind: str) -> None:
    frames = [halves(), halves(BLUE, RED), halves((10, 200, 10), RED)]
    content = file(frames[0], kind, save_all=True, append_images=frames[1:], duration=[100, 200, 300], loop=0)
    kept = opened(cleaned("a", media_type, content))
    shown = [frame.convert("RGB").getpixel((8, 16)) for frame in ImageSequence.Iterator(kept)]
    assert len(shown) == 3
    assert near(shown[1], BLUE)
    assert near(shown[2], (10, 200, 10))
    assert kept.info.get("loop") == 0
    durations = []
    for number in range(3):
        kept.seek(number)
        kept.load()
        durations.append(int(kept.info["duration"]))
    assert durations == [100, 200, 300]


def test_what_is_seen_through_stays_so() -> None:
    drawn = Image.new("RGBA", (16, 16), (0, 0, 0, 0))
    drawn.paste((*RED, 255), (0, 0, 8, 16))
    for media_type, kind in (("image/png", "PNG"), ("image/webp", "WEBP")):
        kept = opened(cleaned("a", media_type, file(drawn, kind))).convert("RGBA")
        assert [kept.getpixel((x, 8))[3] for x in (2, 13)] == [255, 0]  # type: ignore[index]
    palette = opened(cleaned("a", "image/png", file(drawn.convert("P"), "PNG", transparency=0)))
    assert palette.convert("RGBA").getchannel("A").getextrema()[0] == 0


def test_colours_of_a_profile_become_those_of_the_web() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()  # of no use for RGB
    for written in (profile, b"nonsense", ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()):
        kept = opened(cleaned("a", "image/png", file(halves(), "PNG", icc_profile=written)))
        assert "icc_profile" not in kept.info
        assert near(kept.convert("RGB").getpixel((8, 16)), RED)


def test_what_is_no_picture_stays_as_it_came() -> None:
    for media_type in ("application/pdf", "video/mp4"):
        assert cleaned("a", media_type, b"anything at all") == b"anything at all"


def bomb(width: int, height: int) -> bytes:
    """A few bytes that claim to be a large picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    lines = zlib.compress(bytes((width // 8 + 1) * 100))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def many_frames() -> bytes:
    """A GIF of one pixel that moves for a long time."""
    frame = b"\x21\xf9\x04\x00\x01\x00\x00\x00\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00"
    return b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\x00\x00\x00\x00\xff" + frame * (MOST_FRAMES + 5) + b"\x3b"


@pytest.mark.parametrize("content", [bomb(8_000, 8_000), bomb(12_000, 12_000), bomb(60_000, 60_000)])
def test_a_picture_that_fills_the_memory_is_not_taken(content: bytes) -> None:
    with pytest.raises(NotTaken) as refused:
        cleaned("a.png", "image/png", content)
    assert (refused.value.kind, refused.value.name) == ("picture-too-large", "a.png")


def test_one_that_moves_for_hours_is_not_taken() -> None:
    with pytest.raises(NotTaken) as refused:
        cleaned("a.gif", "image/gif", many_frames())
    assert refused.value.kind == "picture-too-large"


@pytest.mark.parametrize(
    ("media_type", "spoil"),
    [
        ("image/jpeg", lambda content: content[:200]),
        ("image/jpeg", lambda _: b"\xff\xd8\xff\xe0 and more"),
        ("image/png", lambda content: content[:40]),
        ("image/png", lambda content: content.replace(b"IDAT", b"IDAX")),
        ("image/webp", lambda content: content[:30]),
        ("image/gif", lambda _: b"GIF89a and more"),
        ("image/png", lambda _: file(halves(), "JPEG")),
    ],
)
def test_a_broken_picture_is_not_taken(media_type: str, spoil: Callable[[bytes], bytes]) -> None:
    kind = media_type.removeprefix("image/").upper()
    with pytest.raises(NotTaken) as refused:
        cleaned("a", media_type, spoil(file(halves(), kind)))
    assert refused.value.kind == "picture-broken"
