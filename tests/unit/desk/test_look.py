"""The look keeps its promises: readable contrast in light and dark, nothing inline, nothing from elsewhere."""

import re
from pathlib import Path

import pytest

from services.desk.pages.assets import asset_url, assets

DESK = Path("services/desk")
TOKENS = re.compile(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
READABLE = 4.5
PAIRS = [
    *((ink, ground) for ink in ("ink", "soft", "accent", "late", "soon", "good", "inside") for ground in ("paper", "card")),
    *((ink, "sunk") for ink in ("ink", "soft", "accent")),
    ("accent-ink", "accent"),
    *((name, f"{name}-wash") for name in ("accent", "late", "soon", "good", "inside")),
    ("ink", "inside-wash"),
    ("ink", "accent-wash"),
    ("soft", "accent-wash"),
    ("soft", "inside-wash"),
]  # fmt: skip


def _luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_can_be_read(ink: str, ground: str, scheme: int) -> None:
    tokens = {name: colours for name, *colours in TOKENS.findall((DESK / "static/base.css").read_text())}
    lighter, darker = sorted((_luminance(tokens[name][scheme]) for name in (ink, ground)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= READABLE


@pytest.mark.parametrize("template", sorted((DESK / "templates").glob("*.html")), ids=lambda path: path.name)
def test_pages_keep_to_their_own_policy(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", text)
    assert not re.search(r"<script(?![^>]*src=)", text)
    assert not re.search(r'(src|href)="(https?:)?//', text)
    for name in re.findall(r'asset\("([^"]+)"\)', text):
        assert asset_url(name).endswith(name)


def test_every_form_that_changes_something_carries_a_token() -> None:
    for template in (DESK / "templates").glob("*.html"):
        for form in re.findall(r'<form[^>]*method="post".*?</form>', template.read_text(), re.DOTALL):
            assert "form_token" in form or "form_start(" in form, template.name


def test_htmx_is_served_from_its_package() -> None:
    assert b"htmx" in assets()["htmx.js"]
    assert not list(DESK.rglob("htmx*"))
