"""The description of the HTTP API (OpenAPI 3.1), whole: made from the routes, the registry of problems and the examples.

A route says only what is its own: path, models, docstring, and who may use it. All else is the same everywhere and comes from
here. The examples are files, one per operation: `examples/<operation>.json` with `request`, and `response` where that is not
`Accepted`.
"""

import inspect
import json
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import CodeType
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from services.cases.api import asking, problems
from services.cases.api.acting import Accepted
from services.cases.api.problems import Kind
from services.chassis.http import PROBLEM_JSON

Shared = dict[str, dict[str, Any]]
"""What several operations refer to, by section of the components and name."""
EXAMPLES = Path(__file__).parent / "examples"
DESCRIPTION = """Commands of people on cases, and cases as they are now.

* **Who acts** is in `Acting-Person`: a person of the organisation, or `integration:<id>` for a bridge to another system, which
  reads and adds notes. Nobody sees cases of a brand that they do not serve: these are as if they did not exist (404).
* **Every command has a name**, its `Idempotency-Key`. The same command again has the effect of once and is answered with the
  same ids, so repeat whatever you had no answer to. A key that named something else is refused.
* **`If-Match`** with the `ETag` of what you have read lets a command take effect only if nothing has happened since;
  otherwise 412 tells what did.
* **Errors** are problem documents (RFC 9457). Their `type` is stable; docs/problems.md lists all.
* **Lists** come in pages: go on at `next` until it is null.
"""
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
PATH_EXAMPLES = {
    "case_id": ("The id of the case.", "0b2f7c1e-7a0c-5d59-9f0e-4f5d0b6f8a11"),
    "consult_id": ("The id of the consult, as asking told it.", "6d1de2f4-31c5-5d0a-8ac1-0b7a2d1c9e52"),
    "reply_id": ("The id of the reply, as writing it told.", "f3a5b8c2-9d64-5e17-a1b0-7c2e4d6f8091"),
    "handover_id": ("The id of the handover, as offering told it.", "2c9e4b7a-5f13-5a68-b0d7-1e3f5a7c9b24"),
    "approval_id": ("The id of the approval, as the case shows it.", "7e4d1a9c-8b25-5f36-9c07-2d4f6a8b0c13"),
    "promise_id": ("The id of the promise, as making it told.", "9a1c3e5b-7d24-5f68-8e0a-3b5d7f9a1c35"),
    "grant_id": ("The id of the grant, as proposing told it.", "4b6d8f0a-2c35-5e79-9f1b-4c6e8a0b2d46"),
    "feedback_id": ("The id of the feedback.", "5c7e9a1b-3d46-5f8a-a02c-5d7f9b1c3e57"),
    "note_id": ("The id of the note.", "8d0f2b4c-6e57-5a9b-b13d-6e8a0c2d4f68"),
    "correction_id": ("The id of the correction.", "6d8f0b2c-4e13-5a57-9c68-9b1d3f5a7c24"),
    "new_case_id": ("The id of the new case.", "1e3a5c7d-9f68-5bac-824e-7f9b1d3e5a79"),
    "bulk_id": ("What was done together, as the answer to it told.", "3f5b7d9e-0a79-5cbd-935f-8a0c2e4f6b8a"),
    "brand": ("A brand of the organisation.", "moccarel"),
    "channel": ("A channel of the organisation.", "web-moccarel"),
    "person_id": ("A person of the organisation.", "joaquin.quiroga"),
    "author_id": ("The customer's id on the channel.", "ana"),
}
HEADERS = {
    "acting-person": ("Acting-Person", "maaike.postma"),
    "idempotency-key": ("Idempotency-Key", "018f3c1e-6b7a-7c31-9b8e-0f3d1f0c5a77"),
    "if-match": ("If-Match", '"3"'),
}
"""The headers of our own, as they are written, with an example. The one with the token is told as a security scheme."""


def describe(app: FastAPI) -> None:
    """Let the application serve this description as its own."""
    setattr(app, "openapi", cache(lambda: document(app)))  # noqa: B010 - FastAPI's way to replace it


def document(app: FastAPI) -> dict[str, Any]:
    """The whole description."""
    routes = list(described(app))
    found = get_openapi(
        title="Casekeeper cases", version=_version(), description=DESCRIPTION, routes=app.routes, tags=_tags(routes)
    )
    shared: Shared = {"parameters": {}, "responses": {}, "examples": {}}
    for route in routes:
        for method in route.methods or ():
            _complete(found["paths"][route.path_format][method.lower()], route, shared)
    schemas = found["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = PROBLEM_SCHEMA
    secret = {"type": "http", "scheme": "bearer", "description": "The secret that our services share."}
    found["components"] |= {**shared, "securitySchemes": {"services": secret}}
    found["security"] = [{"services": []}]
    return found


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


def is_command(route: RouteContext) -> bool:
    """Whether it changes something, and so has a name of its own."""
    annotations = inspect.get_annotations(endpoint(route)).values()
    return asking.Acting in annotations and not set(route.methods or ()) & set(asking.SAFE_METHODS)


def kinds(route: RouteContext) -> list[Kind]:
    """The problems that a route can lead to, by status and name."""
    found = {*problems.ALWAYS, *problems.raised_by(endpoint(route))}
    if is_command(route):
        found |= {*problems.OF_A_COMMAND, *problems.OF_A_RULE}
    if "{case_id}" in (route.path_format or "") or is_command(route):
        found |= {*problems.OF_A_CASE}
    # Several refusals may share a name; the document names each once.
    return sorted({(each.status, each.kind): each for each in sorted(found)}.values())


def example(name: str) -> dict[str, Any]:
    """The example of an operation: `request` and `response`, where there are such."""
    file = EXAMPLES / f"{name}.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return found


def _complete(told: dict[str, Any], route: RouteContext, shared: Shared) -> None:
    name, function = operation(route), endpoint(route)
    told["operationId"] = name
    told["summary"] = name.replace("-", " ").capitalize()
    told["description"] = " ".join((inspect.getdoc(function) or "").split())
    told["tags"] = [_tag(route)]
    told["x-may"] = sorted(asking.declared(function))
    given = [each for each in told.get("parameters", ()) if each["in"] != "header"]
    told["parameters"] = [_described(each) for each in given] + [
        _header(each, shared) for each in told.get("parameters", ()) if each["name"] in HEADERS
    ]
    shown = example(name)
    if "requestBody" in told and "request" in shown:
        told["requestBody"]["content"]["application/json"]["example"] = shown["request"]
    told["responses"] = _responses(told["responses"], route, shown, shared)


def _described(told: dict[str, Any]) -> dict[str, Any]:
    text, value = PATH_EXAMPLES.get(told["name"], ("", ""))
    return {"description": text, "example": value} | told if told["in"] == "path" and text else told


def _header(told: dict[str, Any], shared: Shared) -> dict[str, Any]:
    name, value = HEADERS[told["name"]]
    limits = {key: found for key, found in told["schema"].items() if key in ("type", "maxLength")}
    text = {"name": name, "description": told["description"], "example": value, "required": name != "If-Match"}
    shared["parameters"][name] = told | text | {"schema": limits | {"minLength": 1}}
    return {"$ref": f"#/components/parameters/{name}"}


def _responses(told: dict[str, Any], route: RouteContext, shown: dict[str, Any], shared: Shared) -> dict[str, Any]:
    status, success = next(each for each in told.items() if each[0].startswith("2"))
    success["description"] = "Taken; the command has had its effect." if status == "202" else "Found."
    content = success["content"]["application/json"]
    content["example"] = _accepted(route) if _is_accepted(content) else shown.get("response")
    if operation(route) == "show-case":
        success["headers"] = {
            "ETag": {"description": "The version, for If-Match.", "schema": {"type": "string"}, "example": '"3"'}
        }
    by_status: dict[int, list[Kind]] = {}
    for kind in kinds(route):
        by_status.setdefault(kind.status, []).append(kind)
    return {status: success} | {str(code): _refusal(found, shared) for code, found in sorted(by_status.items())}


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


def _is_accepted(content: dict[str, Any]) -> bool:
    return bool(content["schema"].get("$ref", "").endswith(f"/{Accepted.__name__}"))


def _accepted(route: RouteContext) -> dict[str, Any]:
    """An answer with the ids that the route's code names, or that are in its path."""
    ids = {name: PATH_EXAMPLES[name][1] for name in _ids(endpoint(route).__code__) if name in PATH_EXAMPLES}
    told = Accepted(case_id=PATH_EXAMPLES["case_id"][1], status="owned", version=4, **ids)
    return told.model_dump(mode="json")


def _ids(code: CodeType) -> Iterable[str]:
    """The names of ids that a function gives by keyword."""
    names = {name for each in code.co_consts if isinstance(each, tuple) for name in each if isinstance(name, str)}
    return sorted(names & Accepted.model_fields.keys() - {"case_id"})


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
