"""What tells how to reach a customer is made unreadable, wherever it is shown to somebody who need not know it (M3)."""

import re
from collections.abc import Iterable

from schemas.events.message import PersonalData

# Bounded, so that a long text without a space costs no more than its length.
MAIL = re.compile(r"[^\s@<>()\[\],;:]{1,64}@[^\s@<>()\[\],;:]{1,255}\.[^\s@<>()\[\],;:.]{1,63}")
# Numbers dialled from abroad or with a leading zero, and the American way; other numbers are orders, amounts, dates.
PHONE = re.compile(
    r"(?<![\w/.-])(?:\+|\(?0)(?:[\s().-]{0,2}\d){7,14}(?![\w/-])"
    r"|(?<![\w/.-])\(?\d{3}\)?[\s.-]{1,2}\d{3}[\s.-]\d{4}(?![\w/-])"
)
DOTS = "•••"


def masked_text(text: str) -> str:
    """The text with mail addresses and phone numbers made unreadable."""
    return PHONE.sub(_masked_phone, MAIL.sub(_masked_mail, text))


def _masked_mail(found: re.Match[str]) -> str:
    user, _, domain = found.group().partition("@")
    return f"{user[0]}{DOTS}@{domain[0]}{DOTS}.{domain.rpartition('.')[2]}"


def _masked_phone(found: re.Match[str]) -> str:
    return f"{DOTS} {found.group()[-2:]}"


def masked_message(text: str, found: Iterable[PersonalData] = (), names: Iterable[str] = ()) -> str:
    """A message for people outside the team: masked as above, and without what was found in it and the customer's names."""
    for each in sorted(found, key=lambda each: -each.start):
        text = f"{text[: each.start]}{DOTS}{text[each.end :]}"
    text = masked_text(text)
    words = {word for name in names for word in (name, *name.split()) if len(word.strip("@")) > 1}
    for word in sorted(words, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", DOTS, text, flags=re.IGNORECASE)
    return text
