"""Personal data is masked until the owner reveals it (M3)."""

from collections.abc import Callable

from schemas.base import Model
from schemas.events.message import Author
from schemas.masking import masked_message, masked_text
from services.desk.domain.case_parts import Consult
from services.desk.domain.case_view import CaseView


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


def for_outside(author: Author | None) -> Callable[[str], str]:
    """Makes texts fit for people outside the team: without how to reach the customer, and without their names."""
    names = [each for each in (author.name, author.handle) if each] if author else []
    return lambda text: masked_message(text, names=names)


def as_read(view: CaseView, *, acting: bool) -> CaseView:
    """The case as somebody reads it: who acts reads what was written, others without how to reach the customer (M3)."""
    if acting:
        return view
    replies = {id: each.model_copy(update={"text": masked_text(each.text)}) for id, each in view.replies.items()}
    return view.model_copy(
        update={
            "last_words": masked_text(view.last_words),
            "special": masked_text(view.special),
            "timeline": tuple(each.model_copy(update={"text": masked_text(each.text)}) for each in view.timeline),
            "promises": tuple(each.model_copy(update={"what": masked_text(each.what)}) for each in view.promises),
            "consults": tuple(_consult(each) for each in view.consults),
            "replies": replies,
        }
    )


def _consult(consult: Consult) -> Consult:
    words = {name: masked_text(getattr(consult, name)) for name in ("question", "answer", "note")}
    return consult.model_copy(update=words)
