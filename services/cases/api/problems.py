"""Every kind of problem that the service answers with, and which of them a route can lead to.

The rules' own kinds are the subclasses of `Refused`, explained by their docstrings; all others are listed here. Which ones
belong to a route follows from its code: what it calls, as far as the service's own functions go.
"""

from collections.abc import Callable, Iterator
from typing import Any

from services.cases.api.acting import Commands
from services.cases.api.standing import Standing
from services.cases.domain import Refused
from services.chassis.problems import ALWAYS as ANY_ROUTE
from services.chassis.problems import ELSEWHERE, INVALID_CURSOR, Kind, named_in
from services.chassis.problems import OF_A_COMMAND as OF_ANY_COMMAND
from services.chassis.reaching import Reach, source

REACH = Reach(("services.cases.", "services.chassis.paging"), shared=(Commands, Standing), ending=(Refused,))


ALWAYS = (
    *ANY_ROUTE,
    Kind(403, "unknown-person", "Nobody of the organisation has the id in the header Acting-Person."),
    Kind(403, "not-allowed", "The role or stage of whoever acts does not allow it."),
)
"""What every route can lead to."""
OF_A_COMMAND = (
    *OF_ANY_COMMAND,
    Kind(412, "case-moved", "The case has another version than If-Match says; `since` tells what happened."),
    Kind(422, "idempotency-key-reused", "The key named another command of this person at this address before."),
)
"""What every command can lead to."""
UNKNOWN_BRAND = Kind(422, "unknown-brand", "The organisation has no such brand, or whoever acts does not serve it.")
OF_A_RULE = (
    Kind(422, "unknown-person", "Nobody of the organisation has the id that the command names."),
    UNKNOWN_BRAND,
    Kind(422, "unknown-channel", "The organisation has no such channel."),
    Kind(422, "unknown-topic", "The organisation has no such topic."),
    Kind(422, "unknown-calendar", "The organisation has no such calendar."),
)
"""What a command on a case can lead to, when the organisation's files no longer have what the case is about."""
OF_A_CASE = (
    Kind(404, "case-not-found", "There is no such case, or its brand is not one that whoever acts serves (M7)."),
)
OTHERS = (
    UNKNOWN_BRAND,
    INVALID_CURSOR,
    Kind(404, "exercise-not-found", "There is no such exercise, or its brand is not one that whoever acts serves."),
    Kind(404, "nothing-offered", "Nothing of these handovers waits for whoever acts."),
    Kind(404, "person-not-found", "The person does not exist, or does not work for the brand."),
    Kind(422, "already-the-owner", "Nobody can take over from themselves."),
    Kind(422, "not-a-period", "The list takes moments in order, at most 92 days apart."),
    Kind(422, "too-many-cases", "The command is about more cases than are done at once; name some of them."),
    Kind(422, "unknown-answer", "The answer library of the case's brand has no such answer."),
    Kind(404, "no-holding-reply", "The brand has no holding reply in the language of the case."),
    Kind(422, "unknown-skill", "The organisation has no such skill."),
)
"""What only some routes lead to; found by name in their code."""


def refusals(of: type[Refused] = Refused) -> Iterator[Kind]:
    """The kinds of the rules."""
    for each in of.__subclasses__():
        yield of_refusal(each)
        yield from refusals(each)


def of_refusal(refused: type[Refused]) -> Kind:
    """A refusal as a kind of problem."""
    return Kind(refused.status, refused.kind, " ".join((refused.__doc__ or "").split()))


def registry() -> list[Kind]:
    """All kinds, by name and status."""
    every = {*ALWAYS, *OF_A_COMMAND, *OF_A_RULE, *OF_A_CASE, *OTHERS, *ELSEWHERE, *refusals()}
    return sorted(every, key=lambda each: (each.kind, each.status, each.meaning))


def raised_by(endpoint: Callable[..., Any]) -> set[Kind]:
    """The refusals and other particular kinds that the code of an endpoint names, with all of ours that it calls."""
    found: set[Kind] = set()
    known = {(each.status, each.kind): each for each in registry()}
    for function in REACH.functions(endpoint):
        found |= {known[each] for each in named_in(source(function)) if each in known}
        named = REACH.named(function)
        found |= {of_refusal(each) for each in named if isinstance(each, type) and issubclass(each, Refused)}
    return found - {of_refusal(Refused)}
