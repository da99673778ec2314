"""Which of the identity provider's logout tokens were taken: each counts once, in all instances of the desk."""

from datetime import datetime

from schemas.ids import derive
from services.chassis.clock import Clock
from services.chassis.documents import Context, Decision
from services.chassis.ids import fresh
from services.chassis.repository import Repository
from services.desk.domain.records import Logout
from services.desk.store.collections import LOGOUTS
from services.desk.store.over import forget_what_is_over


class Logouts:
    """Remembers them for as long as they are valid."""

    def __init__(self, repository: Repository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    async def taken(self, token: str) -> bool:
        """Whether the token of this name was taken before."""
        return await self._repository.database.get(LOGOUTS, _id(token)) is not None

    async def take(self, token: str, until: datetime) -> None:
        """Remember it; only once what it says is done, so that it can be sent again when that failed."""

        def decide(known: Logout | None, _: Context) -> Decision[Logout] | None:
            return None if known else Decision(Logout(ends_at=until))

        await self._repository.execute(LOGOUTS, _id(token), fresh(), decide)

    async def sweep(self) -> None:
        """Forget those that are not valid any more."""
        await forget_what_is_over(self._repository.database, LOGOUTS, self._clock.now())


def _id(token: str) -> str:
    return derive("logout", token)
