"""Every page of the desk: who looks at it, and how one gets there. A page that is not here is looked at by no test."""

from dataclasses import dataclass

LEAD, AGENT, SPECIALIST, CUSTOMER = "fleur.visser", "maaike.postma", "harry.carter", ""


@dataclass(frozen=True)
class Visit:
    """One look at a page."""

    who: str
    """The person's id; nothing for a customer, or whoever has not signed in."""
    query: str = ""


@dataclass(frozen=True)
class PartOf:
    """A part that another page fetches, and that is looked at there."""

    page: str


PAGES: dict[str, Visit | PartOf] = {
    "/sign-in": Visit(CUSTOMER),
    "/": Visit(LEAD, "whose=all"),
    "/autopilot": Visit(LEAD),
    "/cases/{case_id}": Visit(LEAD),
    "/cases/{case_id}/composer": PartOf("/cases/{case_id}"),
    "/cases/{case_id}/mandate": PartOf("/cases/{case_id}"),
    "/cases/{case_id}/merge-choices": PartOf("/cases/{case_id}"),
    "/cases/{case_id}/incidents": PartOf("/cases/{case_id}"),
    "/cases/{case_id}/customer": Visit(LEAD),
    "/handovers": Visit(LEAD),
    "/approvals": Visit(LEAD),
    "/promises": Visit(LEAD),
    "/consults": Visit(SPECIALIST),
    "/holding-replies": Visit(AGENT),
    "/figures": Visit(LEAD),
    "/incidents": Visit(LEAD),
    "/incidents/{incident_id}": Visit(LEAD),
    "/insights": Visit(LEAD),
    "/improvements": Visit(LEAD),
    "/improvements/new": Visit(LEAD, "brand=moccarel&topic=coffee-machine"),
    "/review": Visit(LEAD),
    "/channel-tests": Visit(LEAD),
    "/surveys": Visit(LEAD),
    "/talk/{brand}": Visit(CUSTOMER),
    "/talk/{brand}/{token}": Visit(CUSTOMER),
    "/talk/{brand}/{token}/events": PartOf("/talk/{brand}/{token}"),
    "/survey/{token}": Visit(CUSTOMER),
}
"""By the path of its route."""


def name_of(path: str) -> str:
    """For the page's pictures."""
    return "-".join(part.strip("{}") for part in path.split("/") if part) or "cases"
