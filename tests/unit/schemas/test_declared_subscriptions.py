"""Subscriptions of departments in an organisation's files: every mistake has its file, its line, and a sentence (F10)."""

from pathlib import Path

import pytest

from schemas.organisation_file import check, load
from tests.unit.schemas.test_organisation_file import GOOD

DECLARED = "  - {id: quality, brand: kettle, department: Quality, topics: [product], mail: quality@example.org}\n"
TEXT = f"{GOOD.rstrip()}\nsubscriptions:\n{DECLARED}"
LINE = TEXT.count("\n")


def test_a_declared_subscription_is_read(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(TEXT, encoding="utf-8")
    [found] = load(tmp_path).subscriptions
    assert (found.department, found.topics, found.rhythm) == ("Quality", ("product",), "at-once")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("brand: kettle", "brand: kettel", "kettel"),
        ("topics: [product]", "topics: [produkt]", "produkt"),
        ("topics: [product], ", "", "no topic, no signal"),
        ("mail: quality@example.org", "mail: quality", "mail can not be used"),
        (", mail: quality@example.org", "", "either mail or url"),
        ("mail: quality@example.org", "url: 'https://example.org/hook'", "url and secret_env belong together"),
        ("mail: quality@example.org", "url: 'http://example.org/hook', secret_env: SECRET", "not an https address"),
        ("topics: [product]", "signals: [noise]", "noise"),
    ],
)
def test_each_mistake_has_its_line(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert old in DECLARED
    text = TEXT.replace(DECLARED, DECLARED.replace(old, new))
    (tmp_path / "all.yaml").write_text(text, encoding="utf-8")
    [problem] = check(tmp_path)
    assert problem.line == LINE
    assert sentence in problem.message
