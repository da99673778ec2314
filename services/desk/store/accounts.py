"""Local log-ins: argon2 hashes, and a pause after too many wrong passwords. There is no default password."""

import asyncio
from collections import OrderedDict, deque
from datetime import datetime, timedelta
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.chassis.clock import Clock
from services.chassis.documents import Context, Decision
from services.chassis.errors import Problem
from services.chassis.ids import fresh
from services.chassis.repository import Repository
from services.desk.domain.records import Account
from services.desk.store.collections import ACCOUNTS

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
REMEMBERED_KEYS = 10_000
SPREAD = 10
"""So many times as many wrong passwords as one person may type in one place are borne from one address, or for one person."""


class Limit:
    """So many events per key in a stretch of time, counted in this process."""

    def __init__(self, allowed: int, within: timedelta, clock: Clock) -> None:
        self._allowed = allowed
        self._within = within
        self._clock = clock
        self._events: OrderedDict[str, deque[datetime]] = OrderedDict()

    def wait_seconds(self, key: str) -> int:
        """How long until this key may go on; 0 for now."""
        now = self._clock.now()
        events = self._events.get(key, deque())
        while events and events[0] <= now - self._within:
            events.popleft()
        if len(events) < self._allowed:
            return 0
        return max(1, int((events[0] + self._within - now).total_seconds()) + 1)

    def note(self, key: str) -> None:
        events = self._events.setdefault(key, deque(maxlen=self._allowed))
        events.append(self._clock.now())
        self._events.move_to_end(key)
        while len(self._events) > REMEMBERED_KEYS:
            self._events.popitem(last=False)

    def forget(self, key: str) -> None:
        self._events.pop(key, None)


class Accounts:
    """Log-ins, kept in the desk's store."""

    def __init__(self, repository: Repository, clock: Clock, failures: int, pause: timedelta) -> None:
        self._repository = repository
        self._clock = clock
        self._hasher = PasswordHasher()
        self._failures = Limit(failures, pause, clock)
        self._by_address = Limit(failures * SPREAD, pause, clock)
        self._by_person = Limit(failures * SPREAD, pause, clock)
        self._nobody = ""

    async def ensure(self, person_id: str, password: str) -> None:
        """From now on this password opens this person's desk. Raises Problem 400 for one that is too short or long."""
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            limits = f"{SHORTEST_PASSWORD} to {LONGEST_PASSWORD}"
            raise Problem(400, "invalid-request", f"password: it needs {limits} characters")
        known = await self._find(person_id)
        if known and await self._fits(known.password_hash, password):
            return
        hashed = await asyncio.to_thread(self._hasher.hash, password)

        def decide(_: Account | None, context: Context) -> Decision[Account]:
            return Decision(Account(person=person_id, password_hash=hashed, changed_at=context.now))

        await self._repository.execute(ACCOUNTS, person_id, fresh(), decide)

    async def sign_in(self, person_id: str, password: str, address: str) -> Account | None:
        """The account, or None when name and password do not belong together. Raises Problem 429 after too many tries."""
        key = f"{person_id}@{address}"
        wait = max(
            self._failures.wait_seconds(key),
            self._by_address.wait_seconds(address),
            self._by_person.wait_seconds(person_id),
        )
        if wait:
            raise Problem(
                429, "too-many-failures", f"too many wrong passwords; try again in {wait} s", retry_after=wait
            )
        account = await self._find(person_id)
        # The same work for a name that nobody has: how long it takes tells nothing.
        fits = await self._fits(account.password_hash if account else await self._nobodys_hash(), password)
        if account and fits:
            self._failures.forget(key)
            return account
        self._failures.note(key)
        self._by_address.note(address)
        self._by_person.note(person_id)
        return None

    async def stamp(self, person_id: str) -> str:
        """Changes with the password: a session made under another stamp is over. Empty for no account."""
        account = await self._find(person_id)
        return stamp_of(account) if account else ""

    async def _find(self, person_id: str) -> Account | None:
        document = await self._repository.database.get(ACCOUNTS, person_id)
        return document.state if document else None

    async def _nobodys_hash(self) -> str:
        self._nobody = self._nobody or await asyncio.to_thread(self._hasher.hash, fresh())
        return self._nobody

    async def _fits(self, hashed: str, password: str) -> bool:
        try:
            return await asyncio.to_thread(self._hasher.verify, hashed, password[:LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return False


def stamp_of(account: Account) -> str:
    """See `Accounts.stamp`. Of the hash, which has a salt: it tells nothing of the password."""
    return sha256(account.password_hash.encode()).hexdigest()[:24]
