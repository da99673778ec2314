"""Who lets prepared holding replies leave by themselves, in their name (O5): said by themselves, with every change of mind."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from schemas.base import UtcDatetime
from schemas.ids import derive
from services.chassis.documents import Collection, Context, Decision, Index
from services.chassis.mongo import Database
from services.chassis.repository import Repository


class Change(BaseModel):
    """What somebody said, and when."""

    model_config = ConfigDict(frozen=True)

    agreed: bool
    by: str
    at: UtcDatetime


class HoldingAgreement(BaseModel):
    """What one person has said, the latest last."""

    model_config = ConfigDict(frozen=True)

    person: str
    changes: tuple[Change, ...] = ()

    @property
    def agreed_at(self) -> datetime | None:
        """Since when they agree; None: they do not."""
        latest = self.changes[-1] if self.changes else None
        return latest.at if latest and latest.agreed else None


AGREEMENTS = Collection(
    "holding_agreements",
    HoldingAgreement,
    fields=lambda state: {"agreed": int(state.agreed_at is not None)},
    indexes=(Index(("agreed",)),),
)


def _id(person: str) -> str:
    return derive("holding-agreement", person)


class Agreements:
    """Who agrees now, in memory, for what happens without anybody asking; read again and again."""

    def __init__(self) -> None:
        self._agreed: dict[str, datetime] = {}

    def agreed(self, person: str) -> datetime | None:
        """Since when somebody agrees; None: they do not."""
        return self._agreed.get(person)

    async def refresh(self, database: Database) -> None:
        """Take in what was said since. Raises Unavailable."""
        found = await database.find(AGREEMENTS, {"agreed": 1})
        states = [document.state for document in found if document.state]
        self._agreed = {state.person: state.agreed_at for state in states if state.agreed_at}

    async def say(self, repository: Repository, person: str, *, agreed: bool, cause: str) -> HoldingAgreement:
        """Somebody says whether they agree; what they have said already changes nothing."""

        def decide(state: HoldingAgreement | None, context: Context) -> Decision[HoldingAgreement] | None:
            known = state or HoldingAgreement(person=person)
            if (known.agreed_at is not None) == agreed:
                return None
            change = Change(agreed=agreed, by=person, at=context.now)
            return Decision(known.model_copy(update={"changes": (*known.changes, change)}))

        await repository.execute(AGREEMENTS, _id(person), cause, decide, actor=person)
        await self.refresh(repository.database)
        return await self.told(repository.database, person)

    async def told(self, database: Database, person: str) -> HoldingAgreement:
        """All that somebody has said. Raises Unavailable."""
        document = await database.get(AGREEMENTS, _id(person))
        return document.state if document and document.state else HoldingAgreement(person=person)
