"""A desk before the real cases service: the tests play routing and delivery."""

from collections.abc import Callable

from schemas.events.delivery import DeliverySent
from schemas.events.message import MessageClassified
from schemas.events.routing import OwnerAssigned
from schemas.ids import derive
from services.chassis.service import Service
from services.desk.domain import CaseView
from services.desk.store.collections import CASES
from tests.conftest import eventually
from tests.integration.desk.conftest import publish
from tests.unit.desk.stories import WHY, Story, outgoing

OWNER, COLLEAGUE, EXPERT = "maaike.postma", "sem.schouten", "harry.carter"
CONVERSATION = "conversation-1"
CASE = derive("case", CONVERSATION, "1")
PAGE = f"/cases/{CASE}"


class Desk:
    """The desk before the real cases service; the test plays routing and delivery."""

    def __init__(self, service: Service) -> None:
        self.service = service

    async def view(self, condition: Callable[[CaseView], object]) -> CaseView:
        """The case, once it is like this."""

        async def reached() -> CaseView | None:
            document = await self.service.database.get(CASES, CASE)
            return document.state if document and document.state and condition(document.state) else None

        found = await eventually(reached)
        assert isinstance(found, CaseView)
        return found

    async def a_case_is_owned(self) -> None:
        story = Story("x", CONVERSATION, language="en").opened().wrote("It leaks")
        added = story.events[-1]
        heard = MessageClassified(message=added.message, classification=added.classification)  # type: ignore[attr-defined]
        await publish(self.service, outgoing([heard]))
        await self.view(lambda view: view.status == "new")
        decided = OwnerAssigned(
            request_id="r",
            case_id=CASE,
            conversation=CONVERSATION,
            person=OWNER,
            explanation=WHY,
            decided_at=story.start,
        )
        await publish(self.service, outgoing([decided]))
        await self.view(lambda view: view.owner == OWNER)

    async def delivered(self, reply_id: str) -> None:
        view = await self.view(lambda view: reply_id in view.replies)
        at = view.timeline[-1].at
        sent = DeliverySent(reply_id=reply_id, case_id=CASE, conversation=CONVERSATION, receipt="ok", sent_at=at)
        await publish(self.service, outgoing([sent]))
        await self.view(lambda view: view.replies[reply_id].state == "sent")
