"""Who said something when in a case, as its timings have it. Pure."""

from typing import Literal, NamedTuple

from services.followup.domain.figures.timings import Timings

MOVED = "moved"
"""The intent of a message that went to another case."""


class Turn(NamedTuple):
    """Something that was said in the case, or that the owner held it answered."""

    at_ms: int
    by: Literal["customer", "holding", "answer", "settled"]
    who: str = ""


def turns(timings: Timings) -> list[Turn]:
    """In the order of time; at the same moment the customer first."""
    found = [Turn(at_ms, "customer") for id, at_ms in timings.messages.items() if timings.intents.get(id) != MOVED]
    found += [Turn(each.at_ms, "holding" if each.holding else "answer", each.by) for each in timings.replies.values()]
    found += [Turn(each.at_ms, "settled", each.by) for each in timings.resolved]
    return sorted(found, key=lambda each: (each.at_ms, each.by != "customer", each.by, each.who))
