"""Open sessions, one document each, so that one or all of a person's can be ended from anywhere.

A document is named by a digest of the browser's token: who can read the store can not take a session over.
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from schemas.base import milliseconds
from services.chassis.clock import Clock
from services.chassis.documents import Context, Decision
from services.chassis.ids import fresh
from services.chassis.repository import Repository
from services.desk.domain.records import Means, Session
from services.desk.store.collections import SESSIONS

TOKEN_BYTES = 32
LONGEST_BROWSER = 300
NOTES_PER_IDLE_TIME = 10
"""So often at most its use is written down before a session would end for want of use."""
ENDED_AT_ONCE = 500


class OpenSessions:
    """Opens, knows again, and ends them. `longest` is how long one lasts, `idle` how long without use."""

    def __init__(self, repository: Repository, clock: Clock, longest: timedelta, idle: timedelta) -> None:
        self.longest = longest
        self._repository = repository
        self._clock = clock
        self._idle = idle

    async def open(self, person: str, means: Means, browser: str, *, stamp: str = "", id_token: str = "") -> str:
        """A new session; the token by which its browser is known again."""
        token = secrets.token_urlsafe(TOKEN_BYTES)

        def decide(_: Session | None, context: Context) -> Decision[Session]:
            now = context.now
            opened = Session(
                person=person,
                means=means,
                stamp=stamp,
                opened_at=now,
                used_at=now,
                ends_at=now + self.longest,
                browser=browser[:LONGEST_BROWSER],
                id_token=id_token,
            )
            return Decision(opened)

        await self._repository.execute(SESSIONS, _id(token), fresh(), decide)
        return token

    async def find(self, token: str) -> Session | None:
        """The session, if it is still open."""
        document = await self._repository.database.get(SESSIONS, _id(token)) if token else None
        session = document.state if document else None
        return session if session and self._open(session, self._clock.now()) else None

    async def used(self, token: str, session: Session) -> Session:
        """The person did something, which is written down now and then; the session as it is then."""
        if self._clock.now() - session.used_at < self._idle / NOTES_PER_IDLE_TIME:
            return session

        def decide(known: Session | None, context: Context) -> Decision[Session] | None:
            return Decision(known.model_copy(update={"used_at": context.now})) if known else None

        document = await self._repository.execute(SESSIONS, _id(token), fresh(), decide)
        return document.state or session

    async def end(self, token: str) -> None:
        await self._repository.database.delete(SESSIONS.name, [_id(token)])

    async def end_all(self, person: str) -> None:
        """Every session of this person, in whatever browser."""
        rows = await self._repository.database.rows(SESSIONS.name, {"person": person})
        await self._repository.database.delete(SESSIONS.name, [row["_id"] for row in rows])

    async def of(self, person: str) -> list[Session]:
        """A person's open sessions, the one used last on top."""
        documents = await self._repository.database.find(SESSIONS, {"person": person})
        now = self._clock.now()
        found = [each.state for each in documents if each.state and self._open(each.state, now)]
        return sorted(found, key=lambda session: session.used_at, reverse=True)

    async def sweep(self) -> None:
        """Forget those whose time is over."""
        query = {"ends_ms": {"$lt": milliseconds(self._clock.now())}}
        rows = await self._repository.database.rows(SESSIONS.name, query, limit=ENDED_AT_ONCE)
        await self._repository.database.delete(SESSIONS.name, [row["_id"] for row in rows])

    def _open(self, session: Session, now: datetime) -> bool:
        return now < min(session.ends_at, session.used_at + self._idle)


def _id(token: str) -> str:
    return sha256(token.encode()).hexdigest()
