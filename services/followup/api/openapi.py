"""The description of follow-up's HTTP API: what is particular to it. `services.chassis.openapi` makes the document.

The examples are files, one per operation: `examples/<operation>.json` with `request` and `response`.
"""

from pathlib import Path

from fastapi.routing import RouteContext

from services.chassis.openapi import Manual, by_status, changes, endpoint
from services.chassis.problems import ALWAYS, OF_A_COMMAND, Kind
from services.followup.api import problems

EXAMPLES = Path(__file__).parent / "examples"
DESCRIPTION = """What follow-up knows of clocks, figures, incidents, reviews, surveys and causes, and commands on it.

* **Who asks** is in `Acting-Person`: a person of the organisation. Nobody is told of a brand that they do not serve: it is as
  if there were no such thing (404). The links of customers and specialists are their own key instead.
* **Every command has a name**, its `Idempotency-Key`. The same command again has the effect of once, so repeat whatever you had
  no answer to.
* **Errors** are problem documents (RFC 9457). Their `type` is stable; docs/problems.md lists all.
"""
PLACES = {
    "brand": ("A brand of the organisation.", "moccarel"),
    "case_id": ("The id of the case.", "0b2f7c1e-7a0c-5d59-9f0e-4f5d0b6f8a11"),
    "day": ("A day of the brand's calendar.", "2026-11-21"),
    "form": ("As a page or as a PDF.", "page"),
    "improvement_id": ("The id of the improvement.", "4b6d8f0a-2c35-5e79-9f1b-4c6e8a0b2d46"),
    "incident_id": ("The id of the incident.", "5c7e9a1b-3d46-5f8a-a02c-5d7f9b1c3e57"),
    "subscription_id": ("The id of the subscription.", "6d8f0b2c-4e13-5a57-9c68-9b1d3f5a7c24"),
    "token": ("The end of the link.", "Zm9yLXlvdS1vbmx5"),
}
PUBLIC = ("/survey-links/", "/question-links/")
"""Where the link says who it is."""


def kinds(route: RouteContext) -> list[Kind]:
    """The problems that a route can lead to, by status and name."""
    found: set[Kind] = {*ALWAYS, *problems.raised_by(endpoint(route))}
    if _asks_who(route):
        found |= set(problems.OF_A_PERSON)
    if changes(route):
        found |= set(OF_A_COMMAND)
    return by_status(found)


def _asks_who(route: RouteContext) -> bool:
    return not (route.path_format or "").startswith(PUBLIC)


MANUAL = Manual("Casekeeper follow-up", DESCRIPTION, EXAMPLES, PLACES, kinds)
