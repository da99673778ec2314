"""What goes along with words lies behind an encrypted address, and is said in words too (V6)."""

import pytest

from schemas.events.message import Attachment
from services.chassis.errors import Problem
from services.desk.pages.enclosing import as_typed, customers_own, enclosed, going_along, rows_of
from tests.unit.desk.stories import Story
from tests.unit.desk.test_folding import folded

URL = "https://media.example/how%20to/valve.jpg?size=2"


def test_a_link_becomes_what_the_cases_service_takes() -> None:
    values = {"link-1-url": f" {URL} ", "link-1-what": "The  valve", "link-3-url": "https://youtu.be/1"}
    assert enclosed(values | {"link-3-what": "How to"}) == [
        {"url": URL, "media_type": "image/jpeg", "name": "valve.jpg", "alt": "The valve"},
        {"url": "https://youtu.be/1", "media_type": "", "name": "", "alt": "How to"},
    ]
    assert enclosed({"text": "Nothing goes along"}) == []


@pytest.mark.parametrize(
    ("url", "what", "kind"),
    [
        ("http://media.example/a.jpg", "A valve", "link-not-https"),
        ("javascript:alert(1)", "A valve", "link-not-https"),
        ("https://", "A valve", "link-not-https"),
        ("https://[::1/a.jpg", "A valve", "link-not-https"),
        (f"https://media.example/{'a' * 2000}", "A valve", "link-not-https"),
        ("", "A valve", "link-missing"),
        (URL, " ", "link-without-words"),
    ],
)
def test_what_can_not_go_along_is_said(url: str, what: str, kind: str) -> None:
    with pytest.raises(Problem) as refused:
        enclosed({"link-1-url": url, "link-1-what": what})
    assert (refused.value.status, refused.value.kind) == (400, kind)


def test_a_draft_brings_its_links_back_into_the_form() -> None:
    many = [Attachment(url=f"https://media.example/{n}.jpg", alt=f"Picture {n}") for n in range(7)]
    values = as_typed(many)
    assert [each["url"] for each in enclosed(values)] == [each.url for each in many]
    assert list(rows_of(values)) == list(range(1, 8))
    assert len(rows_of({})) == 5


def test_of_what_the_customer_sent_only_what_is_chosen_goes_along() -> None:
    view = folded(Story().opened().wrote("See the photo").wrote("The same photo").events)
    [(name, sent)] = customers_own(view)
    assert going_along({}, view) == []
    assert [each["url"] for each in going_along({name: "yes"}, view)] == [sent.url]
