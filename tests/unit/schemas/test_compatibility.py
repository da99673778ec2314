"""Planted breaks are found and named; additions pass."""

import copy
from collections.abc import Callable
from typing import Any, Literal

import pytest
from pydantic import Field, create_model

from schemas import asyncapi
from schemas.base import Model
from schemas.compatibility import breaks, topic_breaks, type_breaks


class Author(Model):
    id: str = Field(min_length=1, max_length=200)
    name: str = ""


class Published(Model):
    """A published event."""

    id: str = Field(min_length=1, pattern="^[a-z]+$")
    kind: Literal["question", "complaint"]
    author: Author
    others: tuple[Author, ...] = ()
    scores: dict[str, float] = Field(default_factory=dict)
    reach: int | None = Field(default=None, ge=0)
    note: str = ""


OLD = Published.model_json_schema(mode="serialization")


def changed(change: Callable[[dict[str, Any]], object]) -> list[str]:
    new = copy.deepcopy(OLD)
    change(new)
    return breaks(OLD, new)


def with_field(name: str, kind: Any, field: Any) -> dict[str, Any]:
    model = create_model("Published", __base__=Published, **{name: (kind, field)})
    return model.model_json_schema(mode="serialization")


class TestAdditionsPass:
    def test_the_same(self) -> None:
        assert breaks(OLD, copy.deepcopy(OLD)) == []

    def test_a_new_optional_field(self) -> None:
        assert breaks(OLD, with_field("mood", str, "")) == []

    def test_a_new_optional_field_that_is_a_value_of_its_own(self) -> None:
        assert breaks(OLD, with_field("second", Author | None, None)) == []

    def test_a_new_value_of_an_enumeration(self) -> None:
        assert changed(lambda new: new["properties"]["kind"]["enum"].append("remark")) == []

    def test_wider_limits(self) -> None:
        assert changed(lambda new: new["$defs"]["Author"]["properties"]["id"].update(maxLength=300)) == []
        assert changed(lambda new: new["$defs"]["Author"]["properties"]["id"].pop("minLength")) == []

    def test_other_words(self) -> None:
        assert changed(lambda new: new.update(description="Said otherwise.")) == []
        assert changed(lambda new: new["properties"]["note"].update(default="none", description="a note")) == []


class TestBreaksAreNamed:
    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            (lambda new: new["properties"].pop("note"), "field note is removed or renamed"),
            (lambda new: new["$defs"]["Author"]["properties"].pop("name"), "field author.name is removed or renamed"),
            (lambda new: new["$defs"]["Author"]["properties"].pop("name"), "field others[].name is removed or renamed"),
            (
                lambda new: new["properties"]["note"].update(type="integer"),
                "note changes its type from string to integer",
            ),
            (lambda new: new["required"].append("note"), "field note becomes required"),
            (
                lambda new: new["required"].remove("id"),
                "field id becomes optional, which readers of the published version refuse",
            ),
            (lambda new: new["properties"]["kind"]["enum"].remove("complaint"), "kind no longer takes complaint"),
            (lambda new: new["properties"]["note"].update(enum=["a", "b"]), "note takes only a, b now"),
            (lambda new: new["properties"]["note"].update(maxLength=5), "note: maxLength is tightened from none to 5"),
            (lambda new: new["properties"]["id"].update(minLength=2), "id: minLength is tightened from 1 to 2"),
            (
                lambda new: new["properties"]["id"].update(pattern="^[0-9]+$"),
                "id: pattern changes from ^[a-z]+$ to ^[0-9]+$",
            ),
            (
                lambda new: new["properties"]["note"].update(format="date-time"),
                "note: format changes from none to date-time",
            ),
            (lambda new: new["properties"]["reach"]["anyOf"].pop(), "reach may no longer be null"),
            (
                lambda new: new["properties"]["reach"]["anyOf"][0].update(minimum=1),
                "reach: minimum is tightened from 0 to 1",
            ),
            (
                lambda new: new["properties"]["scores"]["additionalProperties"].update(type="string"),
                "scores{} changes its type from number to string",
            ),
            (
                lambda new: new["properties"]["scores"].update(additionalProperties=False),
                "scores: additionalProperties is tightened",
            ),
        ],
    )
    def test_break(self, change: Callable[[dict[str, Any]], object], sentence: str) -> None:
        assert sentence in changed(change)

    def test_a_new_required_field(self) -> None:
        assert breaks(OLD, with_field("mood", str, ...)) == ["field mood is new and required"]

    def test_null_where_there_was_none(self) -> None:
        found = breaks(OLD, with_field("note", str | None, None))
        assert found == ["note may now be null, which readers of the published version refuse"]

    def test_a_renamed_field_is_two_breaks(self) -> None:
        def rename(new: dict[str, Any]) -> None:
            new["properties"]["identity"] = new["properties"].pop("id")
            new["required"] = ["identity" if name == "id" else name for name in new["required"]]

        assert changed(rename) == ["field id is removed or renamed", "field identity is new and required"]

    def test_a_new_field_in_a_value_that_takes_none(self) -> None:
        closed = copy.deepcopy(OLD)
        closed["$defs"]["Author"]["additionalProperties"] = False
        open_ = copy.deepcopy(closed)
        open_["$defs"]["Author"]["properties"]["mood"] = {"type": "string"}
        assert "field author.mood is new in a value that takes no unknown fields" in breaks(closed, open_)


class TestTypes:
    def test_a_new_version_beside_the_old_one_passes(self) -> None:
        assert type_breaks({"a.done.v1": OLD}, {"a.done.v1": OLD, "a.done.v2": {"type": "object"}}) == []

    def test_a_removed_type(self) -> None:
        sentence = "a.done.v1: the type is removed, and no later version was published beside it"
        assert type_breaks({"a.done.v1": OLD}, {}) == [sentence]
        assert type_breaks({"a.done.v1": OLD}, {"a.done.v2": OLD}) == [sentence]

    def test_an_old_version_may_go_when_the_next_one_was_published_beside_it(self) -> None:
        assert type_breaks({"a.done.v1": OLD, "a.done.v2": OLD}, {"a.done.v2": OLD}) == []

    def test_the_type_is_named(self) -> None:
        assert type_breaks({"a.done.v1": OLD}, {"a.done.v1": {**OLD, "type": "string"}}) == [
            "a.done.v1: the event changes its type from object to string"
        ]


class TestTopics:
    @pytest.fixture
    def document(self) -> dict[str, Any]:
        return asyncapi.document({}, "1")

    def test_the_same(self, document: dict[str, Any]) -> None:
        assert topic_breaks(document, copy.deepcopy(document)) == []

    def test_a_lane_that_moves(self, document: dict[str, Any]) -> None:
        new = copy.deepcopy(document)
        new["channels"]["cases.events"]["bindings"]["kafka"]["partitions"] = 8
        new["channels"]["roster.events"]["x-key"] = "country"
        assert topic_breaks(document, new) == [
            "topic cases.events: the number of partitions changes from 4 to 8; lanes would move",
            "topic roster.events: the key changes from person_id to country; lanes would move",
        ]

    def test_a_topic_that_goes(self, document: dict[str, Any]) -> None:
        new = copy.deepcopy(document)
        del new["channels"]["roster.events"]
        assert topic_breaks(document, new) == ["topic roster.events: removed"]

    def test_an_event_that_moves(self, document: dict[str, Any]) -> None:
        new = copy.deepcopy(document)
        moved = new["channels"]["cases.events"]["messages"].pop("case.closed.v1")
        new["channels"]["followup.events"]["messages"]["case.closed.v1"] = moved
        assert topic_breaks(document, new) == ["topic cases.events: case.closed.v1 moves to another topic"]
