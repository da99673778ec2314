"""One AsyncAPI 3.0 document of all topics, events and services, made from the registry (I3)."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic.json_schema import models_json_schema

from schemas.base import Event
from schemas.services import SERVICES
from schemas.topics import TOPICS, Topic, dead_topic, retry_topic

BINDING_VERSION = "0.5.0"
HEADERS = "CloudEventHeaders"
TEMPLATE = "#/components/schemas/{model}"

Examples = Mapping[str, Sequence[tuple[str, Any]]]
"""Named example payloads by event type."""


def document(examples: Examples, version: str) -> dict[str, Any]:
    """The document as plain values, ready to be written as YAML."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Casekeeper",
            "version": version,
            "description": (
                "The facts that Casekeeper's services tell each other over Kafka: CloudEvents 1.0 in binary mode, data as "
                "JSON. Consumers ignore fields they do not know; changes are additive; a breaking change is a new type.\n\n"
                f"Each consuming service also has `{retry_topic('<service>')}` (dead letters that somebody replays) and "
                f"`{dead_topic('<service>')}` (events it can not handle, with the reason in headers)."
            ),
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": _operations(),
        "components": {
            "schemas": {HEADERS: _headers()} | _schemas(),
            "messages": {
                event.type: _message(event, topic, examples.get(event.type, ()))
                for topic in TOPICS
                for event in topic.events
            },
        },
    }


def _channel(topic: Topic) -> dict[str, Any]:
    settings = {
        "cleanup.policy": ["compact" if topic.compacted else "delete"],
        "retention.ms": topic.retention_ms,
    }
    return {
        "address": topic.name,
        "title": topic.name,
        "description": topic.description,
        "messages": {event.type: {"$ref": f"#/components/messages/{event.type}"} for event in topic.events},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": settings,
                "bindingVersion": BINDING_VERSION,
            }
        },
        "x-key": topic.key,
    }


def _operations() -> dict[str, Any]:
    operations: dict[str, Any] = {}
    for service in SERVICES:
        for topic in TOPICS:
            if topic.producer == service:
                operations[f"{service}-sends-{topic.name}"] = _operation("send", service, topic)
            if service in topic.consumers:
                operations[f"{service}-receives-{topic.name}"] = _operation("receive", service, topic)
    return operations


def _operation(action: str, service: str, topic: Topic) -> dict[str, Any]:
    group = {"groupId": {"type": "string", "const": service}} if action == "receive" else {}
    return {
        "action": action,
        "title": f"{service} {action}s {topic.name}",
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "messages": [{"$ref": f"#/channels/{topic.name}/messages/{event.type}"} for event in topic.events],
        "bindings": {
            "kafka": {
                **group,
                "clientId": {"type": "string", "const": service},
                "bindingVersion": BINDING_VERSION,
            }
        },
        "x-service": service,
    }


def _message(event: type[Event], topic: Topic, examples: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    key = {"type": "string", "description": f"The event's `{topic.key}`: order holds among events with the same key."}
    return {
        "name": event.type,
        "title": event.__name__,
        "summary": (event.__doc__ or "").strip().splitlines()[0],
        "contentType": "application/json",
        "correlationId": {
            "description": "The event or command that led to this one.",
            "location": "$message.header#/ce_causationid",
        },
        "headers": {"$ref": f"#/components/schemas/{HEADERS}"},
        "payload": {"$ref": TEMPLATE.format(model=event.__name__)},
        "bindings": {"kafka": {"key": key, "bindingVersion": BINDING_VERSION}},
        "examples": [{"name": name, "payload": payload} for name, payload in examples],
    }


def _schemas() -> dict[str, Any]:
    classes = [event for topic in TOPICS for event in topic.events]
    _, schemas = models_json_schema([(event, "serialization") for event in classes], ref_template=TEMPLATE)
    return dict(sorted(schemas["$defs"].items()))


def _text(description: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": description} | more


def _headers() -> dict[str, Any]:
    return {
        "type": "object",
        "title": HEADERS,
        "description": "A record's headers: CloudEvents' Kafka binary mode. All are UTF-8 text; none is null.",
        "required": ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "content-type"],
        "properties": {
            "ce_specversion": _text("Version of CloudEvents.", const="1.0"),
            "ce_id": _text("The same id is the same event, however often it arrives.", minLength=1),
            "ce_type": _text("`<noun>.<past-verb>.v<n>`.", minLength=1),
            "ce_source": _text("Who says so, such as `casekeeper/cases`.", minLength=1),
            "ce_time": _text("When it happened, RFC 3339 with a zone.", format="date-time"),
            "ce_subject": _text("The aggregate that the event is about."),
            "ce_dataschema": _text("`urn:casekeeper:schema:<type>`."),
            "ce_partitionkey": _text("The record's key."),
            "ce_sequence": _text(
                "Counts the events of one subject in one topic from 1, without gaps.", pattern="^[0-9]+$"
            ),
            "ce_causationid": _text("The id of the event or command that led to this one."),
            "ce_actor": _text("Who gave the command; absent where another service or time led to it."),
            "content-type": _text("Of the data.", const="application/json"),
            "traceparent": _text("W3C trace context."),
            "tracestate": _text("W3C trace context, vendors' part."),
        },
    }
