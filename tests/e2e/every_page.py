"""Every page of the desk: who looks at it, and how one gets there. A page that is not here is looked at by no test."""

from dataclasses import dataclass

LEAD, AGENT, OPERATOR, CUSTOMER = "fleur.visser", "maaike.postma", "daan.boersma", ""
SPECIALIST = "whoever is asked"


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


@dataclass(frozen=True)
class LeadsOn:
    """Nothing is shown there: it leads to somewhere else."""


PAGES: dict[str, Visit | PartOf | LeadsOn] = {
    "/sign-in": Visit(CUSTOMER),
    "/sign-in/provider": LeadsOn(),
    "/sign-in/back": LeadsOn(),
    "/account": Visit(AGENT),
    "/": Visit(LEAD, "whose=all"),
    "/autopilot": Visit(LEAD),
    "/cases/{case_id}": Visit(LEAD),
    "/cases/{case_id}/composer": PartOf("/cases/{case_id}"),
    "/cases/{case_id}/mandate": PartOf("/cases/{case_id}"),
    "/cases/{case_id}/merge-choices": PartOf("/cases/{case_id}"),
    "/cases/{case_id}/incidents": PartOf("/cases/{case_id}"),
    "/cases/{case_id}/question-links": PartOf("/cases/{case_id}"),
    "/cases/{case_id}/similar": PartOf("/cases/{case_id}"),
    "/cases/{case_id}/customer": Visit(LEAD),
    "/search": Visit(LEAD, "q=koffie"),
    "/handovers": Visit(LEAD),
    "/handovers/several": Visit(LEAD),
    "/approvals": Visit(LEAD),
    "/promises": Visit(LEAD),
    "/consults": Visit(SPECIALIST),
    "/question/{token}": Visit(CUSTOMER),
    "/holding-replies": Visit(AGENT),
    "/lead": Visit(LEAD),
    "/lead/others": PartOf("/lead"),
    "/wallboard": Visit(LEAD),
    "/wallboard/today": PartOf("/wallboard"),
    "/coverage": Visit(LEAD),
    "/parity": Visit(LEAD),
    "/what-if": Visit(LEAD),
    "/what-if/events": PartOf("/what-if"),
    "/reveals": Visit(LEAD),
    "/erasures": Visit(LEAD),
    "/escalations": Visit(LEAD),
    "/escalations/{escalation_id}": Visit(LEAD),
    "/subscriptions": Visit(LEAD),
    "/subscriptions/new": Visit(LEAD),
    "/subscriptions/{subscription_id}": Visit(LEAD),
    "/figures": Visit(LEAD),
    "/incidents": Visit(LEAD),
    "/incidents/{incident_id}": Visit(LEAD),
    "/insights": Visit(LEAD),
    "/improvements": Visit(LEAD),
    "/improvements/new": Visit(LEAD, "brand=moccarel&topic=coffee-machine"),
    "/review": Visit(LEAD),
    "/channel-tests": Visit(LEAD),
    "/surveys": Visit(LEAD),
    "/operations": Visit(OPERATOR),
    "/operations/clocks": PartOf("/operations"),
    "/operations/dead": Visit(OPERATOR),
    "/operations/dead/{consumer}/{letter_id:path}": Visit(OPERATOR),
    "/operations/trace": Visit(OPERATOR),
    "/talk/{brand}": Visit(CUSTOMER),
    "/talk/{brand}/{token}": Visit(CUSTOMER),
    "/talk/{brand}/{token}/events": PartOf("/talk/{brand}/{token}"),
    "/survey/{token}": Visit(CUSTOMER),
}
"""By the path of its route."""


def name_of(path: str) -> str:
    """For the page's pictures."""
    return "-".join(part.strip("{}").partition(":")[0] for part in path.split("/") if part) or "cases"
