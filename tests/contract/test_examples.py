"""Every event has examples, and each fits both its class and its published schema."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import schemas.events
from schemas import publish
from schemas.base import REGISTRY

PATHS = sorted(publish.EXAMPLES.glob("*/*.json"))
assert schemas.events


def published(event_type: str) -> Draft202012Validator:
    document = json.loads((publish.PUBLISHED / f"{event_type}.json").read_text())
    Draft202012Validator.check_schema(document)
    return Draft202012Validator(document, format_checker=Draft202012Validator.FORMAT_CHECKER)


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("event_type", sorted(REGISTRY))
def test_every_event_has_an_example(event_type: str) -> None:
    assert list((publish.EXAMPLES / event_type).glob("*.json")), f"no example in schemas/examples/{event_type}"


def test_every_example_belongs_to_an_event() -> None:
    files = [path for path in publish.EXAMPLES.rglob("*") if path.is_file()]
    assert sorted(files) == PATHS
    assert {path.parent.name for path in PATHS} == set(REGISTRY)


@pytest.mark.parametrize("path", PATHS, ids=name)
def test_an_example_fits_its_class_and_comes_back_the_same(path: Path) -> None:
    """An example may be older than an optional field; what it says itself comes back as it is."""
    text = path.read_text()
    event = REGISTRY[path.parent.name].model_validate_json(text)
    written = event.model_dump_json()
    assert within(json.loads(text), json.loads(written)) == json.loads(text)
    assert REGISTRY[path.parent.name].model_validate_json(written) == event


def within(asked: Any, whole: Any) -> Any:
    """Of `whole` only what `asked` has too, all the way down."""
    if isinstance(asked, dict) and isinstance(whole, dict):
        return {key: within(value, whole[key]) for key, value in asked.items() if key in whole}
    if isinstance(asked, list) and isinstance(whole, list) and len(asked) == len(whole):
        return [within(one, other) for one, other in zip(asked, whole, strict=True)]
    return whole


@pytest.mark.parametrize("path", PATHS, ids=name)
def test_an_example_fits_its_published_schema(path: Path) -> None:
    published(path.parent.name).validate(json.loads(path.read_text()))


@pytest.mark.parametrize("path", PATHS, ids=name)
def test_fields_of_a_later_version_are_tolerated(path: Path) -> None:
    data: dict[str, Any] = json.loads(path.read_text())
    later = {**data, "field_of_a_later_version": {"any": ["thing", None]}}
    event = REGISTRY[path.parent.name]
    assert event.model_validate_json(json.dumps(later)) == event.model_validate_json(json.dumps(data))
    published(path.parent.name).validate(later)


@pytest.mark.parametrize("event_type", sorted(REGISTRY))
def test_what_the_class_requires_the_published_schema_requires(event_type: str) -> None:
    example = json.loads(next((publish.EXAMPLES / event_type).glob("*.json")).read_text())
    for field, known in REGISTRY[event_type].model_fields.items():
        without = {key: value for key, value in example.items() if key != field}
        assert published(event_type).is_valid(without) != known.is_required(), field


def test_scripts_of_the_world_and_dropped_wishes_are_among_the_examples() -> None:
    texts = [path.read_text() for path in PATHS]
    assert any("ماكينة" in text for text in texts)
    assert any('"relaxed": [\n      "language"' in text for text in texts)
