"""The description of an HTTP API (OpenAPI 3.1), whole: made from the routes, the kinds of problems, and the examples.

A route says only what is its own: path, models, docstring. All else is the same everywhere in one API and comes from its
`Manual`. The examples are files, one per operation: `<operation>.json` with `request` and `response`.
"""

import inspect
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from services.chassis.http import PROBLEM_JSON
from services.chassis.problems import Kind

Shared = dict[str, dict[str, Any]]
"""What several operations refer to, by section of the components and name."""
SAFE_METHODS = ("GET", "HEAD")
PROBLEM_SCHEMA = {
    "type": "object",
    "title": "Problem",
    "description": "Why a request was refused (RFC 9457); nothing has changed.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "The kind, stable: urn:casekeeper:problem:<kind>."},
        "title": {"type": "string", "description": "The kind in words."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {"type": "string", "description": "A sentence for the person who asked."},
        "errors": {
            "type": "array",
            "description": "invalid-request: each field that does not fit.",
            "items": {
                "type": "object",
                "required": ["field", "problem"],
                "properties": {"field": {"type": "string"}, "problem": {"type": "string"}},
            },
        },
        "version": {"type": "integer", "description": "case-moved: the version that the case has now."},
        "since": {
            "type": "array",
            "description": "case-moved: the types of the latest events after the version named.",
            "items": {"type": "string"},
        },
    },
}
HEADERS = {
    "acting-person": ("Acting-Person", "maaike.postma"),
    "idempotency-key": ("Idempotency-Key", "018f3c1e-6b7a-7c31-9b8e-0f3d1f0c5a77"),
    "if-match": ("If-Match", '"3"'),
}
"""The headers of our own, as they are written, with an example. The one with the token is told as a security scheme."""
NEEDED = ("acting-person", "idempotency-key")
OF_SERVICES = ("services", {"type": "http", "scheme": "bearer", "description": "The secret that our services share."})
"""A security scheme, by its name."""


@dataclass(frozen=True)
class Manual:
    """What is the same in all of one API."""

    title: str
    text: str
    examples: Path
    """The folder with a file for each operation."""
    places: Mapping[str, tuple[str, Any]]
    """Each parameter of a path, with what it is and an example."""
    kinds: Callable[[RouteContext], Iterable[Kind]]
    """The problems that a route can lead to, by status and name."""
    more: Callable[[RouteContext], Mapping[str, Any]] = lambda _: {}
    """Members of an operation that this API alone has."""
    answer: Callable[[RouteContext, Mapping[str, Any]], Any] = lambda _route, _content: None
    """The example of an answer that needs no file, by its content; None: the file has it."""
    headers: Callable[[RouteContext], Mapping[str, Any]] = lambda _: {}
    """Headers of the answer when all is well."""
    key: tuple[str, Mapping[str, str]] = OF_SERVICES
    """What a request has to bring."""

    def describe(self, app: FastAPI) -> None:
        """Let the application serve this description as its own."""
        setattr(app, "openapi", cache(lambda: self.document(app)))  # noqa: B010 - FastAPI's way to replace it

    def document(self, app: FastAPI) -> dict[str, Any]:
        """The whole description."""
        routes = list(described(app))
        tags = _tags(routes)
        found = get_openapi(title=self.title, version=_version(), description=self.text, routes=app.routes, tags=tags)
        shared: Shared = {"parameters": {}, "responses": {}, "examples": {}}
        for route in routes:
            for method in route.methods or ():
                self._complete(found["paths"][route.path_format][method.lower()], route, shared)
        schemas = found["components"]["schemas"]
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        schemas["Problem"] = PROBLEM_SCHEMA
        name, scheme = self.key
        found["components"] |= {**shared, "securitySchemes": {name: dict(scheme)}}
        found["security"] = [{name: []}]
        return found

    def example(self, name: str) -> dict[str, Any]:
        """The example of an operation: `request` and `response`, where there are such."""
        file = self.examples / f"{name}.json"
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        return found

    def _complete(self, told: dict[str, Any], route: RouteContext, shared: Shared) -> None:
        name = operation(route)
        told["operationId"] = name
        told["summary"] = name.replace("-", " ").capitalize()
        told["description"] = " ".join((inspect.getdoc(endpoint(route)) or "").split())
        told["tags"] = [_tag(route)]
        told |= self.more(route)
        given = [each for each in told.get("parameters", ()) if each["in"] != "header"]
        told["parameters"] = [self._described(each) for each in given] + [
            _header(each, shared) for each in told.get("parameters", ()) if _is_told(each["name"], route)
        ]
        shown = self.example(name)
        if "requestBody" in told and "request" in shown:
            told["requestBody"]["content"]["application/json"]["example"] = shown["request"]
        told["responses"] = self._responses(told["responses"], route, shown, shared)

    def _described(self, told: dict[str, Any]) -> dict[str, Any]:
        text, value = self.places.get(told["name"], ("", ""))
        return {"description": text, "example": value} | told if told["in"] == "path" and text else told

    def _responses(
        self, told: dict[str, Any], route: RouteContext, shown: dict[str, Any], shared: Shared
    ) -> dict[str, Any]:
        status, success = next(each for each in told.items() if each[0].startswith("2"))
        success["description"] = "Taken; the command has had its effect." if status == "202" else "Found."
        if content := success.get("content", {}).get("application/json"):
            answer = self.answer(route, content)
            content["example"] = shown.get("response") if answer is None else answer
        if headers := self.headers(route):
            success["headers"] = dict(headers)
        by_status: dict[int, list[Kind]] = {}
        for kind in self.kinds(route):
            by_status.setdefault(kind.status, []).append(kind)
        return {status: success} | {str(code): _refusal(found, shared) for code, found in sorted(by_status.items())}


def described(app: FastAPI) -> Iterator[RouteContext]:
    """The routes that are part of the API: those for people and bridges, not for probes."""
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute) and route.include_in_schema:
            yield route


def operation(route: RouteContext) -> str:
    """The name of what a route does."""
    return str(endpoint(route).__name__).replace("_", "-")


def endpoint(route: RouteContext) -> Any:
    """The function behind a route."""
    return getattr(route.original_route, "endpoint")  # noqa: B009 - `described` gives only routes that have one


def changes(route: RouteContext) -> bool:
    """Whether its method is one that may change something."""
    return not set(route.methods or ()) & set(SAFE_METHODS)


def by_status(found: Iterable[Kind]) -> list[Kind]:
    """In order; several refusals may share a name, which is told once."""
    return sorted({(each.status, each.kind): each for each in sorted(found)}.values())


def _is_told(header: str, route: RouteContext) -> bool:
    """Whoever only reads needs no name for it."""
    return header in HEADERS and (header != "idempotency-key" or changes(route))


def _header(told: dict[str, Any], shared: Shared) -> dict[str, Any]:
    name, value = HEADERS[told["name"]]
    limits = {key: found for key, found in told["schema"].items() if key in ("type", "maxLength")}
    text = {"name": name, "description": told["description"], "example": value, "required": told["name"] in NEEDED}
    shared["parameters"][name] = told | text | {"schema": limits | {"minLength": 1}}
    return {"$ref": f"#/components/parameters/{name}"}


def _refusal(found: list[Kind], shared: Shared) -> dict[str, Any]:
    schema = {
        "allOf": [{"$ref": "#/components/schemas/Problem"}],
        "properties": {"type": {"enum": [each.type for each in found]}},
    }
    for each in found:
        shared["examples"][f"{each.kind}-{each.status}"] = {"summary": each.meaning, "value": each.document()}
    examples = {each.kind: {"$ref": f"#/components/examples/{each.kind}-{each.status}"} for each in found}
    answer: dict[str, Any] = {
        "description": "; ".join(each.kind for each in found),
        "content": {PROBLEM_JSON: {"schema": schema, "examples": examples}},
    }
    if found[0].kind == "unavailable":
        retry = {"description": "Seconds to wait.", "schema": {"type": "integer"}, "example": 5}
        answer["headers"] = {"Retry-After": retry}
    if len(found) > 1:
        return answer
    shared["responses"][found[0].kind] = answer
    return {"$ref": f"#/components/responses/{found[0].kind}"}


def _tag(route: RouteContext) -> str:
    return str(endpoint(route).__module__).rsplit(".", 1)[-1]


def _tags(routes: Iterable[RouteContext]) -> list[dict[str, str]]:
    modules = {_tag(route): inspect.getmodule(endpoint(route)) for route in routes}
    return [{"name": name, "description": inspect.getdoc(module) or ""} for name, module in sorted(modules.items())]


def _version() -> str:
    try:
        return version("casekeeper")
    except PackageNotFoundError:
        return "0.0.0"
