"""Which functions of ours an endpoint leads to, as its code names them: what a description of an API can be made from."""

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any, get_args


@dataclass(frozen=True)
class Reach:
    """How far to follow: into modules whose names begin with one of `own`."""

    own: tuple[str, ...]
    shared: tuple[type, ...] = ()
    """Classes whose methods any function may call without being given one; those of the first call only what they are given."""
    ending: tuple[type, ...] = ()
    """Classes that are only named, and lead nowhere."""

    def functions(self, start: Callable[..., Any]) -> set[FunctionType]:
        """The function, and all of ours that it leads to."""
        waiting, seen = [inspect.unwrap(start)], set[FunctionType]()
        while waiting:
            function = waiting.pop()
            if isinstance(function, FunctionType) and function not in seen:
                seen.add(function)
                waiting += _step(self, function)[1]
        return seen

    def named(self, function: FunctionType) -> list[Any]:
        """What a function names."""
        return _step(self, function)[0]

    def is_own(self, value: Any) -> bool:
        """Whether it is of one of our modules."""
        return str(getattr(value, "__module__", "")).startswith(self.own)


@cache
def source(function: FunctionType) -> str:
    """The text of a function."""
    return inspect.getsource(function)


@cache
def _step(reach: Reach, function: FunctionType) -> tuple[list[Any], list[Any]]:
    """What a function names, and the functions of ours among that."""
    named, functions = [], []
    for code in _codes(function.__code__):
        here = list(_named(reach, code, function.__globals__, _classes(reach, function)))
        named += here
        functions += [each for value in here for each in _functions(reach, value, code.co_names)]
    return named, functions


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A code and those inside it."""
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _codes(each)


def _classes(reach: Reach, function: FunctionType) -> list[type]:
    """Our own classes among what a function is given, and the shared ones."""
    given = [part for each in inspect.get_annotations(function).values() for part in (each, *get_args(each))]
    given = [getattr(each, "__origin__", each) for each in given]
    ours = [each for each in given if isinstance(each, type) and reach.is_own(each)]
    first = [each.__name__ for each in reach.shared[:1]]
    return ours if function.__qualname__.split(".")[0] in first else [*reach.shared, *ours]


def _named(reach: Reach, code: CodeType, known: dict[str, Any], given: Iterable[type]) -> Iterator[Any]:
    """What a code's names stand for: things of its module, of modules that it names, methods of what it is given."""
    yield from (known[name] for name in code.co_names if name in known)
    modules = [known[name] for name in code.co_names if isinstance(known.get(name), ModuleType)]
    for place in (*given, *(each for each in modules if each.__name__.startswith(reach.own))):
        found = (inspect.getattr_static(place, name, None) for name in code.co_names)
        yield from (each.fget if isinstance(each, property) else each for each in found if each is not None)


def _functions(reach: Reach, value: Any, names: Iterable[str]) -> list[Any]:
    """Our own functions in a value: itself, those of a table, or the methods of a class that are named."""
    if isinstance(value, tuple | list | frozenset | set):
        return [each for part in value for each in _functions(reach, part, names)]
    if isinstance(value, dict):
        return [each for part in value.values() for each in _functions(reach, part, names)]
    if is_dataclass(value) and not isinstance(value, type) and reach.is_own(type(value)):
        return [each for part in fields(value) for each in _functions(reach, getattr(value, part.name), names)]
    if isinstance(value, type) and reach.is_own(value) and not issubclass(value, reach.ending):
        named = [vars(value)[name] for name in names if name in vars(value)]
        return [inspect.unwrap(getattr(each, "__func__", each)) for each in named]
    found = inspect.unwrap(value) if callable(value) and not isinstance(value, type) else None
    return [found] if isinstance(found, FunctionType) and reach.is_own(found) else []
