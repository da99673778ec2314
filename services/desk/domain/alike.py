"""Who may be the same customer on another channel, and why one would think so. A person says whether it is so (U2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from schemas.events.message import Author
from schemas.masking import MAIL
from services.desk.domain.case_view import CaseView

Why = Literal["address", "written", "handle", "name"]
"""The same address; an address that one wrote to us is the other's; the same handle; the same name. The surest first."""
SURENESS: tuple[Why, ...] = ("address", "written", "handle", "name")
TRAITS = ("named", "handled", "reached")
MOST_SHOWN = 5
MOST_WRITTEN = 10
SHORTEST_HANDLE = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """Another identity by its latest case, and why it may be the same customer."""

    view: CaseView
    why: tuple[Why, ...]


def traits(view: CaseView) -> Mapping[str, str]:
    """By what a customer is found on other channels of the brand; without those that nobody knows."""
    if view.customer is None:
        return {}
    known = zip(TRAITS, (_name(view.customer), _handle(view.customer), _address(view.customer)), strict=True)
    return {trait: f"{view.brand}/{value}" for trait, value in known if value}


def written_addresses(view: CaseView) -> tuple[str, ...]:
    """Mail addresses that the customer wrote in this case, the latest first."""
    words = (entry.text for entry in reversed(view.timeline) if entry.kind == "message")
    found = (address.casefold() for text in words for address in MAIL.findall(text))
    return tuple(dict.fromkeys(found))[:MOST_WRITTEN]


def candidates(view: CaseView, others: Iterable[CaseView], known: Iterable[tuple[str, str]]) -> list[Candidate]:
    """Those of the brand who may be the customer of this case, the surest first; `known` are their identities already."""
    seen = {*known, identity(view)}
    found: list[Candidate] = []
    for other in sorted(others, key=lambda each: (each.opened_at is None, each.opened_at), reverse=True):
        if other.brand != view.brand or identity(other) in seen or other.customer is None:
            continue
        if why := evidence(view, other):
            seen.add(identity(other))
            found.append(Candidate(other, why))
    return sorted(found, key=lambda each: (SURENESS.index(each.why[0]), -len(each.why)))[:MOST_SHOWN]


def evidence(view: CaseView, other: CaseView) -> tuple[Why, ...]:
    """Why the customers of both cases may be one; nothing where nothing says so."""
    one, two = view.customer, other.customer
    if one is None or two is None:
        return ()
    told: dict[Why, bool] = {
        "address": _address(one) != "" and _address(one) == _address(two),
        "written": _address(two) in written_addresses(view) or _address(one) in written_addresses(other),
        "handle": _handle(one) != "" and _handle(one) == _handle(two),
        "name": _name(one) != "" and _name(one) == _name(two),
    }
    return tuple(why for why in SURENESS if told[why])


def identity(view: CaseView) -> tuple[str, str]:
    """The channel and what the channel calls the customer."""
    return view.channel, view.customer.id if view.customer else ""


def _name(author: Author) -> str:
    return " ".join(author.name.casefold().split())


def _handle(author: Author) -> str:
    handle = author.handle.strip().removeprefix("@").casefold()
    return handle if len(handle) >= SHORTEST_HANDLE else ""


def _address(author: Author) -> str:
    """A mail address; some channels call the customer by it."""
    return next((each.strip().casefold() for each in (author.address, author.id) if MAIL.fullmatch(each.strip())), "")
