"""What of a link is shown before a reply leaves: where it leads, told without going there (V6)."""

import pytest

from services.desk.domain.links import MOST, links, shown_path


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("See https://example.org/valve.", ["https://example.org/valve"]),
        ("(https://example.org/a?b=1), and http://example.net!", ["https://example.org/a?b=1", "http://example.net"]),
        ("HTTPS://EXAMPLE.ORG twice https://a.example https://a.example", ["HTTPS://EXAMPLE.ORG", "https://a.example"]),
        ("أنظر https://example.org/صمام هنا", ["https://example.org/صمام"]),
        ("No link: example.org, ftp://example.org, https://, https://[::1", []),
    ],
)
def test_the_addresses_in_a_text(text: str, found: list[str]) -> None:
    assert [each.url for each in links(text)] == found


def test_a_text_full_of_links_shows_the_first_few() -> None:
    assert len(links(" ".join(f"https://example.org/{number}" for number in range(100)))) == MOST


def test_a_long_way_is_shortened_in_the_middle() -> None:
    [long] = links("https://example.org/" + "a" * 60 + "/valve.pdf")
    assert shown_path(long) == "/" + "a" * 23 + "…" + "aaaa/valve.pdf"
    assert shown_path(links("https://example.org/")[0]) == ""
