"""What events tell of a case, noted each under its own id, so that it counts once in whatever order it is heard. Pure."""

from schemas.events.case import CaseEvent
from services.followup.domain.clocks import CaseClocks, Turn

SETTLED_ORDER = 50
"""So many of the latest turns are kept as they came; of older ones only those at which the word changed hands."""


def known(state: CaseClocks | None, event: CaseEvent) -> CaseClocks:
    """The state, or that of a case of which nothing was heard before."""
    return state or CaseClocks(case_id=event.case_id, conversation=event.conversation, brand=event.brand)


def with_turn(state: CaseClocks, turn: Turn) -> CaseClocks:
    """The same with something that was said, in the order of time."""
    if any((each.id, each.by) == (turn.id, turn.by) for each in state.turns):
        return state
    turns = sorted((*state.turns, turn), key=lambda each: (each.at, each.by != "customer", each.id))
    return state.model_copy(update={"turns": _thinned(tuple(turns))})


def _thinned(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """A conversation of thousands of messages is no longer to be written each time than one of fifty is.

    Of several turns of one side in a row only the first says when somebody began to wait.
    """
    if len(turns) <= 2 * SETTLED_ORDER:
        return turns
    older, later = turns[:-SETTLED_ORDER], turns[-SETTLED_ORDER:]
    changes = [each for before, each in zip((None, *older), older, strict=False) if not before or before.by != each.by]
    return (*changes, *later)
