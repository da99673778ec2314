"""Personal data is masked until the owner reveals it (M3)."""

from schemas.base import Model
from schemas.events.message import Author
from schemas.masking import masked_text


class Profile(Model):
    """Who the customer is, as far as the reader may know."""

    id: str
    name: str
    handle: str
    address: str
    masked: bool


def profile(author: Author, *, revealed: bool) -> Profile:
    """The customer's profile, masked or as it is. A name is shown: it is how people address each other."""
    if revealed:
        return Profile(id=author.id, name=author.name, handle=author.handle, address=author.address, masked=False)
    fields = {name: masked_text(getattr(author, name)) for name in ("id", "name", "handle", "address")}
    hidden = any(fields[name] != getattr(author, name) for name in fields)
    return Profile(**fields, masked=hidden)
