"""What the desk reads of follow-up's answers is there under that name: the desk's models repeat what it shows of them.

The calls are found in the desk's code, so that a new one is held to the description of follow-up's API too.
"""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel, TypeAdapter

from casekeeper import contract
from services.desk.gateway.surveys import Question, Told

DOCUMENT = contract.FOLLOWUP.document()
PAGES = Path("services/desk/pages")
SOMETHING = "*"
"""A part of a path that is not known before it is asked for."""
ELSEWHERE = [
    (Told, "get", ("surveys", "scores")),
    (Question, "post", ("survey-links", SOMETHING, "answer")),
    (Question, "post", ("survey-links", SOMETHING, "opt-out")),
]
"""Calls whose path the code puts together."""


def calls() -> Iterator[tuple[Any, str, tuple[str, ...]]]:
    """What the desk's pages ask follow-up for: the model, the method, the path."""
    yield from ELSEWHERE
    for file in sorted(PAGES.glob("*.py")):
        text = file.read_text(encoding="utf-8")
        if "followup" not in text:
            continue
        module = importlib.import_module(".".join(file.with_suffix("").parts))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "see":
                whom = ast.unparse(node.func.value)
                path = node.args[2:]
                if (whom.endswith("followup") or whom == "ask") and not any(isinstance(p, ast.Starred) for p in path):
                    model = eval(ast.unparse(node.args[0]), vars(module))  # noqa: S307 - an expression of our own code
                    yield model, "get", tuple(p.value if isinstance(p, ast.Constant) else SOMETHING for p in path)  # type: ignore[misc]


CALLS = sorted(set(calls()), key=lambda each: (each[2], str(each[0])))


def operation(method: str, path: tuple[str, ...]) -> dict[str, Any]:
    """What answers there."""
    for template, methods in DOCUMENT["paths"].items():
        parts = template.strip("/").split("/")
        alike = len(parts) == len(path) and all(
            one == other or (one.startswith("{") and other == SOMETHING) for one, other in zip(parts, path, strict=True)
        )
        if alike and method in methods:
            found: dict[str, Any] = methods[method]
            return found
    raise AssertionError(f"follow-up has no {method.upper()} /{'/'.join(path)}")


def answer(told: dict[str, Any]) -> dict[str, Any]:
    """The JSON of an operation's answer when all is well."""
    success = next(each for status, each in told["responses"].items() if status.startswith("2"))
    found: dict[str, Any] = success["content"]["application/json"]
    return found


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a value can hold: in a list, a tuple, a table or a choice."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (list, tuple, dict, set, frozenset, Union, UnionType):
        for each in get_args(annotation):
            yield from models_in(each)


def objects_in(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The objects that a value can hold, likewise."""
    if "$ref" in schema:
        yield from objects_in(DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    elif "properties" in schema:
        yield schema
    else:
        inner = [*schema.get("anyOf", ()), *schema.get("allOf", ()), *schema.get("prefixItems", ())]
        inner += [schema[name] for name in ("items", "additionalProperties") if isinstance(schema.get(name), dict)]
        for each in inner:
            yield from objects_in(each)


def missing(annotation: Any, schema: dict[str, Any], place: str = "") -> list[str]:
    """What the desk reads that the answer does not have."""
    objects = list(objects_in(schema))
    found = []
    for model in models_in(annotation):
        for name, field in model.model_fields.items():
            told = [each["properties"][name] for each in objects if name in each["properties"]]
            if not told:
                found.append(f"{place}{name}")
            for each in told:
                found += missing(field.annotation, each, f"{place}{name}.")
    return found


@pytest.mark.parametrize(("model", "method", "path"), CALLS, ids=["/".join(path) for _, _, path in CALLS])
def test_followup_answers_what_the_desk_reads(model: Any, method: str, path: tuple[str, ...]) -> None:
    found = answer(operation(method, path))
    assert missing(model, found["schema"]) == []
    TypeAdapter(model).validate_python(found["example"])


def test_the_desk_asks_follow_up_for_many_things() -> None:
    """Else the calls would not have been found."""
    assert len({path[0] for _, _, path in CALLS}) >= 8


def test_a_renamed_field_is_found() -> None:
    told = answer(operation("get", ("figures",)))["schema"]
    figure = DOCUMENT["components"]["schemas"]["Figure"]["properties"]
    figure["within"] = figure.pop("within_target")
    try:
        model = next(model for model, _, path in CALLS if path == ("figures",))
        assert "figures.within_target" in missing(model, told)
    finally:
        figure["within_target"] = figure.pop("within")
