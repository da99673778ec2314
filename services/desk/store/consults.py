"""Which consults a specialist has open.

An offer does not hear that its consult was answered: that event belongs to the case. So the case is asked, and offers that
are found to be over are settled then, which keeps the list of a specialist short.
"""

from dataclasses import dataclass

from services.chassis.documents import Context, Decision
from services.chassis.repository import Repository
from services.desk.domain.case_view import CaseView, Consult
from services.desk.domain.offer import Offer
from services.desk.store.cases import Cases
from services.desk.store.collections import OFFERS

OFFERS_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """One open question to a specialist, with the case it comes from."""

    consult: Consult
    view: CaseView
    offer: Offer


class Consults:
    """The questions to specialists."""

    def __init__(self, repository: Repository, cases: Cases) -> None:
        self._repository = repository
        self._cases = cases

    async def open_for(self, specialist: str) -> list[Asked]:
        """The specialist's open consults, the one due first on top."""
        query = {"specialist": specialist, "settled": False}
        found: list[Asked] = []
        known: set[str] = set()
        while True:
            documents = await self._repository.database.find(OFFERS, query, limit=OFFERS_AT_ONCE)
            offers = [each.state for each in documents if each.state and each.id not in known]
            known |= {offer.consult_id for offer in offers}
            views = await self._cases.among([offer.case_id for offer in offers])
            found += [
                each for offer in offers if (each := await self._asked(offer, views.get(offer.case_id), specialist))
            ]
            if len(documents) < OFFERS_AT_ONCE or not offers:
                return sorted(found, key=lambda asked: (asked.consult.due_at, asked.consult.id))

    async def _asked(self, offer: Offer, view: CaseView | None, specialist: str) -> Asked | None:
        consult = _consult(view, offer.consult_id)
        if view is None or consult is None:
            return None  # the case's own event has not arrived yet
        if not consult.open:
            await self._settle(offer.consult_id)
            return None
        return Asked(consult, view, offer) if consult.specialist == specialist else None

    async def of_case(self, case_id: str) -> dict[str, Offer]:
        """Why each specialist of a case was asked, by consult."""
        documents = await self._repository.database.find(OFFERS, {"case": case_id})
        return {document.id: document.state for document in documents if document.state}

    async def _settle(self, consult_id: str) -> None:
        def decide(offer: Offer | None, _: Context) -> Decision[Offer] | None:
            return Decision(offer.model_copy(update={"settled": True})) if offer and not offer.settled else None

        await self._repository.execute(OFFERS, consult_id, f"settled/{consult_id}", decide)


def _consult(view: CaseView | None, consult_id: str) -> Consult | None:
    return next((each for each in view.consults if each.id == consult_id), None) if view else None
