"""Every kind of problem that follow-up answers with, and which of them a route can lead to.

Which ones belong to a route follows from its code: the kinds that it, or what it calls, names when it refuses.
"""

import re
from collections.abc import Callable, Collection
from typing import Any

from services.chassis.problems import ALWAYS, ELSEWHERE, INVALID_CURSOR, OF_A_COMMAND, Kind, named_in
from services.chassis.reaching import Reach, source
from services.followup.api.surveys_answering import STATUSES
from services.followup.domain.surveys_answers import REASONS

REACH = Reach(("services.followup.", "services.chassis.paging"))
_REFUSED = re.compile(r"Refused\(\s*\"([a-z-]+)\"")
OF_A_PERSON = (Kind(403, "not-allowed", "Nobody of the organisation has that id, or the role does not allow it."),)
"""What every route can lead to that asks who acts."""
OTHERS = (
    INVALID_CURSOR,
    Kind(400, "too-many-steps", "The stretch has too many steps; choose longer ones."),
    Kind(400, "unknown-topic", "The organisation has no such topic."),
    Kind(400, "reason-missing", "Refusing an answer takes words that say what has to be better."),
    Kind(404, "not-found", "There is no such thing, or its brand is not one that whoever asks serves (M7)."),
    Kind(404, "survey-link-invalid", "The link was not made here, or was not copied whole."),
    Kind(404, "question-link-invalid", "The link was not made here, or was not copied whole."),
    Kind(422, "unknown-topic", "The organisation has no such topic."),
    Kind(422, "unknown-person", "Nobody of the organisation has that id."),
    Kind(422, "not-of-the-brand", "The person does not answer customers of this brand."),
    Kind(422, "wrong-owner", "The person does not work for the brand."),
    Kind(422, "wrong-week", "There is no such week, or it has not begun."),
    Kind(422, "wrong-window", "The time to look at is empty, too long, or lies ahead."),
    Kind(422, "invalid-policy", "The proposed policy does not hang together."),
)
"""What only some routes lead to, as a `Problem` that their code names."""
REFUSALS = (
    Kind(403, "not-the-incidents-owner", "Only the incident's owner writes its answer."),
    Kind(403, "four-eyes", "Somebody else than its author sees the answer before it goes out."),
    Kind(404, "not-in-review", "The case is not in this review; add it first."),
    Kind(409, "already-in-review", "The case is in this review already."),
    Kind(409, "answer-not-waiting", "That version of the answer does not wait for four eyes."),
    Kind(409, "declared", "The organisation's files declare it, and are where it is ended."),
    Kind(409, "incident-closed", "The incident is over."),
    Kind(409, "incidents-not-alike", "An incident goes on in another one of the same brand."),
    Kind(409, "review-full", "There is no room for more in this review."),
    Kind(409, "wrong-status", "What is asked for does not follow from the status it has."),
    Kind(422, "no-interest", "A subscription names topics, signals, all cases, or the digest."),
    Kind(422, "not-yet", "An improvement is done when it takes effect, not before."),
    Kind(422, "nothing-said", "A text is empty that has to say something."),
    Kind(422, "one-address", "A subscription is told by mail or by webhook, not both."),
    Kind(422, "too-long", "A text has more characters than there is room for."),
    Kind(422, "too-long-ago", "The day lies more than a year before the proposal."),
    Kind(422, "wrong-address", "Nothing can be sent to this address."),
)
"""What the rules refuse by name."""
OF_AN_ANSWER = tuple(
    Kind(STATUSES[reason], f"survey-{reason}", f"{text[0].upper()}{text[1:]}.") for reason, text in REASONS.items()
)
"""What becomes of an answer to a survey that does not count."""


def registry() -> list[Kind]:
    """All kinds, by name and status."""
    every = {*ALWAYS, *OF_A_PERSON, *OF_A_COMMAND, *OTHERS, *REFUSALS, *OF_AN_ANSWER, *ELSEWHERE}
    return sorted(every, key=lambda each: (each.kind, each.status, each.meaning))


def refused_in(text: str) -> set[str]:
    """The kinds that a source text refuses by name."""
    return set(_REFUSED.findall(text))


def raised_by(endpoint: Callable[..., Any]) -> set[Kind]:
    """The particular kinds that the code of an endpoint names, with all of ours that it calls."""
    named: set[tuple[int, str]] = set()
    refused: set[str] = set()
    for function in REACH.functions(endpoint):
        named |= named_in(source(function))
        refused |= refused_in(source(function))
    return {*_of(OTHERS, lambda each: (each.status, each.kind) in named), *_refusals(refused)}


def _refusals(names: Collection[str]) -> set[Kind]:
    answers = {f"survey-{name}" for name in names}
    return _of((*REFUSALS, *OF_AN_ANSWER), lambda each: each.kind in names or each.kind in answers)


def _of(kinds: Collection[Kind], wanted: Callable[[Kind], bool]) -> set[Kind]:
    return {each for each in kinds if wanted(each)}
