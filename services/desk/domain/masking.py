"""Personal data is masked until the owner reveals it (M3)."""

import re

from schemas.base import Model
from schemas.events.message import Author

MAIL = re.compile(r"[^\s@<>()\[\],;:]+@[^\s@<>()\[\],;:]+\.[^\s@<>()\[\],;:.]+")
PHONE = re.compile(r"(?<![\w/.-])\+?\d(?:[\s().-]?\d){7,14}(?![\w/-])")
DOTS = "•••"


class Profile(Model):
    """Who the customer is, as far as the reader may know."""

    id: str
    name: str
    handle: str
    address: str
    masked: bool


def masked_text(text: str) -> str:
    """The text with mail addresses and phone numbers made unreadable."""
    return PHONE.sub(_masked_phone, MAIL.sub(_masked_mail, text))


def _masked_mail(found: re.Match[str]) -> str:
    user, _, domain = found.group().partition("@")
    return f"{user[0]}{DOTS}@{domain[0]}{DOTS}.{domain.rpartition('.')[2]}"


def _masked_phone(found: re.Match[str]) -> str:
    return f"{DOTS} {found.group()[-2:]}"


def profile(author: Author, *, revealed: bool) -> Profile:
    """The customer's profile, masked or as it is. A name is shown: it is how people address each other."""
    if revealed:
        return Profile(id=author.id, name=author.name, handle=author.handle, address=author.address, masked=False)
    fields = {name: masked_text(getattr(author, name)) for name in ("id", "name", "handle", "address")}
    hidden = any(fields[name] != getattr(author, name) for name in fields)
    return Profile(**fields, masked=hidden)
