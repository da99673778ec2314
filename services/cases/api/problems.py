"""Every kind of problem that the service answers with, and which of them a route can lead to.

The rules' own kinds are the subclasses of `Refused`, explained by their docstrings; all others are listed here. Which ones
belong to a route follows from its code: what it calls, as far as the service's own functions go.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any, get_args

from services.cases.api.acting import Commands
from services.cases.api.standing import Standing
from services.cases.domain import Refused
from services.chassis.errors import PROBLEM_ROOT

OWN = ("services.cases.", "services.chassis.paging")
_RAISED = re.compile(r"Problem\(\s*(\d+),\s*\"([a-z-]+)\"")


@dataclass(frozen=True, slots=True, order=True)
class Kind:
    """One kind of problem, with the status under which it is told."""

    status: int
    kind: str
    meaning: str

    @property
    def type(self) -> str:
        return f"{PROBLEM_ROOT}{self.kind}"

    @property
    def title(self) -> str:
        return self.kind.replace("-", " ").capitalize()

    def document(self) -> dict[str, Any]:
        """An example of its problem document."""
        return {"type": self.type, "title": self.title, "status": self.status, "detail": self.meaning}


ALWAYS = (
    Kind(400, "invalid-request", "What was sent does not fit; `errors` names each field."),
    Kind(401, "not-authenticated", "The bearer token of the services is missing or wrong."),
    Kind(403, "unknown-person", "Nobody of the organisation has the id in the header Acting-Person."),
    Kind(403, "not-allowed", "The role or stage of whoever acts does not allow it."),
    Kind(413, "body-too-large", "The body is larger than the limit of 1 MiB."),
    Kind(503, "unavailable", "The store does not answer; try the same again under the same key."),
)
"""What every route can lead to."""
OF_A_COMMAND = (
    Kind(400, "idempotency-key-missing", "A command needs the header Idempotency-Key."),
    Kind(409, "conflict", "Others keep changing the same at this moment; try again under the same key."),
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
    Kind(400, "invalid-cursor", "The cursor does not belong to this list; begin again without one."),
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
ELSEWHERE = (
    Kind(404, "not-found", "There is nothing at this address."),
    Kind(405, "method-not-allowed", "The address does not take this method."),
    Kind(500, "internal-error", "A bug of ours; it has been logged."),
)
"""What no route of ours answers when all is well."""


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


def named_in(source: str) -> set[tuple[int, str]]:
    """The kinds that a source text raises by name, as `Problem(<status>, "<kind>", ...)`."""
    return {(int(status), kind) for status, kind in _RAISED.findall(source)}


def raised_by(endpoint: Callable[..., Any]) -> set[Kind]:
    """The refusals and other particular kinds that the code of an endpoint names, with all of ours that it calls."""
    found: set[Kind] = set()
    known = {(each.status, each.kind): each for each in registry()}
    for function in _reached(endpoint):
        found |= {known[each] for each in named_in(_source(function)) if each in known}
        named, _ = _step(function)
        found |= {of_refusal(each) for each in named if isinstance(each, type) and issubclass(each, Refused)}
    return found - {of_refusal(Refused)}


def _reached(start: Callable[..., Any]) -> set[FunctionType]:
    """The function, and all of ours that it leads to."""
    waiting, seen = [inspect.unwrap(start)], set[FunctionType]()
    while waiting:
        function = waiting.pop()
        if isinstance(function, FunctionType) and function not in seen:
            seen.add(function)
            waiting += _step(function)[1]
    return seen


@cache
def _source(function: FunctionType) -> str:
    return inspect.getsource(function)


@cache
def _step(function: FunctionType) -> tuple[list[Any], list[Any]]:
    """What a function names, and the functions of ours among that."""
    named, functions = [], []
    for code in _codes(function.__code__):
        here = list(_named(code, function.__globals__, _classes(function)))
        named += here
        functions += [each for value in here for each in _functions(value, code.co_names)]
    return named, functions


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A code and those inside it."""
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _codes(each)


def _classes(function: FunctionType) -> list[type]:
    """Our own classes among what a function is given, and the shared commands."""
    given = [part for each in inspect.get_annotations(function).values() for part in (each, *get_args(each))]
    given = [getattr(each, "__origin__", each) for each in given]
    ours = [each for each in given if isinstance(each, type) and each.__module__.startswith(OWN)]
    return ours if function.__qualname__.startswith(f"{Commands.__name__}.") else [Commands, Standing, *ours]


def _named(code: CodeType, known: dict[str, Any], given: Iterable[type]) -> Iterator[Any]:
    """What a code's names stand for: things of its module, of modules that it names, methods of what it is given."""
    yield from (known[name] for name in code.co_names if name in known)
    modules = [known[name] for name in code.co_names if isinstance(known.get(name), ModuleType)]
    for place in (*given, *(each for each in modules if each.__name__.startswith(OWN))):
        found = (inspect.getattr_static(place, name, None) for name in code.co_names)
        yield from (each.fget if isinstance(each, property) else each for each in found if each is not None)


def _functions(value: Any, names: Iterable[str]) -> list[Any]:
    """Our own functions in a value: itself, those of a table, or the methods of a class that are named."""
    if isinstance(value, tuple | list | frozenset | set):
        return [each for part in value for each in _functions(part, names)]
    if isinstance(value, dict):
        return [each for part in value.values() for each in _functions(part, names)]
    if is_dataclass(value) and not isinstance(value, type) and type(value).__module__.startswith(OWN):
        return [each for part in fields(value) for each in _functions(getattr(value, part.name), names)]
    if isinstance(value, type) and value.__module__.startswith(OWN) and not issubclass(value, Refused):
        named = [vars(value)[name] for name in names if name in vars(value)]
        return [inspect.unwrap(getattr(each, "__func__", each)) for each in named]
    found = inspect.unwrap(value) if callable(value) and not isinstance(value, type) else None
    return [found] if isinstance(found, FunctionType) and found.__module__.startswith(OWN) else []
