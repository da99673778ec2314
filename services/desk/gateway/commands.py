"""Commands on cases go to the cases service; what a customer writes on our page goes to ingestion."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from services.desk.gateway.http import Caller


class CaseCommands:
    """What a person wants done with a case. Each raises Problem when it is refused, or when nobody knows (503)."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def reply(self, case_id: str, person: str, key: str, body: Mapping[str, Any]) -> None:
        await self._send(f"{quote(case_id, safe='')}/replies", person, key, body)

    async def consult(self, case_id: str, person: str, key: str, body: Mapping[str, Any]) -> None:
        await self._send(f"{quote(case_id, safe='')}/consults", person, key, body)

    async def answer(self, case_id: str, consult_id: str, person: str, key: str, answer: str) -> None:
        path = f"{quote(case_id, safe='')}/consults/{quote(consult_id, safe='')}/answer"
        await self._send(path, person, key, {"answer": answer})

    async def withdraw(self, case_id: str, consult_id: str, person: str, key: str) -> None:
        path = f"{quote(case_id, safe='')}/consults/{quote(consult_id, safe='')}/withdrawal"
        await self._send(path, person, key, {})

    async def promise(self, case_id: str, person: str, key: str, body: Mapping[str, Any]) -> None:
        await self._send(f"{quote(case_id, safe='')}/promises", person, key, body)

    async def resolve(self, case_id: str, person: str, key: str) -> None:
        await self._send(f"{quote(case_id, safe='')}/resolution", person, key, {})

    async def _send(self, path: str, person: str, key: str, body: Mapping[str, Any]) -> None:
        await self._caller.post(f"/cases/{path}", body, {"Acting-Person": person, "Idempotency-Key": key})


class CustomerMessages:
    """What a customer writes on our own page."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def send(self, brand: str, channel: str, message: Mapping[str, str]) -> str:
        """The message's id. `message` has conversation, author_id, author_name, text, client_message_id."""
        path = f"/web/{quote(brand, safe='')}/{quote(channel, safe='')}/messages"
        answer = await self._caller.post(path, message, {})
        return str(answer["message_id"])
