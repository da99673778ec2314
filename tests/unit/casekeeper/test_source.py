"""Messages for a demonstration: read with file and line in every error, repeated under new ids, cut to size."""

import json
from pathlib import Path
from typing import Any

import pytest

from casekeeper.demo.source import DataUnusable, enough, threads
from schemas.organisation import Organisation
from schemas.organisation_file import load

EXAMPLE = Path(__file__).parents[3] / "deploy" / "example-org"
GOOD = {"conversation": "c-1", "messages": [{"id": "1", "author": "me", "text": "hi"}]}


@pytest.fixture(scope="module")
def organisation() -> Organisation:
    return load(EXAMPLE)


def written(folder: Path, *rows: Any) -> Path:
    file = folder / "mine.jsonl"
    file.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    "bad",
    [
        "not JSON",
        "[]",
        "7",
        "null",
        {"conversation": "c"},
        {"messages": GOOD["messages"]},
        GOOD | {"messages": []},
        GOOD | {"messages": "hello"},
        GOOD | {"messages": [7]},
        GOOD | {"messages": [{"id": "1", "author": "me"}]},
        GOOD | {"messages": [{"id": "1", "author": "me", "text": 7}]},
        GOOD | {"messages": [{"author": "me", "text": "hi"}]},
        GOOD | {"messages": [{"id": "1", "author": "me", "text": "hi", "role": "agent"}]},
        GOOD | {"messages": [{"id": "1", "author": "me", "text": "hi", "sent_after_seconds": "soon"}]},
        GOOD | {"messages": [{"id": "1", "text": "hi"}]},
        GOOD | {"author": {"name": "nobody"}},
    ],
    ids=repr,
)
def test_a_bad_line_is_named_with_its_file(tmp_path: Path, organisation: Organisation, bad: Any) -> None:
    file = written(tmp_path, GOOD, bad)
    with pytest.raises(DataUnusable) as refused:
        threads(organisation, EXAMPLE / "samples", file)
    assert str(refused.value).startswith(f"{file}:2: ")


def test_a_file_that_is_not_there_is_named(tmp_path: Path, organisation: Organisation) -> None:
    with pytest.raises(DataUnusable, match=r"nowhere\.jsonl: No such file"):
        threads(organisation, EXAMPLE / "samples", tmp_path / "nowhere.jsonl")


def test_a_file_that_is_no_text_is_named(tmp_path: Path, organisation: Organisation) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataUnusable, match=r"mine\.jsonl"):
        threads(organisation, EXAMPLE / "samples", file)


def test_the_sample_is_all_there_and_goes_to_webhooks_that_exist(organisation: Organisation) -> None:
    found = threads(organisation, EXAMPLE / "samples")
    assert sum(len(thread.messages) for thread in found) > 300
    for said in (said for thread in found for said in thread.messages):
        channel = organisation.channel(said.channel)
        assert (channel.kind, channel.brand) == ("webhook", said.brand)


@pytest.mark.parametrize("wanted", [1, 40, 399, 2000])
def test_enough_is_exactly_as_many_and_each_has_its_own_id(organisation: Organisation, wanted: int) -> None:
    chosen = enough(threads(organisation, EXAMPLE / "samples"), wanted)
    ids = [(said.brand, said.channel, said.external_id) for thread in chosen for said in thread.messages]
    assert len(ids) == len(set(ids)) == wanted
    for thread in chosen:
        assert len({(said.conversation, said.author.id) for said in thread.messages}) == 1
