"""Says whether a server really answers its own protocol, by one hand-written request over a socket.

Drivers stay out of here on purpose: only the chassis imports them, and a driver would hide a slow start behind its
retries.
"""

import asyncio
import contextlib
import struct
from collections.abc import Awaitable, Callable

HOST = "127.0.0.1"

# Kafka: Metadata v1, client id "ready", an empty list of topics. The answer lists the brokers that accept clients.
_KAFKA_METADATA = struct.pack(">hhih", 3, 1, 1, 5) + b"ready" + struct.pack(">i", 0)

# MongoDB: OP_MSG with the document {"hello": 1, "$db": "admin"}.
_HELLO = b"\x10hello\x00\x01\x00\x00\x00" + b"\x02$db\x00\x06\x00\x00\x00admin\x00"
_HELLO_DOCUMENT = struct.pack("<i", len(_HELLO) + 5) + _HELLO + b"\x00"
_OP_MSG = 2013
_WRITABLE = b"\x08isWritablePrimary\x00\x01"


async def kafka_answers(port: int, timeout_seconds: float = 2.0) -> bool:
    """True when a Kafka-compatible broker on this port lists at least one broker that serves clients."""
    frame = struct.pack(">i", len(_KAFKA_METADATA)) + _KAFKA_METADATA
    try:
        async with asyncio.timeout(timeout_seconds):
            reply = await _ask(port, frame, _read_kafka)
    except (OSError, TimeoutError, EOFError, struct.error):
        return False
    correlation, brokers = struct.unpack_from(">ii", reply) if len(reply) >= 8 else (0, 0)
    return bool(correlation == 1 and brokers > 0)


async def mongo_answers(port: int, timeout_seconds: float = 2.0) -> bool:
    """True when a MongoDB-compatible server on this port says that it accepts writes."""
    body = struct.pack("<I", 0) + b"\x00" + _HELLO_DOCUMENT
    frame = struct.pack("<iiii", len(body) + 16, 1, 0, _OP_MSG) + body
    try:
        async with asyncio.timeout(timeout_seconds):
            reply = await _ask(port, frame, _read_mongo)
    except (OSError, TimeoutError, EOFError, struct.error):
        return False
    return _WRITABLE in reply


async def _read_kafka(reader: asyncio.StreamReader) -> bytes:
    (length,) = struct.unpack(">i", await reader.readexactly(4))
    return await reader.readexactly(length)


async def _read_mongo(reader: asyncio.StreamReader) -> bytes:
    (length,) = struct.unpack("<i", await reader.readexactly(4))
    return await reader.readexactly(length - 4)


async def _ask(port: int, frame: bytes, read: Callable[[asyncio.StreamReader], Awaitable[bytes]]) -> bytes:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(frame)
        await writer.drain()
        return await read(reader)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
