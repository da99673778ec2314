"""What a page shows or does, the API does too: docs/api.md says with which operations, and is whole and true."""

import re
from pathlib import Path

from fastapi.routing import APIRoute

from casekeeper import contract
from services.desk.app import PARTS
from services.desk.pages.routing import PageRoute

TABLE = Path("docs/api.md")
ROW = re.compile(r"^\| `([A-Z]+ /[^`]*)` \| (.+) \|$", re.MULTILINE)
OPERATION = re.compile(r"(cases|followup|desk) `([a-z-]+)`")
CONVERTOR = re.compile(r":path}")
FOR_BROWSERS = ("/sign-in", "/sign-out")
OF_CUSTOMERS = ("/talk/", "/media/")
"""They write through the webhooks of a channel."""

STANDS_ON = {page: OPERATION.findall(operations) for page, operations in ROW.findall(TABLE.read_text(encoding="utf-8"))}


def pages() -> set[str]:
    """Every page and every form, as `METHOD /path`."""
    routes = [route for part in PARTS for route in part.router.routes if isinstance(route, APIRoute)]
    found = {(method, route.path) for route in routes if isinstance(route, PageRoute) for method in route.methods}
    return {
        f"{method} {CONVERTOR.sub('}', path)}"
        for method, path in found
        if not path.startswith((*FOR_BROWSERS, *OF_CUSTOMERS))
    }


def test_every_page_has_its_operations_in_the_table() -> None:
    assert pages() == STANDS_ON.keys(), "write down in docs/api.md what else does the same"
    assert not [page for page, operations in STANDS_ON.items() if not operations]


def test_every_operation_in_the_table_exists() -> None:
    known = {
        (api.service, operation["operationId"])
        for api in contract.APIS
        for methods in api.document()["paths"].values()
        for operation in methods.values()
    }
    assert {each for operations in STANDS_ON.values() for each in operations} <= known


def test_what_changes_something_stands_on_an_operation_that_does() -> None:
    """A form is not done by reading; what only looks ahead, and so is a form for the sake of its fields, is told apart."""
    changing = {
        (api.service, operation["operationId"])
        for api in contract.APIS
        for methods in api.document()["paths"].values()
        for method, operation in methods.items()
        if method != "get"
    }
    looking_ahead = {f"POST /cases/{{case_id}}/{name}" for name in ("holding", "prospects", "suggestions", "template")}
    forms = {page for page in STANDS_ON if page.startswith("POST ")} - looking_ahead
    assert not [page for page in sorted(forms) if not changing.intersection(STANDS_ON[page])]
