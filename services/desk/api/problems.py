"""Every kind of problem that the desk's API answers with, and which of them a route can lead to.

Which ones belong to a route follows from its code: the kinds that it, or what it calls, names when it refuses. What another
service refuses that the desk asks is told as that service told it.
"""

from collections.abc import Callable
from typing import Any

from services.chassis.problems import ALWAYS as ANYWHERE
from services.chassis.problems import ELSEWHERE, INVALID_CURSOR, Kind, named_in
from services.chassis.reaching import Reach, source

REACH = Reach(("services.desk.api.", "services.desk.store.", "services.chassis.paging"))
NOT_SIGNED_IN = Kind(401, "not-authenticated", "Nobody is signed in, or the session is over.")
ALWAYS = (
    *(each for each in ANYWHERE if each.status != NOT_SIGNED_IN.status),
    NOT_SIGNED_IN,
    Kind(403, "not-allowed", "The role of who is signed in does not allow it."),
)
"""What every route can lead to."""
OF_A_CHANGE = (
    Kind(403, "not-from-here", "A browser says that another site sent it."),
    Kind(409, "conflict", "Others keep changing the same at this moment; try again."),
)
"""What everything can lead to that changes something."""
OTHERS = (
    INVALID_CURSOR,
    Kind(400, "invalid-question", "The scenario can not be asked that; the text says why."),
    Kind(400, "search-invalid", "The search can not be understood; the text says which part."),
    Kind(400, "view-empty", "A view needs words or a filter."),
    Kind(400, "view-name-missing", "A view needs a name, and one that is not too long."),
    Kind(403, "form-expired", "The form is older than the browser's cookie; load the page again."),
    Kind(403, "not-the-owner", "Only who acts in the case sees the customer's details."),
    Kind(403, "not-your-view", "A colleague keeps this view; save one of your own."),
    Kind(404, "case-not-found", "There is no such case, or its brand is not one that the reader works for (M7)."),
    Kind(404, "customer-not-known", "Nobody has heard yet who the customer of the case is."),
    Kind(404, "file-unknown", "The address is none of a file that was sent to us."),
    Kind(404, "no-dead-letter", "There is no such dead letter, or it is of a brand that the reader does not work for."),
    Kind(404, "no-trace", "Nothing of the time that was looked at has this id, or it is of another brand."),
    Kind(404, "person-not-found", "There is no such person in the reader's brands."),
    Kind(404, "view-not-found", "There is no such view, or it is not shared with the reader."),
    Kind(413, "too-many", "The command is about more dead letters than are replayed at once."),
    Kind(422, "too-many-views", "One person keeps only so many views; remove one first."),
    Kind(422, "unknown-person", "The organisation has no such person."),
    Kind(400, "no-identity-provider", "People sign in with passwords here."),
    Kind(400, "logout-token-missing", "The form brings no logout token."),
    Kind(400, "logout-token-taken", "The logout token was taken before."),
    Kind(400, "unavailable", "The provider's keys can not be asked for at the moment; it sends the token again."),
    Kind(429, "too-many-failures", "Too many tokens from this address were refused; wait."),
)
"""What only some routes lead to; found by name in their code."""


def registry() -> list[Kind]:
    """All kinds, by name and status."""
    every = {*ALWAYS, *OF_A_CHANGE, *OTHERS, *ELSEWHERE}
    return sorted(every, key=lambda each: (each.kind, each.status, each.meaning))


def raised_by(endpoint: Callable[..., Any]) -> set[Kind]:
    """The particular kinds that the code of an endpoint names, with all of ours that it calls."""
    named = {kind for function in REACH.functions(endpoint) for kind in named_in(source(function))}
    return {each for each in OTHERS if (each.status, each.kind) in named}
