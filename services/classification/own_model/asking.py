"""Asks an organisation's own model: in time or not at all, never twice, and not while it is known to be away."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import httpx2
from pydantic import SecretStr

from schemas.events.message import Classification
from services.chassis.clock import Clock
from services.chassis.logs import logger
from services.classification.own_model import figures
from services.classification.own_model.breaker import Breaker
from services.classification.own_model.contract import (
    MAX_TEXT_CHARACTERS,
    AnswerInvalid,
    Asked,
    AskedMessage,
    Judged,
    read,
)
from services.classification.own_model.merging import merged

_ANSWER_BYTES = 65_536
_ANSWER_BYTES_EACH = 4_096
"""Whoever answers at greater length than any answer can have is not listened to."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the model is, and how much patience there is with it."""

    url: str
    token: SecretStr = field(default_factory=lambda: SecretStr(""))
    """Sent as `Authorization: Bearer …`; empty: nothing is sent."""
    seconds: float = 1.0
    """For all messages that were taken from Kafka together."""
    batch: int = 32
    parallel: int = 4
    most_failures: int = 5
    pause_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class _Told:
    """What came of one request: the model's name with judgements by message id, or why there are none."""

    judgements: Mapping[str, Judged]
    model: str = ""
    trouble: str = ""


class OwnModel:
    """Judges messages with an own model; each message that it says nothing usable about stays as it was judged here."""

    def __init__(self, place: Place, skills: Mapping[str, str], clock: Clock) -> None:
        self._place = place
        self._skills = skills
        self._clock = clock
        self._breaker = Breaker(place.most_failures, timedelta(seconds=place.pause_seconds))
        self._client: httpx2.AsyncClient | None = None
        self._log = logger("classification")
        figures.open_circuit.put("classification", 0)

    async def judge(
        self, texts: Sequence[str], brands: Sequence[str], labels: Sequence[Classification]
    ) -> list[Classification]:
        """The labels, with what the own model says in their place. Never raises for anything that the model does, and takes
        no longer than `seconds`."""
        deadline = asyncio.get_running_loop().time() + self._place.seconds
        turns = asyncio.Semaphore(self._place.parallel)
        told = await asyncio.gather(
            *(self._in_turn(turns, each, deadline) for each in self._asked(texts, brands, labels))
        )
        judgements = {id: (each.model, judged) for each in told for id, judged in each.judgements.items()}
        found = []
        for id, label in zip(map(str, count()), labels, strict=False):
            said = judgements.get(id)
            found.append(merged(label, said[1], said[0], self._skills) if said else label)
        return found

    async def keep(self) -> None:
        """Run beside the service: the connections are closed when it stops."""
        try:
            await asyncio.Event().wait()
        finally:
            await self.close()

    async def close(self) -> None:
        client, self._client = self._client, None
        if client:
            await client.aclose()

    def _asked(self, texts: Sequence[str], brands: Sequence[str], labels: Sequence[Classification]) -> Iterator[Asked]:
        all_of_them = [
            AskedMessage(
                id=str(at),
                text=text[:MAX_TEXT_CHARACTERS].encode("utf-8", "replace").decode(),  # half an emoji is no JSON
                brand=brand,
                language=label.language,
            )
            for at, (text, brand, label) in enumerate(zip(texts, brands, labels, strict=True))
        ]
        for start in range(0, len(all_of_them), self._place.batch):
            yield Asked(messages=tuple(all_of_them[start : start + self._place.batch]))

    async def _in_turn(self, turns: asyncio.Semaphore, asked: Asked, deadline: float) -> _Told:
        async with turns:
            now = self._clock.now()
            if asyncio.get_running_loop().time() >= deadline:
                told = _Told({}, trouble="no time left")
            elif not self._breaker.may_ask(now):
                told = _Told({}, trouble="circuit open")
            else:
                self._breaker = self._breaker.asked(now)
                told = await self._answered(asked, deadline)
        figures.judged.add(len(told.judgements))
        figures.kept.add(len(asked.messages) - len(told.judgements), {"reason": told.trouble or "not judged"})
        return told

    async def _answered(self, asked: Asked, deadline: float) -> _Told:
        started = time.perf_counter()
        trouble, told = "interrupted", _Told({})
        try:
            async with asyncio.timeout_at(deadline):
                told = await self._request(asked)
            trouble = told.trouble
        except (TimeoutError, httpx2.TimeoutException):
            trouble = "too slow"
        except (httpx2.HTTPError, OSError) as error:
            trouble = f"not reached: {type(error).__name__}"
        except AnswerInvalid as error:
            trouble = "invalid answer"
            self._log.warning("own model: the answer is not valid", reason=str(error))
        finally:  # a probe that is broken off must not stay the only one for ever
            figures.asking.record(time.perf_counter() - started, {"outcome": "failed" if trouble else "answered"})
            self._note(trouble)
        return _Told(told.judgements, told.model, trouble)

    async def _request(self, asked: Asked) -> _Told:
        client = self._client = self._client or httpx2.AsyncClient(
            # A redirect could lead anywhere, also inside (SSRF); it is an answer like any other.
            follow_redirects=False,
            timeout=self._place.seconds,
            limits=httpx2.Limits(max_connections=self._place.parallel),
        )
        headers = {"content-type": "application/json", "accept": "application/json"}
        if token := self._place.token.get_secret_value():
            headers["authorization"] = f"Bearer {token}"
        body = asked.model_dump_json().encode()
        async with client.stream("POST", self._place.url, content=body, headers=headers) as response:
            if response.status_code != httpx2.codes.OK:
                return _Told({}, trouble=f"status {response.status_code}")
            answer = b""
            async for part in response.aiter_bytes():
                answer += part
                if len(answer) > _ANSWER_BYTES + _ANSWER_BYTES_EACH * len(asked.messages):
                    raise AnswerInvalid("answer: too long")
        model, judgements, wrong = read(answer, frozenset(each.id for each in asked.messages))
        if wrong:
            self._log.warning("own model: judgements are not valid", judgements=len(wrong), first=wrong[0])
        return _Told(judgements, model, "" if judgements else "invalid answer")

    def _note(self, trouble: str) -> None:
        now = self._clock.now()
        before = self._breaker.opened_at is not None
        self._breaker = self._breaker.failed(now) if trouble else self._breaker.answered()
        opened = self._breaker.opened_at is not None
        figures.open_circuit.put("classification", int(opened))
        if trouble:
            self._log.warning("own model: no answer", reason=trouble, circuit=self._breaker.state(now))
        if opened and not before:
            self._log.error("own model: circuit open, the shipped one judges", pause_seconds=self._place.pause_seconds)
        if before and not opened:
            self._log.info("own model: circuit closed, it judges again")
