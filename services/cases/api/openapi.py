"""The description of the HTTP API of cases: what is particular to it. `services.chassis.openapi` makes the document.

The examples are files, one per operation: `examples/<operation>.json` with `request`, and `response` where that is not
`Accepted`.
"""

import inspect
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import CodeType
from typing import Any

from fastapi.routing import RouteContext

from services.cases.api import asking, problems
from services.cases.api.acting import Accepted
from services.chassis.openapi import Manual, by_status, changes, described, endpoint, operation
from services.chassis.problems import Kind

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


def is_command(route: RouteContext) -> bool:
    """Whether it changes something, and so has a name of its own."""
    return asking.Acting in inspect.get_annotations(endpoint(route)).values() and changes(route)


def kinds(route: RouteContext) -> list[Kind]:
    """The problems that a route can lead to, by status and name."""
    found = {*problems.ALWAYS, *problems.raised_by(endpoint(route))}
    if is_command(route):
        found |= {*problems.OF_A_COMMAND, *problems.OF_A_RULE}
    if "{case_id}" in (route.path_format or "") or is_command(route):
        found |= {*problems.OF_A_CASE}
    return by_status(found)


def _may(route: RouteContext) -> dict[str, Any]:
    return {"x-may": sorted(asking.declared(endpoint(route)))}


def _answer(route: RouteContext, content: Mapping[str, Any]) -> Any:
    return _accepted(route) if _is_accepted(content) else None


def _headers(route: RouteContext) -> dict[str, Any]:
    if operation(route) != "show-case":
        return {}
    return {"ETag": {"description": "The version, for If-Match.", "schema": {"type": "string"}, "example": '"3"'}}


def _is_accepted(content: Mapping[str, Any]) -> bool:
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


MANUAL = Manual(
    "Casekeeper cases",
    DESCRIPTION,
    EXAMPLES,
    PATH_EXAMPLES,
    kinds,
    more=_may,
    answer=_answer,
    headers=_headers,
)
__all__ = ["EXAMPLES", "MANUAL", "described", "endpoint", "is_command", "kinds", "operation"]
