"""Open sessions, one document each, so that one or all of a person's can be ended from anywhere.

A document is named by a digest of the browser's token: who can read the store can not take a session over.
"""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from services.chassis.clock import Clock
from services.chassis.documents import Context, Decision
from services.chassis.ids import fresh
from services.chassis.repository import Repository
from services.desk.domain.records import Means, Session
from services.desk.store.collections import SESSIONS
from services.desk.store.over import forget_what_is_over

TOKEN_BYTES = 32
LONGEST_BROWSER = 300
NOTES_PER_IDLE_TIME = 10
"""So often at most its use is written down before a session would end for want of use."""


@dataclass(frozen=True, slots=True)
class AtProvider:
    """A session as the identity provider knows it; all empty for one that a password of ours opened."""

    id_token: str = ""
    subject: str = ""
    session: str = ""


BY_PASSWORD = AtProvider()


class OpenSessions:
    """Opens, knows again, and ends them. `longest` is how long one lasts, `idle` how long without use."""

    def __init__(self, repository: Repository, clock: Clock, longest: timedelta, idle: timedelta) -> None:
        self.longest = longest
        self._repository = repository
        self._clock = clock
        self._idle = idle

    async def open(
        self, person: str, means: Means, browser: str, *, stamp: str = "", there: AtProvider = BY_PASSWORD
    ) -> str:
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
                id_token=there.id_token,
                subject=there.subject,
                provider_session=there.session,
            )
            return Decision(opened)

        await self._repository.execute(SESSIONS, session_id(token), fresh(), decide)
        return token

    async def find(self, id: str) -> Session | None:
        """The session, if it is still open."""
        document = await self._repository.database.get(SESSIONS, id)
        session = document.state if document else None
        return session if session and self._open(session, self._clock.now()) else None

    async def used(self, id: str, session: Session) -> Session:
        """The person did something, which is written down now and then; the session as it is then."""
        if self._clock.now() - session.used_at < self._idle / NOTES_PER_IDLE_TIME:
            return session

        def decide(known: Session | None, context: Context) -> Decision[Session] | None:
            return Decision(known.model_copy(update={"used_at": context.now})) if known else None

        document = await self._repository.execute(SESSIONS, id, fresh(), decide)
        return document.state or session

    async def end(self, ids: Collection[str]) -> None:
        await self._repository.database.delete(SESSIONS.name, ids)

    async def end_all(self, person: str) -> list[str]:
        """Every session of this person, in whatever browser; which they were."""
        return await self._end_found({"person": person})

    async def end_at_provider(self, subject: str, session: str) -> list[str]:
        """Those that the provider says are over; which they were. One of `subject` and `session` may be empty.

        A provider that tells its sessions apart only now and not when people signed in ends all of this person.
        """
        if not subject:
            return await self._end_found({"provider_session": session})
        return await self._end_found({"subject": subject}, ("", session) if session else ())

    async def _end_found(self, query: Mapping[str, str], of: Collection[str] = ()) -> list[str]:
        rows = await self._repository.database.rows(SESSIONS.name, query)
        found = [row["_id"] for row in rows if not of or row.get("provider_session", "") in of]
        await self.end(found)
        return found

    async def of(self, person: str) -> list[Session]:
        """A person's open sessions, the one used last on top."""
        documents = await self._repository.database.find(SESSIONS, {"person": person})
        now = self._clock.now()
        found = [each.state for each in documents if each.state and self._open(each.state, now)]
        return sorted(found, key=lambda session: session.used_at, reverse=True)

    async def sweep(self) -> None:
        """Forget those whose time is over."""
        await forget_what_is_over(self._repository.database, SESSIONS, self._clock.now())

    def _open(self, session: Session, now: datetime) -> bool:
        return now < min(session.ends_at, session.used_at + self._idle)


def session_id(token: str) -> str:
    """Under which the session of a browser with this token is kept."""
    return sha256(token.encode()).hexdigest()
