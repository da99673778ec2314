"""A desk before the real cases service: the tests play routing and delivery."""

from collections.abc import Callable

from schemas.events.case import CaseMessageAdded
from schemas.events.delivery import DeliveryFailed, DeliverySent, DeliveryUncertain
from schemas.events.message import Author, MessageClassified
from schemas.events.routing import OwnerAssigned, SpecialistOffered
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

    async def view(self, condition: Callable[[CaseView], object], case_id: str = CASE) -> CaseView:
        """The case, once it is like this."""

        async def reached() -> CaseView | None:
            document = await self.service.database.get(CASES, case_id)
            return document.state if document and document.state and condition(document.state) else None

        found = await eventually(reached)
        assert isinstance(found, CaseView)
        return found

    async def a_case_is_owned(self, *words: str, owner: str = OWNER) -> None:
        """The case of most tests, with these messages."""
        await self.heard(Story(CONVERSATION, CONVERSATION, language="en"), words or ("It leaks",))
        await self.assigned(owner)

    async def another_case_is_owned(
        self, conversation: str, channel: str, customer: Author, text: str, owner: str = OWNER
    ) -> str:
        """One more case, perhaps of the same customer on another channel; its id."""
        await self.heard(Story(conversation, conversation, channel=channel, customer=customer, language="en"), (text,))
        await self.assigned(owner, conversation)
        return derive("case", conversation, "1")

    async def heard(self, story: Story, words: tuple[str, ...]) -> None:
        """A customer writes this; the case is open when it returns."""
        story.opened()
        for minute, text in enumerate(words):
            story.wrote(text, minutes=minute)
        heard = [
            MessageClassified(message=each.message, classification=each.classification)
            for each in story.events
            if isinstance(each, CaseMessageAdded)
        ]
        await publish(self.service, outgoing(heard))
        case_id = derive("case", story.conversation, "1")
        await self.view(lambda view: view.status == "new" and _messages(view) == len(words), case_id)

    async def assigned(self, owner: str, conversation: str = CONVERSATION, request: str = "r") -> None:
        """Routing decides who owns it."""
        case_id = derive("case", conversation, "1")
        decided = OwnerAssigned(
            request_id=request,
            case_id=case_id,
            conversation=conversation,
            person=owner,
            explanation=WHY,
            decided_at=Story().start,
        )
        await publish(self.service, outgoing([decided]))
        await self.view(lambda view: view.owner == owner, case_id)

    async def asked(self, consult_id: str, specialist: str = EXPERT) -> None:
        """Routing decides whom to ask."""
        view = await self.view(lambda view: any(each.id == consult_id for each in view.consults))
        offered = SpecialistOffered(
            request_id=derive("specialist", consult_id),
            case_id=CASE,
            conversation=CONVERSATION,
            consult_id=consult_id,
            person=specialist,
            country="GB",
            explanation=WHY,
            decided_at=view.timeline[-1].at,
        )
        await publish(self.service, outgoing([offered]))
        await self.view(lambda view: any(each.specialist == specialist for each in view.consults))

    async def delivered(self, reply_id: str) -> None:
        view = await self.view(lambda view: reply_id in view.replies)
        at = view.timeline[-1].at
        sent = DeliverySent(reply_id=reply_id, case_id=CASE, conversation=CONVERSATION, receipt="ok", sent_at=at)
        await publish(self.service, outgoing([sent]))
        await self.view(lambda view: view.replies[reply_id].state == "sent")

    async def not_delivered(self, reply_id: str, reason: str, *, known: bool = True) -> None:
        """The channel refuses it; or nobody knows whether it took it."""
        about = {"reply_id": reply_id, "case_id": CASE, "conversation": CONVERSATION, "reason": reason}
        event = DeliveryFailed(**about) if known else DeliveryUncertain(**about)
        await publish(self.service, outgoing([event]))
        await self.view(lambda view: view.replies[reply_id].state == ("failed" if known else "uncertain"))


def _messages(view: CaseView) -> int:
    return sum(entry.kind == "message" for entry in view.timeline)
