"""Where the tests of channels are kept: one document each, found by what is to be done with it, and by channel."""

from collections.abc import Mapping
from datetime import datetime

from schemas.base import milliseconds
from services.chassis.documents import Collection, Document, Index
from services.chassis.mongo import Database
from services.followup.domain.channel_tests import ChannelTest

HISTORY = 50
"""So many of the latest tests of a channel are looked at."""


def _fields(test: ChannelTest) -> Mapping[str, str | int]:
    fields: dict[str, str | int] = {
        "channel": test.channel,
        "stage": test.stage,
        "planned_ms": milliseconds(test.planned_at),
    }
    # Without a deadline there is nothing to see to: a missing field is in no range.
    return fields if test.over else {**fields, "deadline_ms": milliseconds(test.deadline_at)}


CHANNEL_TESTS = Collection(
    "channel_tests",
    ChannelTest,
    fields=_fields,
    indexes=(Index(("stage",)), Index(("deadline_ms",)), Index(("channel", "planned_ms"))),
)


async def to_send(database: Database) -> list[ChannelTest]:
    """Tests whose message was not accepted yet."""
    return _states(await database.find(CHANNEL_TESTS, {"stage": "planned"}))


async def overdue(database: Database, now: datetime) -> list[ChannelTest]:
    """Tests that wait for something that should have happened."""
    return _states(await database.find(CHANNEL_TESTS, {"deadline_ms": {"$lte": milliseconds(now)}}))


async def latest(database: Database, channel: str, limit: int = HISTORY) -> list[ChannelTest]:
    """The latest tests of a channel, the newest first."""
    query = {"channel": channel}
    return _states(await database.find(CHANNEL_TESTS, query, sort="planned_ms", limit=limit, descending=True))


def _states(documents: list[Document[ChannelTest]]) -> list[ChannelTest]:
    return [each.state for each in documents if each.state]
