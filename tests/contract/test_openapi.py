"""The descriptions of the HTTP APIs: whole, published as it is, true about its examples, and kept compatible."""

import copy
import json
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter

from casekeeper import contract
from services.cases.api import openapi
from services.cases.api.asking import Relation, declared
from services.chassis.errors import Problem
from services.chassis.problems import named_in
from services.followup.api import problems as followup_problems

SENTENCE_END = (".", "?", "!")
LOOKING_AHEAD = ("preview-", "check-", "suggest-")


ROUTES = list(openapi.described(contract.CASES.described()))
DOCUMENT = contract.CASES.document()
OPERATIONS = [
    (operation["operationId"], operation) for methods in DOCUMENT["paths"].values() for operation in methods.values()
]
OF_FOLLOWUP = contract.FOLLOWUP.document()
EVERY = [
    (api, document, operation["operationId"], operation)
    for api, document in (
        (contract.CASES, DOCUMENT),
        (contract.FOLLOWUP, OF_FOLLOWUP),
        (contract.DESK, contract.DESK.document()),
    )
    for methods in document["paths"].values()
    for operation in methods.values()
]


def bodies(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What is said as JSON, to us and by us."""
    if "requestBody" in operation:
        yield operation["requestBody"]["content"]["application/json"]
    for response in operation["responses"].values():
        if "application/json" in response.get("content", {}):
            yield response["content"]["application/json"]


def test_nothing_is_stale_or_breaking() -> None:
    """Run `casekeeper api publish` when this fails."""
    assert contract.check() == []


def test_every_operation_has_a_name_of_its_own() -> None:
    for api in contract.APIS:
        names = [name for each, _, name, _ in EVERY if each is api]
        assert sorted(set(names)) == sorted(names)
    names = [name for name, _ in OPERATIONS]
    assert {openapi.operation(route) for route in ROUTES} == set(names)


class TestEveryOperation:
    def test_is_described_in_a_sentence_under_a_tag_that_is_described(self) -> None:
        for _, document, name, operation in EVERY:
            tags = {tag["name"]: tag["description"] for tag in document["tags"]}
            assert operation["description"].endswith(SENTENCE_END), f"{name}: {operation['description']}"
            assert all(tags[tag] for tag in operation["tags"]), name

    @pytest.mark.parametrize(
        ("api", "document", "name", "operation"), EVERY, ids=[f"{api.service}-{name}" for api, _, name, _ in EVERY]
    )
    def test_has_an_example_of_every_body_that_fits_it(
        self, api: contract.Api, document: dict[str, Any], name: str, operation: dict[str, Any]
    ) -> None:
        for body in bodies(operation):
            assert body.get("example") is not None, f"write {api.manual.examples}/{name}.json"
            whole = {**body["schema"], "components": document["components"]}
            Draft202012Validator(whole).validate(body["example"])

    def test_takes_its_own_example(self) -> None:
        for api in contract.APIS:
            for route in openapi.described(api.described()):
                if route.body_field:
                    model: Any = route.body_field.field_info.annotation
                    TypeAdapter(model).validate_python(api.manual.example(openapi.operation(route))["request"])

    def test_no_example_is_left_of_what_is_gone(self) -> None:
        for api in contract.APIS:
            names = {name for each, _, name, _ in EVERY if each is api}
            assert {file.stem for file in api.manual.examples.glob("*.json")} <= names

    def test_says_who_may_use_it(self) -> None:
        """Without `@may` nobody would know whom a route is for. Integrations read, and add notes."""
        for route in ROUTES:
            who = declared(openapi.endpoint(route))
            assert who, f"{route.path_format} needs @may(...) below its route"
            assert who <= set(get_args(Relation))
            if openapi.is_command(route) and "integration" in who:
                assert openapi.operation(route) == "add-note"

    def test_asks_for_a_key_when_it_changes_something(self) -> None:
        """What only looks ahead may be asked without."""
        for route in ROUTES:
            if not openapi.is_command(route):
                assert route.methods == {"GET"} or openapi.operation(route).startswith(LOOKING_AHEAD)

    def test_tells_the_problems_that_all_can_meet(self) -> None:
        for _, _, name, operation in EVERY:
            assert {"400", "401", "413", "503"} <= operation["responses"].keys(), name
            asks = {"$ref": "#/components/parameters/Acting-Person"} in operation["parameters"]
            assert not asks or "403" in operation["responses"], name
            assert "500" not in operation["responses"]
            assert "HTTPValidationError" not in json.dumps(operation)

    def test_needs_the_services_token_and_a_person(self) -> None:
        assert DOCUMENT["security"] == [{"services": []}]
        for _, operation in OPERATIONS:
            assert {"$ref": "#/components/parameters/Acting-Person"} in operation["parameters"]


def test_a_route_tells_the_refusals_of_its_rules() -> None:
    """They are found in the code; here is what a reader of the rules would expect."""
    expected = {
        "write-reply": {"not-the-owner", "no-owner-yet", "case-closed", "promise-in-the-past", "text-too-long"},
        "resolve": {"open-promise", "reply-on-its-way", "nothing-answered"},
        "answer-consult": {"not-the-specialist", "consult-not-open"},
        "list-cases": {"invalid-cursor"},
    }
    told = {openapi.operation(route): {kind.kind for kind in openapi.kinds(route)} for route in ROUTES}
    for name, kinds in expected.items():
        assert kinds <= told[name], name
    assert "open-promise" not in told["write-reply"]


class TestProblems:
    @pytest.mark.parametrize("api", contract.APIS, ids=[api.service for api in contract.APIS])
    def test_every_kind_has_one_status_or_a_meaning_for_each(self, api: contract.Api) -> None:
        found = api.problems()
        assert len({(each.kind, each.status, each.meaning) for each in found}) == len(found)
        assert all(each.meaning.endswith(SENTENCE_END) for each in found), [
            each.kind for each in found if not each.meaning.endswith(SENTENCE_END)
        ]

    @pytest.mark.parametrize("api", contract.APIS, ids=[api.service for api in contract.APIS])
    def test_every_kind_that_the_code_names_is_in_the_registry(self, api: contract.Api) -> None:
        """What is raised as a `Problem` by name, rather than by a rule."""
        known = {(each.status, each.kind) for each in api.problems()}
        for file in api.source.rglob("*.py"):
            for kind in named_in(file.read_text(encoding="utf-8")):
                assert kind in known, f"{file.relative_to(contract.ROOT)} raises {kind}: add it to api/problems.py"

    def test_every_kind_that_follow_ups_rules_refuse_is_in_its_registry(self) -> None:
        known = {each.kind.removeprefix("survey-") for each in contract.FOLLOWUP.problems()}
        for file in (contract.ROOT / "services" / "followup").rglob("*.py"):
            assert followup_problems.refused_in(file.read_text(encoding="utf-8")) <= known, file

    def test_a_problem_document_is_what_the_service_answers(self) -> None:
        for each in (kind for api in contract.APIS for kind in api.problems()):
            assert Problem(each.status, each.kind, each.meaning).document() == each.document()


class TestCompatible:
    """What would break those who use the version published last is named."""

    def test_nothing_changed_breaks_nothing(self) -> None:
        assert contract.breaks(DOCUMENT, DOCUMENT) == []

    def test_an_operation_that_is_gone(self) -> None:
        new = copy.deepcopy(DOCUMENT)
        del new["paths"]["/cases"]
        assert contract.breaks(DOCUMENT, new) == ["GET /cases: removed"]

    def test_a_parameter_that_is_required_now(self) -> None:
        new = copy.deepcopy(DOCUMENT)
        owner = next(each for each in new["paths"]["/cases"]["get"]["parameters"] if each.get("name") == "owner")
        owner["required"] = True
        assert contract.breaks(DOCUMENT, new) == ["GET /cases: owner is required now"]

    def test_a_field_that_is_required_now(self) -> None:
        new = copy.deepcopy(DOCUMENT)
        new["components"]["schemas"]["WriteNote"]["required"].append("attachments")
        assert any("attachments" in text for text in contract.breaks(DOCUMENT, new))

    def test_an_answer_that_lost_a_field_and_one_that_has_one_more(self) -> None:
        less, more = copy.deepcopy(DOCUMENT), copy.deepcopy(DOCUMENT)
        del less["components"]["schemas"]["CaseInList"]["properties"]["owner"]
        assert any("owner" in text for text in contract.breaks(DOCUMENT, less))
        listed = more["components"]["schemas"]["CaseInList"]
        listed["properties"]["subject"] = {"type": "string"}
        listed["required"].append("subject")
        assert contract.breaks(DOCUMENT, more) == []

    def test_a_field_that_a_closed_body_may_have_now(self) -> None:
        new = copy.deepcopy(OF_FOLLOWUP)
        new["components"]["schemas"]["Calendar"]["properties"]["colour"] = {"type": "string", "default": ""}
        assert contract.breaks(OF_FOLLOWUP, new) == []

    def test_another_status_when_all_is_well(self) -> None:
        new = copy.deepcopy(DOCUMENT)
        responses = new["paths"]["/cases/{case_id}/notes"]["post"]["responses"]
        responses["200"] = responses.pop("202")
        assert contract.breaks(DOCUMENT, new) == ["POST /cases/{case_id}/notes: it answered 202 when all was well"]
