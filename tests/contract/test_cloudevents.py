"""Our envelope is CloudEvents' Kafka binary mode: the `cloudevents` package reads what we write, and writes what we read."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, to_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

import schemas.events
from schemas import publish
from schemas.base import REGISTRY
from schemas.envelope import DATASCHEMA_ROOT, Envelope, parse
from schemas.topics import key_of

MOMENT = datetime(2026, 3, 14, 13, 5, 2, 123456, tzinfo=UTC)
PATHS = sorted(publish.EXAMPLES.glob("*/*.json"))
assert schemas.events


def envelope(path: Path, **changes: Any) -> Envelope:
    data = REGISTRY[path.parent.name].model_validate_json(path.read_text())
    values = {"sequence": 3, "cause": "0190-cause", "subject": "a-case", "actor": "maaike.postma"} | changes
    return Envelope("0190-ä-id", "casekeeper/cases", time=MOMENT, key=key_of(data), data=data, **values)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.parent.name}/{path.stem}")
class TestBothWays:
    def test_the_package_reads_what_we_write(self, path: Path) -> None:
        ours = envelope(path)
        theirs = from_binary(KafkaMessage(dict(ours.headers()), ours.key, ours.value()), JSONFormat())
        assert theirs.get_id() == ours.id
        assert theirs.get_type() == path.parent.name
        assert theirs.get_source() == ours.source
        assert theirs.get_subject() == ours.subject
        assert theirs.get_time() == MOMENT
        assert theirs.get_dataschema() == f"{DATASCHEMA_ROOT}{ours.type}"
        assert theirs.get_datacontenttype() == "application/json"
        assert theirs.get_specversion() == "1.0"
        assert theirs.get_extension("partitionkey") == ours.key
        assert theirs.get_extension("sequence") == "3"
        assert theirs.get_extension("causationid") == ours.cause
        assert theirs.get_extension("actor") == "maaike.postma"
        assert theirs.get_data() == json.loads(ours.value())

    def test_the_package_writes_what_it_read_from_us(self, path: Path) -> None:
        ours = envelope(path)
        message = KafkaMessage(dict(ours.headers()), ours.key, ours.value())
        again = to_binary(from_binary(message, JSONFormat()), JSONFormat())
        assert again.headers == message.headers
        assert again.key == message.key
        assert json.loads(again.value) == json.loads(message.value)

    def test_we_read_what_the_package_writes(self, path: Path) -> None:
        data = json.loads(path.read_text())
        attributes = {
            "id": "x-1",
            "source": "elsewhere",
            "type": path.parent.name,
            "time": MOMENT,
            "datacontenttype": "application/json",
            "partitionkey": "lane",
            "sequence": "7",
        }
        written = to_binary(CloudEvent(attributes, data), JSONFormat())
        read = parse(cast("str", written.key).encode(), written.value, list(written.headers.items()))
        assert (read.id, read.source, read.type, read.time) == ("x-1", "elsewhere", path.parent.name, MOMENT)
        assert (read.key, read.sequence, read.subject, read.cause) == ("lane", 7, "", "")
        assert read.data == envelope(path).data  # an example of an earlier version may lack what came later


def test_what_is_not_known_is_left_out() -> None:
    bare = envelope(PATHS[0], subject="", sequence=0, cause="", actor="")
    theirs = from_binary(KafkaMessage(dict(bare.headers()), bare.key, bare.value()), JSONFormat())
    assert theirs.get_subject() is None
    assert theirs.get_extension("sequence") is None
    assert theirs.get_extension("causationid") is None
    assert theirs.get_extension("actor") is None
