"""What a read model keeps when it is folded anew: what is in it and in no topic."""

from datetime import datetime

from services.desk.domain.case_view import CaseView
from services.desk.domain.offer import Offer
from services.desk.domain.timeline import Entry


def case_settled(stored: CaseView | None, folded: CaseView, _: datetime) -> CaseView:
    """The case, which the desk has not learnt anything of since it last did; entries of one moment may stay as they came."""
    if stored is None or stored.updated_at is None or folded.updated_at is None:
        return folded
    same = folded.model_copy(update={"updated_at": stored.updated_at, "timeline": stored.timeline})
    if stored == same and _in_order(stored.timeline) == _in_order(folded.timeline):
        return stored
    return folded.model_copy(update={"updated_at": max(stored.updated_at, folded.updated_at)})


def offer_settled(stored: Offer | None, folded: Offer, _: datetime) -> Offer:
    """The offer, settled if the desk has found it to be over."""
    return folded.model_copy(update={"settled": bool(stored and stored.settled)})


def _in_order(entries: tuple[Entry, ...]) -> list[Entry]:
    return sorted(entries, key=lambda each: (each.at, each.id))
