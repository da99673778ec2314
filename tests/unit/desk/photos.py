"""Small real pictures as telephones make them."""

from io import BytesIO
from typing import Any

from PIL import Image

RED, BLUE = (220, 30, 20), (20, 30, 220)
SERIAL = "SN-4711-0815"


def camera(orientation: int = 1) -> Image.Exif:
    """What a telephone writes: where, with what, by whom, and how it was held."""
    exif = Image.Exif()
    exif[0x0112], exif[0x013B], exif[0x0110] = orientation, "Sanne Vos", "Telephone 9"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 22.0, 12.0), 3: "E", 4: (4.0, 53.0, 42.0)})
    exif.get_ifd(0x8769).update({0xA431: SERIAL})
    return exif


def halves(first: tuple[int, int, int] = RED, second: tuple[int, int, int] = BLUE) -> Image.Image:
    """The left half of one colour, the right of another."""
    picture = Image.new("RGB", (64, 32), first)
    picture.paste(second, (32, 0, 64, 32))
    return picture


def file(picture: Image.Image, kind: str, **how: Any) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def photo(kind: str = "PNG") -> bytes:
    """One with all that a telephone writes."""
    return file(halves(), kind, exif=camera())
