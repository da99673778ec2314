"""Which cases of a day are worth talking about, and why (P2). Pure: the same cases in any order give the same proposal.

Four lights: a special story, something to learn from, something that surprises, something that went well. In each light the
cases are in order of how much there is to say; they are picked in turn, one of each light, never too many of one owner or one
topic, until there are enough.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from schemas.events.review import Light, PickedCase, Reason
from schemas.organisation_quality import ReviewPolicy
from services.followup.domain.review_seen import Seen
from services.followup.domain.review_unusual import LEAST_BITS, Usual

LIGHTS: Final[tuple[Light, ...]] = ("story", "learn-from", "surprising", "went-well")
LEAST_WEIGHT = 2.0
"""Below this a case shows too little in this light."""
HIGH_SCORE, LOW_SCORE = 0.9, 0.5


@dataclass(frozen=True, slots=True)
class Aspect:
    """A case in one light: how much it shows, and what."""

    case: Seen
    light: Light
    weight: float
    reasons: tuple[Reason, ...]


def proposal(cases: Sequence[Seen], usual: Usual, policy: ReviewPolicy) -> tuple[PickedCase, ...]:
    """The cases to talk about, each once, with all that is to be said about it."""
    aspects = [aspect for case in cases for aspect in _aspects(case, usual)]
    waiting = {
        light: sorted(
            (each for each in aspects if each.light == light), key=lambda each: (-each.weight, each.case.case_id)
        )
        for light in LIGHTS
    }
    chosen: list[Aspect] = []
    while len(chosen) < policy.cases and any(waiting.values()):
        for light in LIGHTS:
            found = _next(waiting[light], chosen, policy)
            if found and len(chosen) < policy.cases:
                chosen.append(found)
    return tuple(_picked(each, aspects) for each in chosen)


def _next(waiting: list[Aspect], chosen: Sequence[Aspect], policy: ReviewPolicy) -> Aspect | None:
    """The first that is not chosen yet and leaves room for others; those before it have had their turn."""
    owners = Counter(each.case.owner for each in chosen if each.case.owner)
    topics = Counter(each.case.topic for each in chosen if each.case.topic)
    taken = {each.case.case_id for each in chosen}
    while waiting:
        each = waiting.pop(0)
        many = owners[each.case.owner] >= policy.most_per_owner or topics[each.case.topic] >= policy.most_per_topic
        if each.case.case_id not in taken and not many:
            return each
    return None


def _picked(chosen: Aspect, aspects: Sequence[Aspect]) -> PickedCase:
    others = [each for each in aspects if each.case.case_id == chosen.case.case_id and each.light != chosen.light]
    return PickedCase(
        case_id=chosen.case.case_id,
        light=chosen.light,
        reasons=(*chosen.reasons, *(reason for each in others for reason in each.reasons)),
        topic=chosen.case.topic,
        language=chosen.case.language,
        channel=chosen.case.channel,
    )


def _aspects(case: Seen, usual: Usual) -> Iterator[Aspect]:
    if case.marked_today:
        yield Aspect(case, "story", 1, (Reason(kind="marked", detail=case.marked_today),))
    for light, weighed in (("learn-from", list(_to_learn_from(case))), ("went-well", list(_good(case)))):
        weight = sum(each for each, _ in weighed)
        if weight >= LEAST_WEIGHT:
            yield Aspect(case, light, weight, tuple(reason for _, reason in weighed))  # type: ignore[arg-type]
    unusual = usual.unusual(case) if case.settled_today else None
    if unusual and unusual.bits >= LEAST_BITS:
        reason = Reason(kind="unusual", number=unusual.bits, detail=f"{unusual.trait} {unusual.share:.2%}")
        yield Aspect(case, "surprising", unusual.bits, (reason,))


def _to_learn_from(case: Seen) -> Iterator[tuple[float, Reason]]:
    """What did not go as it should, with its weight: what the customer felt counts most."""
    if case.late_today:
        weight = sum(3.0 if each == "promise" else 2.0 for each in case.late_today)
        yield weight, Reason(kind="late", number=len(case.late_today), detail=", ".join(sorted(set(case.late_today))))
    if case.turned_today < 0:
        yield 3.0, Reason(kind="turned-negative")
    if case.score_today is not None and case.score_today <= LOW_SCORE:
        yield 4.0 * (1 - case.score_today), Reason(kind="low-score", number=case.score_today)
    if case.escalated_today:
        yield 2.0, Reason(kind="escalated", number=len(case.escalated_today), detail=", ".join(case.escalated_today))
    if case.handed_over_today and case.handovers > 1:
        yield 1.0 * case.handovers, Reason(kind="handed-over", number=case.handovers)
    if case.reopened_today:
        yield 1.5 * case.reopenings, Reason(kind="reopened", number=case.reopenings)


def _good(case: Seen) -> Iterator[tuple[float, Reason]]:
    """What customers liked, of cases in which nothing went wrong."""
    if case.late or case.escalated or case.turned_negative:
        return
    pleased = case.thanked_today or case.turned_today > 0
    if case.score_today is not None and case.score_today >= HIGH_SCORE:
        pleased = True
        yield 4.0 * case.score_today, Reason(kind="high-score", number=case.score_today)
    if case.thanked_today:
        yield 3.0, Reason(kind="thanked")
    if case.turned_today > 0:
        yield 3.0, Reason(kind="turned-positive")
    if case.rated_today == 5:
        yield 1.5, Reason(kind="helped-by-specialist", number=5)
    if pleased or case.settled_today:
        if case.fast:
            yield 1.0, Reason(kind="fast", number=case.first_reply_share or 0)
        if case.promises_kept:
            yield 1.0, Reason(kind="promise-kept", number=case.promises_kept)
