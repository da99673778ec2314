"""What is published is what the code says: schemas, the AsyncAPI document, the event map."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from faststream.specification.asyncapi.v3_0_0.schema import ApplicationSchema
from jsonschema import Draft202012Validator

from schemas import publish
from schemas.base import REGISTRY
from schemas.envelope import parse
from schemas.services import SERVICES
from schemas.topics import TOPICS, consumed_by


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load((publish.PUBLISHED / publish.ASYNCAPI).read_text(), Loader=yaml.CSafeLoader)
    return loaded


def test_nothing_is_stale_or_breaking() -> None:
    assert publish.check() == []


def test_every_field_of_a_schema_is_titled_and_every_event_described() -> None:
    for event in REGISTRY.values():
        schema = publish.schema(event)
        assert schema["title"] == event.__name__
        assert schema["description"]
        for name, field in schema["properties"].items():
            refers = [field, *field.get("anyOf", ())]
            assert "title" in field or any("$ref" in each for each in refers), f"{event.type}.{name}"


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_all_references_lead_somewhere(document: dict[str, Any]) -> None:
    for reference in set(references(document)):
        target: Any = document
        for part in reference.removeprefix("#/").split("/"):
            assert part in target, reference
            target = target[part]


def test_the_document_has_the_structure_of_asyncapi_3(document: dict[str, Any]) -> None:
    read = ApplicationSchema.model_validate(document)
    assert read.asyncapi == "3.0.0"
    assert set(read.channels) == {topic.name for topic in TOPICS}


def test_each_service_sends_and_receives_what_the_registry_says(document: dict[str, Any]) -> None:
    operations = document["operations"].values()
    for service in SERVICES:
        mine = [each for each in operations if each["x-service"] == service]
        received = {each["channel"]["$ref"] for each in mine if each["action"] == "receive"}
        sent = {each["channel"]["$ref"] for each in mine if each["action"] == "send"}
        assert received == {f"#/channels/{topic.name}" for topic in consumed_by(service)}
        assert sent == {f"#/channels/{topic.name}" for topic in TOPICS if topic.producer == service}


def test_channels_carry_partitions_retention_and_key(document: dict[str, Any]) -> None:
    for topic in TOPICS:
        kafka = document["channels"][topic.name]["bindings"]["kafka"]
        assert kafka["partitions"] == topic.partitions
        assert kafka["topicConfiguration"]["retention.ms"] == topic.retention_ms
        assert kafka["topicConfiguration"]["cleanup.policy"] == ["compact" if topic.compacted else "delete"]
        assert document["channels"][topic.name]["x-key"] == topic.key


def test_examples_in_the_document_fit_their_schemas(document: dict[str, Any]) -> None:
    for message in document["components"]["messages"].values():
        schema = {**message["payload"], "components": document["components"]}
        assert message["examples"]
        for example in message["examples"]:
            Draft202012Validator(schema).validate(example["payload"])


def test_the_headers_we_write_fit_the_published_ones(document: dict[str, Any]) -> None:
    schema = document["components"]["schemas"]["CloudEventHeaders"]
    headers = [
        ("ce_id", b"1"),
        ("ce_type", b"case.closed.v1"),
        ("ce_source", b"casekeeper/cases"),
        ("ce_time", b"2026-03-14T13:05:02Z"),
        ("ce_sequence", b"3"),
        ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ]
    value = next((publish.EXAMPLES / "case.closed.v1").glob("*.json")).read_bytes()
    written = {name: text.decode() for name, text in parse(b"lane", value, headers).headers()}
    Draft202012Validator(schema).validate(written)
    assert set(written) <= set(schema["properties"])


def test_the_event_map_names_every_event_topic_and_service() -> None:
    table = publish.event_map()
    for event_type in REGISTRY:
        assert f"| `{event_type}` |" in table
    for topic in TOPICS:
        assert f"| `{topic.name}` | {topic.description} | `{topic.key}` | {topic.producer} | " in table
    assert {line.count("|") for line in table.splitlines() if line.startswith("|")} == {7, 3}


class TestStale:
    def test_names_what_is_missing_changed_or_left_over(self, tmp_path: Path) -> None:
        folder = tmp_path / "published"
        assert publish.publish(folder, tmp_path / "README.md")
        assert publish.check(folder, tmp_path / "README.md") == []
        (folder / "case.closed.v1.json").unlink()
        (folder / "asyncapi.yaml").write_text((folder / "asyncapi.yaml").read_text() + "\n")
        (folder / "notes.txt").write_text("")
        problems = publish.check(folder, tmp_path / "README.md")
        assert problems == [
            "stale: published/asyncapi.yaml",
            "stale: published/case.closed.v1.json",
            "stale: published/notes.txt",
        ]

    def test_the_map_between_the_markers_of_a_readme_is_kept_fresh(self, tmp_path: Path) -> None:
        readme = tmp_path / "README.md"
        readme.write_text("# Us\n<!-- event-map -->\nold\n<!-- /event-map -->\nEnd\n")
        publish.publish(tmp_path / "published", readme)
        assert publish.event_map() in readme.read_text()
        assert readme.read_text().endswith("<!-- /event-map -->\nEnd\n")
        readme.write_text(readme.read_text().replace("`case.closed.v1`", "`case.gone.v1`"))
        assert publish.check(tmp_path / "published", readme) == ["stale: the event map in README.md"]

    def test_a_break_is_refused_and_changes_nothing(self, tmp_path: Path) -> None:
        folder = tmp_path / "published"
        publish.publish(folder, tmp_path / "README.md")
        path = folder / "case.closed.v1.json"
        old = json.loads(path.read_text())
        old["properties"]["mood"] = {"type": "string"}
        path.write_text(json.dumps(old))
        with pytest.raises(ValueError, match=r"case.closed.v1: field mood is removed or renamed"):
            publish.publish(folder, tmp_path / "README.md")
        assert json.loads(path.read_text()) == old
        assert "breaking: case.closed.v1: field mood is removed or renamed" in publish.check(folder)
