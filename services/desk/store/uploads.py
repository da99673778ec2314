"""Files that customers sent along on our page, and the links under which they lie: nobody can guess or make one."""

from base64 import b64encode
from typing import Protocol
from urllib.parse import urlsplit

from schemas.events.message import Attachment
from schemas.ids import derive
from services.chassis.documents import Context, Decision
from services.chassis.repository import Repository
from services.desk.domain.uploads import LONGEST_NAME, Upload, checked
from services.desk.store.collections import UPLOADS

FOLDER = "/media/"


class Signing(Protocol):
    """Makes and knows the tokens of files."""

    def media(self, id: str) -> str: ...
    def upload(self, token: str) -> str: ...


class Uploads:
    """Keeps them. `here` is the desk's address as people reach it; empty: as each request names it."""

    def __init__(self, repository: Repository, signing: Signing, here: str) -> None:
        self._repository = repository
        self._signing = signing
        self._here = here.rstrip("/")

    async def keep(self, thread: str, key: str, number: int, name: str, content: bytes, base: str) -> Attachment:
        """Store one file of a message; the same message again gives the same one. Raises NotTaken."""
        media_type, name = checked(name, content), name[-LONGEST_NAME:]
        id = derive("upload", thread, key, str(number))

        def decide(known: Upload | None, context: Context) -> Decision[Upload] | None:
            encoded = b64encode(content).decode()
            made = Upload(media_type=media_type, name=name, content=encoded, at=context.now)
            return None if known else Decision(made)

        await self._repository.execute(UPLOADS, id, id, decide)
        url = f"{self._here or base.rstrip('/')}{FOLDER}{self._signing.media(id)}"
        return Attachment(url=url, media_type=media_type, name=name)

    async def find(self, token: str) -> Upload | None:
        """The file that a link names; None for a link that we did not make."""
        id = self._signing.upload(token)
        document = await self._repository.database.get(UPLOADS, id) if id else None
        return document.state if document else None

    def place(self, url: str) -> str:
        """Where one of ours lies on this desk, however its address was written; empty for what is not ours."""
        try:
            path = urlsplit(url).path
        except ValueError:
            return ""
        token = path.removeprefix(FOLDER)
        return path if path.startswith(FOLDER) and self._signing.upload(token) else ""
