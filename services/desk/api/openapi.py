"""The description of the desk's HTTP API: what is particular to it. `services.chassis.openapi` makes the document.

The examples are files, one per operation: `examples/<operation>.json` with `request` and `response`.
"""

from pathlib import Path
from types import ModuleType

from fastapi.routing import RouteContext

from services.chassis.openapi import Manual, by_status, changes, endpoint
from services.chassis.problems import Kind
from services.desk.api import (
    asking_what_if,
    beside,
    erasing,
    looking,
    operations,
    own_account,
    problems,
    reading,
    saved_views,
    searching,
    team,
)
from services.desk.api.session import SESSION_COOKIE

PARTS: tuple[ModuleType, ...] = (
    reading,
    searching,
    saved_views,
    beside,
    team,
    asking_what_if,
    looking,
    erasing,
    own_account,
    operations,
)
"""All of it, for people who are signed in."""
EXAMPLES = Path(__file__).parent / "examples"
DESCRIPTION = """What the desk's pages show and do, for programs of the people who use them.

* **Who asks** is whoever is signed in: the cookie of a session, as `POST /sign-in` gives it (docs/api.md). What their role and
  brands do not let them see is as if it did not exist (404), or refused (403), exactly as on the pages.
* **Commands on cases** (to reply, to hand over, to promise) are those of the API of cases; incidents, figures, reviews,
  surveys and improvements are follow-up's. docs/api.md says for each page which operations it stands on.
* **Personal data is masked**, but for who acts in a case; `reveal-customer` is written down before it answers (M3).
* **Live**: `GET /api/events` says `changed` when what one looks at changed; fetch it again then.
* **Lists** that are long have `next`: give it back as `after` until it is empty.
* **Errors** are problem documents (RFC 9457). Their `type` is stable; docs/problems.md lists all.
"""
PLACES = {
    "case_id": ("The id of the case.", "0b2f7c1e-7a0c-5d59-9f0e-4f5d0b6f8a11"),
    "consumer": ("The service that could not handle it.", "cases"),
    "letter_id": ("The id of the dead letter, as the list tells it.", "cases.events-2-4711"),
    "person_id": ("A person of the organisation.", "maaike.postma"),
    "run_id": ("The id of the question, as asking told it.", "018f3c1e-6b7a-7c31-9b8e-0f3d1f0c5a77"),
    "view_id": ("The id of the view.", "4b6d8f0a-2c35-5e79-9f1b-4c6e8a0b2d46"),
}
SESSION = {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE, "description": "The session of who is signed in."}


def kinds(route: RouteContext) -> list[Kind]:
    """The problems that a route can lead to, by status and name."""
    found = {*problems.ALWAYS, *problems.raised_by(endpoint(route))}
    if changes(route):
        found |= {*problems.OF_A_CHANGE}
    return by_status(found)


MANUAL = Manual("Casekeeper desk", DESCRIPTION, EXAMPLES, PLACES, kinds, key=("session", SESSION))
