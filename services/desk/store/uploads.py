"""Files that people without a log-in sent along, and the links under which they lie: nobody can guess or make one."""

import asyncio
from base64 import b64encode
from collections.abc import Iterable
from datetime import timedelta
from typing import Protocol
from urllib.parse import urlsplit

from schemas.base import milliseconds
from schemas.events.message import Attachment
from schemas.ids import derive
from services.chassis.clock import Clock
from services.chassis.documents import Context, Decision
from services.chassis.ids import fresh
from services.chassis.repository import Repository
from services.desk.domain.cleaning import cleaned
from services.desk.domain.uploads import Erasure, Sender, TakenFile, Upload, checked, file_name
from services.desk.store.collections import UPLOADS

FOLDER = "/media/"
KEPT_LONG_ENOUGH = "kept long enough"
"""Why the desk itself erases a file."""
ERASED_AT_ONCE = 50
"""Files are large; the next time it erases more."""


class Signing(Protocol):
    """Makes and knows the tokens of files."""

    def media(self, id: str) -> str: ...
    def upload(self, token: str) -> str: ...


class Uploads:
    """Keeps them. `here` is the desk's address as people reach it; empty: as each request names it."""

    def __init__(self, repository: Repository, signing: Signing, here: str, clock: Clock) -> None:
        self._repository = repository
        self._signing = signing
        self._here = here.rstrip("/")
        self._clock = clock
        self._drawing = asyncio.Semaphore()  # a large picture takes much memory while it is drawn

    async def prepared(self, name: str, content: bytes) -> TakenFile:
        """The file as it will be kept. Raises NotTaken."""
        media_type, name = checked(name, content), file_name(name)
        async with self._drawing:
            return TakenFile(media_type, name, await asyncio.to_thread(cleaned, name, media_type, content))

    async def keep(self, sender: Sender, key: str, number: int, file: TakenFile, base: str) -> Attachment:
        """Store one file of a form; the same form again gives the same one."""
        id = derive("upload", sender.id, key, str(number))

        def decide(known: Upload | None, context: Context) -> Decision[Upload] | None:
            made = Upload(
                media_type=file.media_type,
                name=file.name,
                content=b64encode(file.content).decode(),
                at=context.now,
                brand=sender.brand,
                sender=sender.id,
            )
            return None if known else Decision(made)

        await self._repository.execute(UPLOADS, id, id, decide)
        url = f"{self._here or base.rstrip('/')}{FOLDER}{self._signing.media(id)}"
        return Attachment(url=url, media_type=file.media_type, name=file.name)

    async def find(self, token: str) -> Upload | None:
        """The file that a link names; None for a link that we did not make."""
        id = self._signing.upload(token)
        document = await self._repository.database.get(UPLOADS, id) if id else None
        return document.state if document else None

    async def erase(self, token: str, by: str, reason: str) -> None:
        """Take one file away for good; the record of it stays. A second time changes nothing."""
        await self._erase(self._signing.upload(token), by, reason)

    async def erase_all_of(self, sender: str, by: str, reason: str) -> int:
        """All that came in the same conversation, or with the same question; how many that were."""
        rows = await self._repository.database.rows(UPLOADS.name, {"sender": sender})
        return await self._erase_all([row["_id"] for row in rows if "erased_ms" not in row], by, reason)

    async def erase_older(self, kept: timedelta) -> None:
        """Erase some of those that have been kept so long."""
        query = {"kept_ms": {"$lt": milliseconds(self._clock.now() - kept)}}
        rows = await self._repository.database.rows(UPLOADS.name, query, limit=ERASED_AT_ONCE)
        await self._erase_all([row["_id"] for row in rows], "", KEPT_LONG_ENOUGH)

    async def erased(self, brands: Iterable[str], limit: int) -> list[Upload]:
        """What is left of files of these brands that somebody erased, the latest first."""
        query = {"erased_in": {"$in": sorted(brands)}}
        found = await self._repository.database.find(UPLOADS, query, sort="erased_ms", descending=True, limit=limit)
        return [each.state for each in found if each.state]

    def place(self, url: str) -> str:
        """Where one of ours lies on this desk, however its address was written; empty for what is not ours."""
        try:
            path = urlsplit(url).path
        except ValueError:
            return ""
        return path if self.token(path) else ""

    def token(self, path: str) -> str:
        """The token in the path of one of ours; empty for what is not ours."""
        token = path.removeprefix(FOLDER)
        return token if path.startswith(FOLDER) and self._signing.upload(token) else ""

    async def _erase_all(self, ids: list[str], by: str, reason: str) -> int:
        for id in ids:
            await self._erase(id, by, reason)
        return len(ids)

    async def _erase(self, id: str, by: str, reason: str) -> None:
        def decide(known: Upload | None, context: Context) -> Decision[Upload] | None:
            if known is None or known.erased:
                return None
            return Decision(known.without_content(Erasure(by=by, reason=reason, at=context.now)))

        await self._repository.execute(UPLOADS, id, fresh(), decide)
