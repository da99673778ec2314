"""Personal data is masked until the owner reveals it (M3)."""

import re

from schemas.base import Model
from schemas.events.message import Author

# Bounded, so that a long text without a space costs no more than its length.
MAIL = re.compile(r"[^\s@<>()\[\],;:]{1,64}@[^\s@<>()\[\],;:]{1,255}\.[^\s@<>()\[\],;:.]{1,63}")
# Numbers dialled from abroad or with a leading zero, and the American way; other numbers are orders, amounts, dates.
PHONE = re.compile(
    r"(?<![\w/.-])(?:\+|\(?0)(?:[\s().-]{0,2}\d){7,14}(?![\w/-])"
    r"|(?<![\w/.-])\(?\d{3}\)?[\s.-]{1,2}\d{3}[\s.-]\d{4}(?![\w/-])"
)
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
