"""Which consults a specialist has open.

A consult may be offered to several specialists at once, by one request each. An offer does not hear what becomes of it: that
belongs to the case. So the case is asked, and offers that are found to be over are settled then, which keeps the list of a
specialist short.
"""

from dataclasses import dataclass

from services.chassis.documents import Context, Decision
from services.chassis.repository import Repository
from services.desk.domain.case_parts import Consult
from services.desk.domain.case_view import CaseView
from services.desk.domain.offer import Offer
from services.desk.domain.timeline import Entry
from services.desk.store.cases import Cases
from services.desk.store.collections import OFFERS

OFFERS_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """One open question to a specialist, with the case it comes from."""

    consult: Consult
    view: CaseView
    offer: Offer

    @property
    def accepted(self) -> bool:
        """Whether the specialist said that they work on it."""
        return self.consult.offers[self.offer.request_id].state == "accepted"

    @property
    def others(self) -> int:
        """How many others have the same question before them."""
        return len(self.consult.asked) - 1

    @property
    def rounds(self) -> tuple[Entry, ...]:
        """What was asked back and explained since, in order."""
        kinds = ("consult-asked-back", "consult-clarified")
        return tuple(each for each in self.view.timeline if each.kind in kinds and each.ref == self.consult.id)


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
            known |= {offer.request_id for offer in offers}
            views = await self._cases.among([offer.case_id for offer in offers])
            found += [
                each for offer in offers if (each := await self._asked(offer, views.get(offer.case_id), specialist))
            ]
            if len(documents) < OFFERS_AT_ONCE or not offers:
                once = {asked.consult.id: asked for asked in found}
                return sorted(once.values(), key=lambda asked: (asked.consult.due_at, asked.consult.id))

    async def asked(self, case_id: str, consult_id: str, request_id: str) -> Asked | None:
        """The question as it was put to somebody by this request; None while the desk has not heard of all of it."""
        document = await self._repository.database.get(OFFERS, request_id)
        view = await self._cases.find(case_id)
        consult = _consult(view, consult_id)
        if view is None or consult is None or document is None or document.state is None:
            return None
        return Asked(consult, view, document.state) if request_id in consult.offers else None

    async def _asked(self, offer: Offer, view: CaseView | None, specialist: str) -> Asked | None:
        consult = _consult(view, offer.consult_id)
        if view is None or consult is None:
            return None  # the case's own event has not arrived yet
        asked = consult.offers.get(offer.request_id)
        if not consult.open or (asked and asked.specialist == specialist and not asked.live):
            await self._settle(offer.request_id)
            return None
        return Asked(consult, view, offer) if asked and asked.specialist == specialist else None

    async def of_case(self, case_id: str) -> dict[str, Offer]:
        """Why each specialist of a case was asked, by request."""
        documents = await self._repository.database.find(OFFERS, {"case": case_id})
        return {document.id: document.state for document in documents if document.state}

    async def _settle(self, request_id: str) -> None:
        def decide(offer: Offer | None, _: Context) -> Decision[Offer] | None:
            return Decision(offer.model_copy(update={"settled": True})) if offer and not offer.settled else None

        await self._repository.execute(OFFERS, request_id, f"settled/{request_id}", decide)


def _consult(view: CaseView | None, consult_id: str) -> Consult | None:
    return next((each for each in view.consults if each.id == consult_id), None) if view else None
