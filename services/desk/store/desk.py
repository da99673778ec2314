"""The desk's own few facts: the autopilot's switch, the record of reveals, customers' own words."""

from collections.abc import Iterable

from schemas.events.message import Attachment
from services.chassis.clock import Clock
from services.chassis.documents import Context, Decision
from services.chassis.ids import fresh
from services.chassis.repository import Repository
from services.desk.domain import CaseView
from services.desk.domain.records import Reveal, Switch
from services.desk.domain.talk import Talk, Written
from services.desk.store.collections import REVEALS, SWITCHES, TALKS

AUTOPILOT = "autopilot"


class Desk:
    """Reads and writes them."""

    def __init__(self, repository: Repository, clock: Clock, *, autopilot: bool) -> None:
        self._repository = repository
        self._clock = clock
        self._autopilot = autopilot

    async def autopilot(self) -> bool:
        """Whether the autopilot plays the staff."""
        document = await self._repository.database.get(SWITCHES, AUTOPILOT)
        return document.state.on if document and document.state else self._autopilot

    async def switch_autopilot(self, *, on: bool, by: str) -> None:
        def decide(_: Switch | None, context: Context) -> Decision[Switch]:
            return Decision(Switch(on=on, by=by, at=context.now))

        await self._repository.execute(SWITCHES, AUTOPILOT, fresh(), decide)

    async def note_reveal(self, view: CaseView, person: str, fields: tuple[str, ...]) -> None:
        """Write down that somebody looks, before they do (M3)."""

        def decide(_: Reveal | None, context: Context) -> Decision[Reveal]:
            return Decision(Reveal(case_id=view.id, brand=view.brand, person=person, fields=fields, at=context.now))

        await self._repository.execute(REVEALS, fresh(), fresh(), decide)

    async def reveals(self, brands: Iterable[str], before_ms: int | None, limit: int) -> list[Reveal]:
        """Who looked at customers' personal data in cases of these brands, the latest first."""
        query: dict[str, object] = {"brand": {"$in": sorted(brands)}}
        query |= {"at_ms": {"$lt": before_ms}} if before_ms is not None else {}
        found = await self._repository.database.find(REVEALS, query, sort="at_ms", descending=True, limit=limit)
        return [each.state for each in found if each.state]

    async def talk(self, conversation: str) -> Talk | None:
        document = await self._repository.database.get(TALKS, conversation)
        return document.state if document else None

    async def wrote(self, talk: Talk, message_id: str, text: str, attachments: tuple[Attachment, ...] = ()) -> None:
        """Keep what a customer wrote here, so that their page shows it before a case does."""

        def decide(known: Talk | None, context: Context) -> Decision[Talk]:
            before = known or talk
            written = Written(id=message_id, text=text, at=context.now, attachments=attachments)
            return Decision(before.wrote(written).model_copy(update={"name": talk.name or before.name}))

        await self._repository.execute(TALKS, talk.conversation, message_id, decide)
