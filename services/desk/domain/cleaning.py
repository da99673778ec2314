"""Pictures without what cameras write into them: where it was taken, with which camera, by whom.

A picture is drawn anew from what it shows, so that nothing else in the file survives, whatever it is called: EXIF, XMP, IPTC,
comments, previews, colour profiles (their colours become sRGB), and bytes after the end. How it was held is applied.
"""

from collections.abc import Iterator
from io import BytesIO
from itertools import count
from typing import Any

from PIL import Image, ImageCms, ImageOps

from services.desk.domain.uploads import NotTaken

MOST_PIXELS, MOST_FRAMES = 50_000_000, 1_000
"""Of all frames together: a few bytes may claim to be a picture that fills the memory, or one that moves for hours."""
QUALITY = 90
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
_SRGB = ImageCms.createProfile("sRGB")


def cleaned(name: str, media_type: str, content: bytes) -> bytes:
    """The same picture, drawn anew; what is no picture stays as it came.

    Raises NotTaken: `picture-too-large` for too many pixels, `picture-broken` for what can not be drawn.
    """
    if media_type not in _FORMATS:
        return content
    kind = _FORMATS[media_type]
    try:
        with Image.open(BytesIO(content), formats=(kind,)) as picture:
            _within(picture, 1)
            moves = kind != "JPEG" and getattr(picture, "is_animated", False)  # a JPEG's further pictures are previews
            return _animated(picture, kind) if moves else _still(picture, kind)
    except (_TooLarge, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotTaken("picture-too-large", name) from error
    except Exception as error:  # decoders fail in many ways over bytes that somebody made up
        raise NotTaken("picture-broken", name) from error


class _TooLarge(Exception):
    """More pixels or frames than anybody needs."""


def _still(picture: Image.Image, kind: str) -> bytes:
    drawn = _drawn(picture, picture.info.get("icc_profile"))
    if kind == "JPEG":
        return _written(_flat(drawn), kind, quality=QUALITY)
    return _written(drawn, kind, **({"quality": QUALITY} if kind == "WEBP" else {}))


def _animated(picture: Image.Image, kind: str) -> bytes:
    profile, loop = picture.info.get("icc_profile"), picture.info.get("loop")
    frames, durations = [], []
    for frame in _frames(picture):
        frames.append(_drawn(frame.convert("RGBA"), profile))
        durations.append(int(frame.info.get("duration") or 0))
    more: dict[str, Any] = {"quality": QUALITY} if kind == "WEBP" else {"disposal": 2 if kind == "GIF" else 1}
    if loop is not None:  # without it, a GIF runs once
        more["loop"] = loop
    return _written(frames[0], kind, save_all=True, append_images=frames[1:], duration=durations, **more)


def _frames(picture: Image.Image) -> Iterator[Image.Image]:
    """One after the other, as far as the file goes; what it says of itself is not believed. Raises _TooLarge."""
    for number in count():
        try:
            picture.seek(number)
        except EOFError:
            return
        _within(picture, number + 1)
        yield picture


def _within(picture: Image.Image, frames: int) -> None:
    """Raises _TooLarge for so many frames of this picture's size."""
    if frames > MOST_FRAMES or frames * picture.width * picture.height > MOST_PIXELS:
        raise _TooLarge


def _drawn(frame: Image.Image, profile: bytes | None) -> Image.Image:
    """What it shows, as it was held, in sRGB, with nothing beside. The frame itself is used up: it may be large."""
    ImageOps.exif_transpose(frame, in_place=True)
    transparency = frame.info.get("transparency")
    shown = _in_srgb(frame, profile) if profile else frame
    shown.info = {} if transparency is None else {"transparency": transparency}
    return shown


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """For modes that a profile can be applied to; others, and broken profiles, lose it without."""
    into = {"RGB": "RGB", "CMYK": "RGB", "RGBA": "RGBA"}.get(picture.mode)
    if into is None:
        return picture
    try:
        written = ImageCms.ImageCmsProfile(BytesIO(profile))
        return ImageCms.profileToProfile(picture, written, _SRGB, outputMode=into) or picture
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture


def _flat(picture: Image.Image) -> Image.Image:
    return picture if picture.mode in ("L", "RGB") else picture.convert("RGB")


def _written(picture: Image.Image, kind: str, **how: Any) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()
