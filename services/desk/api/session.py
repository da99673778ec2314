"""Who is asking: a cookie for the signed-in person, tokens against forged forms, signed links for customers."""

import secrets
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import Request, Response
from itsdangerous import BadSignature, Signer, URLSafeSerializer

from services.chassis.clock import Clock
from services.chassis.errors import Problem
from services.desk.domain.access import Reader
from services.desk.domain.records import Means, Session
from services.desk.store.accounts import Accounts
from services.desk.store.people import People
from services.desk.store.sessions import BY_PASSWORD, AtProvider, OpenSessions, session_id

SESSION_COOKIE = "casekeeper-session"
VISITOR_COOKIE = "casekeeper-visitor"
REMEMBERED_SECONDS = 5
"""How long a session is not looked up again: so late a sign-out elsewhere, a new password or another role may take effect."""
LISTENING_SECONDS = 15.0
"""How often the sessions of open streams are looked at, of pages on which nothing happens meanwhile."""
REMEMBERED_SESSIONS = 10_000


LIVE_HEADER = "live"
"""Sent by a page that keeps itself current: nobody did anything."""


def cookie_name(name: str, *, secure: bool) -> str:
    """Behind HTTPS under a prefix that keeps other hosts of the domain from setting it."""
    return f"__Host-{name}" if secure else name


class NotSignedIn(Exception):
    """The page or the API is for signed-in people."""


class Signing:
    """Everything that the desk signs, with one secret and a purpose each."""

    def __init__(self) -> None:
        self._secret = ""

    def use(self, secret: str) -> None:
        """The secret; known only once the store is there."""
        self._secret = secret

    def leaving(self) -> URLSafeSerializer:
        """For what somebody takes along to the identity provider and back."""
        return URLSafeSerializer(self._secret, salt="leaving")

    def form_token(self, visitor: str) -> str:
        """What a form of this visitor's has to bring."""
        return Signer(self._secret, salt="form").get_signature(visitor).decode()

    def new_thread(self, visitor: str, key: str) -> str:
        """A name for a new conversation. A double click gives the same one; another browser can not ask for it."""
        return Signer(self._secret, salt="thread").get_signature(f"{visitor}/{key}").decode()

    def link(self, brand: str, thread: str) -> str:
        """The token of a customer's conversation: nobody can guess or make one."""
        return str(URLSafeSerializer(self._secret, salt=f"talk/{brand}").dumps(thread))

    def thread(self, brand: str, token: str) -> str | None:
        """The conversation that a link names, None for a link that we did not make."""
        try:
            return str(URLSafeSerializer(self._secret, salt=f"talk/{brand}").loads(token))
        except BadSignature:
            return None

    def media(self, id: str) -> str:
        """The token of a file that a customer sent along."""
        return str(URLSafeSerializer(self._secret, salt="media").dumps(id))

    def upload(self, token: str) -> str:
        """The file that a token names, empty for a token that we did not make."""
        try:
            return str(URLSafeSerializer(self._secret, salt="media").loads(token))
        except BadSignature:
            return ""


@dataclass
class Known:
    """A session that was looked up a moment ago."""

    since: datetime
    session: Session
    reader: Reader


class Sessions:
    """Signs people in and out, and knows them again."""

    def __init__(
        self,
        signing: Signing,
        opened: OpenSessions,
        accounts: Accounts,
        people: People,
        clock: Clock,
        *,
        secure: bool,
        means: Collection[Means],
        ended: Callable[[Iterable[str]], None],
    ) -> None:
        """`ended` is told which sessions are over, as soon as this instance knows."""
        self.signing = signing
        self.opened = opened
        self._accounts = accounts
        self._people = people
        self._clock = clock
        self.secure = secure
        self._means = means
        self._ended = ended
        self._cookie = cookie_name(SESSION_COOKIE, secure=secure)
        self._known: dict[str, Known] = {}

    async def sign_in(
        self,
        request: Request,
        response: Response,
        person: str,
        means: Means,
        *,
        stamp: str = "",
        there: AtProvider = BY_PASSWORD,
    ) -> None:
        """Open a session under a new token; the one that this browser had is over."""
        await self._end(request)
        browser = request.headers.get("user-agent", "")
        token = await self.opened.open(person, means, browser, stamp=stamp, there=there)
        response.set_cookie(
            self._cookie,
            token,
            max_age=int(self.opened.longest.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=self.secure,
        )

    async def sign_out(self, request: Request, response: Response) -> Session | None:
        """End this browser's session; what it was."""
        session = await self._end(request)
        response.delete_cookie(self._cookie, httponly=True, samesite="lax", secure=self.secure)
        return session

    async def sign_out_everywhere(self, person: str) -> None:
        """End all sessions of this person; other instances of the desk know within seconds."""
        self._over(await self.opened.end_all(person))

    async def signed_out_at_provider(self, subject: str, session: str) -> int:
        """End what the identity provider says is over; how many that were. See `OpenSessions.end_at_provider`."""
        over = await self.opened.end_at_provider(subject, session)
        self._over(over)
        return len(over)

    async def look_after(self, ids: Iterable[str]) -> None:
        """Notice which of these sessions are over, for whatever reason and wherever that was decided."""
        for id in ids:
            try:
                await self._found(id)
            except NotSignedIn:
                self._over([id])

    async def reader(self, request: Request) -> Reader:
        """The signed-in person. Raises NotSignedIn."""
        token = request.cookies.get(self._cookie, "")
        if not token:
            raise NotSignedIn("sign in first")
        id = session_id(token)
        known = await self._found(id)
        if not _by_itself(request):
            known.session = await self.opened.used(id, known.session)
        return known.reader

    async def _found(self, id: str) -> Known:
        """The session as it was a few seconds ago at most. Raises NotSignedIn."""
        known = self._known.get(id)
        if known is None or self._clock.now() - known.since >= timedelta(seconds=REMEMBERED_SECONDS):
            self._known.pop(id, None)
            known = await self._looked_up(id)
            if len(self._known) >= REMEMBERED_SESSIONS:
                self._known.clear()
            self._known[id] = known
        return known

    async def _looked_up(self, id: str) -> Known:
        session = await self.opened.find(id)
        if session is None or session.means not in self._means:
            raise NotSignedIn("sign in first")
        if session.means == "password" and await self._accounts.stamp(session.person) != session.stamp:
            raise NotSignedIn("the password has changed; sign in again")
        person = await self._people.member(session.person)
        if person is None:
            raise NotSignedIn(f"{session.person} does not work here any more")
        return Known(self._clock.now(), session, Reader(person, id))

    async def _end(self, request: Request) -> Session | None:
        token = request.cookies.get(self._cookie, "")
        if not token:
            return None
        id = session_id(token)
        session = await self.opened.find(id)
        if session:
            await self.opened.end([id])
        self._over([id])
        return session

    def _over(self, ids: Collection[str]) -> None:
        for id in ids:
            self._known.pop(id, None)
        self._ended(ids)

    def form_token(self, request: Request) -> str:
        return self.signing.form_token(visitor(request))

    def require_form_token(self, request: Request, token: str) -> None:
        """Raises Problem 403 for a form that is not ours, or older than the visitor's cookie."""
        if not secrets.compare_digest(self.form_token(request).encode(), token.encode()):
            raise Problem(
                403, "form-expired", "this form is no longer valid; load the page again and send it once more"
            )


def _by_itself(request: Request) -> bool:
    streams = request.headers.get("accept", "").startswith("text/event-stream")
    return streams or LIVE_HEADER in request.headers


def visitor(request: Request) -> str:
    """This browser, whoever sits before it; the pages' middleware sees to it that there is one."""
    return str(request.scope["visitor"])
