"""Commands on cases go to the cases service, others to follow-up; what a customer writes on our page goes to ingestion."""

from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import TypeAdapter, ValidationError

from services.chassis.errors import Problem
from services.desk.gateway.http import Caller

T = TypeVar("T")


class ServiceCommands:
    """What a person wants done by one service, and what only that service can tell them.

    Each raises Problem when it is refused, or when nobody knows (503).
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def do(
        self, person: str, key: str, *path: str, body: Mapping[str, Any] | None = None, method: str = "POST"
    ) -> dict[str, Any]:
        """Carry out the command at this path, once per `key`. What became of it."""
        headers = {"Acting-Person": person, "Idempotency-Key": key}
        sent = None if method == "DELETE" else body or {}
        return dict(await self._caller.send(method, _address(path), headers, sent))

    async def see(self, kind: type[T], person: str, *path: str, **query: str) -> T:
        """What this person may know, as the given kind of thing. Empty words of the query are left out."""
        asked = {name.rstrip("_"): value for name, value in query.items() if value}
        return self._read(kind, await self._caller.send("GET", _address(path), {"Acting-Person": person}, query=asked))

    async def consider(self, kind: type[T], person: str, *path: str, body: Mapping[str, Any]) -> T:
        """What would follow from this; nothing is changed."""
        return self._read(kind, await self._caller.send("POST", _address(path), {"Acting-Person": person}, body))

    def _read(self, kind: type[T], answer: Any) -> T:
        try:
            return TypeAdapter(kind).validate_python(answer)
        except ValidationError as error:
            raise Problem(
                502, "bad-answer", f"the {self._caller.name} service answered something else than was asked"
            ) from error


class CustomerMessages:
    """What a customer writes on our own page."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def send(self, brand: str, channel: str, message: Mapping[str, Any]) -> str:
        """The message's id. `message` has conversation, author_id, author_name, text, client_message_id, attachments."""
        path = f"/web/{quote(brand, safe='')}/{quote(channel, safe='')}/messages"
        answer = await self._caller.post(path, message, {})
        return str(answer["message_id"])


def _address(path: tuple[str, ...]) -> str:
    return "/" + "/".join(quote(part, safe="") for part in path)
