"""Links that nobody can make, and that are good for one purpose."""

import pytest

from services.chassis.signing import Links


def links(purpose: str, secret: str = "s" * 32) -> Links:
    made = Links("https://desk.example/question/", purpose)
    made.use(secret)
    return made


def test_a_link_names_what_it_was_made_for() -> None:
    link = links("question").link("consult invitation")
    assert link.startswith("https://desk.example/question/")
    assert links("question").named(link.rpartition("/")[2]) == "consult invitation"


@pytest.mark.parametrize(
    "forged", ["", "x", "consult", *(links("question").link("a").rpartition("/")[2] + end for end in ("x", ".", "é"))]
)
def test_what_we_did_not_make_names_nothing(forged: str) -> None:
    assert links("question").named(forged) is None


def test_another_purpose_or_another_secret_opens_nothing() -> None:
    token = links("question").link("a").rpartition("/")[2]
    assert links("survey").named(token) is None
    assert links("question", "t" * 32).named(token) is None
