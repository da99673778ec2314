"""Pydantic's errors about the organisation's files, said in sentences for the person who edits the files."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from schemas.organisation_values import did_you_mean

_SHAPES = {
    r"^[a-z0-9][a-z0-9.-]*$": "an id is of lower-case letters, digits, dots and hyphens",
    r"^[A-Z]{2}$": "a country is two capital letters, as NL",
    r"^[A-Z]{2}(-\S+)?$": "a holiday region is a country or a country and its part, as NL or DE-BY",
    r"^[A-Z][A-Z0-9_]*$": "the name of an environment variable is of capital letters, digits and _",
    r"^[^@\s]+@[^@\s]+\.[^@\s]+$": "an address is written as name@example.org",
    r"^[A-Z]{3}$": "a currency is three capital letters: write an amount as 50.00 EUR",
    r"^[A-Za-z0-9#][A-Za-z0-9#/._-]{3,38}[A-Za-z0-9#]$": "an order number is written as MC-#######, # for each digit",
    r"^\w{1,4}$": "initials are one to four letters",
}


def sentences(model: type[BaseModel], error: ValidationError) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Place and sentence of each mistake in an item."""
    details = error.errors(include_url=False)
    for detail in details:
        place = tuple(part for part in detail["loc"] if part != "[key]")
        # A container of which every element was wrong is reported as too short as well: not news.
        if detail["type"] == "too_short" and any(
            other["loc"][: len(place)] == place and len(other["loc"]) > len(place) for other in details
        ):
            continue
        name = ".".join(str(part) for part in place)
        sentence = _sentence(model, place, detail)
        yield place, f"{name}: {sentence}" if name else sentence


def _sentence(model: type[BaseModel], place: tuple[str | int, ...], detail: ErrorDetails) -> str:
    context: dict[str, Any] = detail.get("ctx", {})
    given = detail["input"]
    match detail["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return f"unknown key{did_you_mean(str(place[-1]), _fields_at(model, place[:-1]))}"
        case "value_error":
            return str(context["error"])
        case "string_pattern_mismatch":
            shape = _SHAPES.get(context["pattern"], f"it must match {context['pattern']}")
            return f"{given!r} is not right ({shape})"
        case "model_type" | "model_attributes_type":
            return "must be keys with values (key: value)"
        case "string_type" if given is None:
            return "is empty (write a value, or remove the key)"
    message = detail["msg"][0].lower() + detail["msg"][1:]
    return f"{message}, not {given!r}" if isinstance(given, str | int | float | None) else message


def _fields_at(model: type[BaseModel], place: tuple[str | int, ...]) -> list[str]:
    """The keys allowed at a place: those of the innermost model on the way there."""
    for part in place:
        if isinstance(part, str) and part in model.model_fields:
            inner = _model_in(model.model_fields[part].annotation)
            model = inner or model
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
