"""Who may be the same customer on another channel is shown with why, the surest first; nobody is linked by that (U2)."""

import pytest

from schemas.events.message import Author
from services.desk.domain.alike import candidates, evidence, traits, written_addresses
from services.desk.domain.case_view import CaseView
from services.desk.store.collections import CASES
from tests.unit.desk.stories import Story
from tests.unit.desk.test_folding import folded

JONAS = Author(id="c1", name="Jonas Weber", handle="@jonasw", address="jonas@example.org")


def case(
    name: str, author: Author, channel: str = "social", text: str = "It leaks", brand: str = "moccarel"
) -> CaseView:
    story = Story(name, name, customer=author, channel=channel, brand=brand).opened().wrote(text)
    return folded(story.events)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (Author(id="2", name="Somebody", address=" Jonas@Example.org"), ("address",)),
        (Author(id="JONAS@example.org"), ("address",)),
        (Author(id="2", handle="JonasW"), ("handle",)),
        (Author(id="2", name="  jonas  WEBER "), ("name",)),
        (Author(id="2", name="Jonas Weber", handle="jonasw"), ("handle", "name")),
        (Author(id="2", name="Jonas W."), ()),
        (Author(id="2"), ()),
    ],
)
def test_why_two_may_be_one(other: Author, why: tuple[str, ...]) -> None:
    assert evidence(case("a", JONAS), case("b", other, "mail")) == why


def test_nothing_in_common_is_not_nothing_known() -> None:
    nameless = Author(id="3")
    assert evidence(case("a", nameless), case("b", Author(id="4"), "mail")) == ()
    short = Author(id="3", handle="@jo")
    assert evidence(case("a", short), case("b", Author(id="4", handle="jo"), "mail")) == ()


def test_an_address_that_one_wrote_is_a_reason() -> None:
    told = case("a", Author(id="9"), text="Please mail Jonas@example.org, or lena@example.org.")
    assert written_addresses(told) == ("jonas@example.org", "lena@example.org")
    assert evidence(told, case("b", JONAS, "mail")) == ("written",)
    assert evidence(case("b", JONAS, "mail"), told) == ("written",)


def test_the_surest_come_first_and_each_identity_once() -> None:
    view = case("a", JONAS, "web-moccarel")
    namesake, neighbour = Author(id="2", name="Jonas Weber"), Author(id="3", address="jonas@example.org")
    others = [
        case("b", namesake),
        case("c", namesake),
        case("d", neighbour, "mail"),
        case("e", JONAS, "web-moccarel"),
        case("f", Author(id="4", name="Jonas Weber"), "social-pluvane", brand="pluvane"),
        case("g", Author(id="5", name="Jonas Weber"), "reviews"),
    ]
    found = candidates(view, others, known=[("reviews", "5")])
    assert [(each.view.customer.id if each.view.customer else "", each.why) for each in found] == [
        ("3", ("address",)),
        ("2", ("name",)),
    ]


def test_what_nobody_knows_is_left_out_of_the_store() -> None:
    assert traits(case("a", Author(id="3"))) == {}
    known = CASES.fields(case("a", JONAS))
    assert known["named"] == "moccarel/jonas weber"
    assert known["handled"] == "moccarel/jonasw"
    assert known["reached"] == "moccarel/jonas@example.org"
    assert "named" not in CASES.fields(case("a", Author(id="3")))
