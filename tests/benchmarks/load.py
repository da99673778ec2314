"""Posts prepared requests over so many connections, as fast as they are answered: a client that costs little itself."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

from casekeeper.demo.sender import Sender
from casekeeper.demo.source import Said

HOST = "127.0.0.1"


@dataclass
class Answers:
    """How requests were answered, and how long each took."""

    began: float = 0.0
    """By the clock of `time.perf_counter`, which all processes of a machine share."""
    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    @property
    def refused(self) -> int:
        """Answers other than 2xx."""
        return sum(count for status, count in self.statuses.items() if status // 100 != 2)

    def milliseconds(self, share: float) -> float:
        """The time within which this share of the requests was answered."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def signed(sender: Sender, said: Iterable[Said], port: int) -> list[bytes]:
    """Requests as they go over the wire, signed now."""
    requests = []
    for each in said:
        body, headers = sender._request(each)
        lines = [
            f"POST /webhooks/{each.brand}/{each.channel} HTTP/1.1",
            f"host: {HOST}:{port}",
            "content-type: application/json",
            f"content-length: {len(body)}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        requests.append("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
    return requests


async def post(port: int, requests: Sequence[bytes], connections: int) -> Answers:
    """Send all, each connection one after the other."""
    answers = Answers()
    waiting = iter(requests)
    lines = [await asyncio.open_connection(HOST, port) for _ in range(min(connections, len(requests)))]
    answers.began = time.perf_counter()
    try:
        await asyncio.gather(*(_talk(reader, writer, waiting, answers) for reader, writer in lines))
    finally:
        for _, writer in lines:
            writer.close()
    answers.seconds = time.perf_counter() - answers.began
    return answers


async def post_elsewhere(port: int, requests: Sequence[bytes], connections: int) -> Answers:
    """The same from a process of its own, so that the services here do not share their time with it."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return await asyncio.get_running_loop().run_in_executor(pool, _post, port, requests, connections)


def _post(port: int, requests: Sequence[bytes], connections: int) -> Answers:
    return asyncio.run(post(port, requests, connections))


async def _talk(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, waiting: Iterable[bytes], answers: Answers
) -> None:
    for request in waiting:
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(_length(head))
        answers.latencies.append(time.perf_counter() - began)
        answers.statuses[int(head[9:12])] += 1


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ValueError("an answer without a length")
