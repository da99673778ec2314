"""Who is asking: signed cookies for the signed-in person, tokens against forged forms, signed links for customers."""

import secrets
from datetime import datetime, timedelta

from fastapi import Request, Response
from itsdangerous import BadSignature, Signer, URLSafeSerializer, URLSafeTimedSerializer

from services.chassis.clock import Clock
from services.chassis.errors import Problem
from services.desk.domain.access import Reader
from services.desk.domain.records import Account
from services.desk.store.accounts import Accounts, stamp_of
from services.desk.store.people import People

SESSION_COOKIE = "casekeeper-session"
VISITOR_COOKIE = "casekeeper-visitor"
REMEMBERED_SECONDS = 5
"""How long a session's person is not looked up again: so late a changed password or role may take effect."""
REMEMBERED_SESSIONS = 10_000


class NotSignedIn(Exception):
    """The page or the API is for signed-in people."""


class Signing:
    """Everything that the desk signs, with one secret and a purpose each."""

    def __init__(self) -> None:
        self._secret = ""

    def use(self, secret: str) -> None:
        """The secret; known only once the store is there."""
        self._secret = secret

    def session(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._secret, salt="session")

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


class Sessions:
    """Signs people in and out, and knows them again."""

    def __init__(
        self, signing: Signing, accounts: Accounts, people: People, clock: Clock, hours: int, *, secure: bool
    ) -> None:
        self.signing = signing
        self._accounts = accounts
        self._people = people
        self._clock = clock
        self._hours = hours
        self._secure = secure
        self._known: dict[str, tuple[datetime, Reader]] = {}

    def sign_in(self, response: Response, account: Account) -> None:
        value = self.signing.session().dumps({"person": account.person, "stamp": stamp_of(account)})
        response.set_cookie(
            SESSION_COOKIE,
            str(value),
            max_age=self._hours * 3600,
            httponly=True,
            samesite="lax",
            secure=self._secure,
        )

    def sign_out(self, request: Request, response: Response) -> None:
        self._known.pop(request.cookies.get(SESSION_COOKIE, ""), None)
        response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax", secure=self._secure)

    async def reader(self, request: Request) -> Reader:
        """The signed-in person. Raises NotSignedIn."""
        cookie = request.cookies.get(SESSION_COOKIE, "")
        known = self._known.get(cookie)
        now = self._clock.now()
        if known and now - known[0] < timedelta(seconds=REMEMBERED_SECONDS):
            return known[1]
        reader = await self._looked_up(cookie)
        if len(self._known) >= REMEMBERED_SESSIONS:
            self._known.clear()
        self._known[cookie] = (now, reader)
        return reader

    async def _looked_up(self, cookie: str) -> Reader:
        try:
            content = self.signing.session().loads(cookie, max_age=self._hours * 3600)
            person_id, stamp = str(content["person"]), str(content["stamp"])
        except (BadSignature, KeyError, TypeError) as error:
            raise NotSignedIn("sign in first") from error
        if not stamp or await self._accounts.stamp(person_id) != stamp:
            raise NotSignedIn("the password has changed; sign in again")
        person = await self._people.find(person_id)
        if person is None:
            raise NotSignedIn(f"{person_id} does not work here any more")
        return Reader(person)

    def form_token(self, request: Request) -> str:
        return self.signing.form_token(visitor(request))

    def require_form_token(self, request: Request, token: str) -> None:
        """Raises Problem 403 for a form that is not ours, or older than the visitor's cookie."""
        if not secrets.compare_digest(self.form_token(request).encode(), token.encode()):
            raise Problem(
                403, "form-expired", "this form is no longer valid; load the page again and send it once more"
            )


def visitor(request: Request) -> str:
    """This browser, whoever sits before it; the pages' middleware sees to it that there is one."""
    return str(request.scope["visitor"])
