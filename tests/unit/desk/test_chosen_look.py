"""How the pages look is each reader's choice, and choosing leads to the same page."""

import pytest
from starlette.requests import Request

from services.desk.pages.look import Look, chosen_look, same_page


def request(query: str = "", cookie: str = "", method: str = "GET", path: str = "/figures") -> Request:
    headers = [(b"cookie", cookie.encode()), (b"host", b"desk.example")]
    scope = {"type": "http", "method": method, "path": path, "headers": headers, "query_string": query.encode()}
    return Request(scope)


@pytest.mark.parametrize(
    ("asked", "look"),
    [
        (request(), "system"),
        (request("look=dark"), "dark"),
        (request(cookie="casekeeper-look=light"), "light"),
        (request("look=system", cookie="casekeeper-look=dark"), "system"),
        (request("look=purple", cookie="casekeeper-look=dark"), "dark"),
        (request("look=%22%3E%3Cscript", cookie="casekeeper-look=nonsense"), "system"),
    ],
)
def test_the_look_asked_for_comes_first(asked: Request, look: Look) -> None:
    assert chosen_look(asked) == look


def test_what_the_page_is_about_stays() -> None:
    assert same_page(request("brand=moccarel&look=dark"), look="light") == "/figures?brand=moccarel&look=light"


def test_where_a_form_was_sent_to_is_no_page() -> None:
    sent = request(method="POST", path="/cases/1/reply")
    assert same_page(sent, lang="nl") == "/?lang=nl"
    assert same_page(sent, "/talk/moccarel", lang="nl") == "/talk/moccarel?lang=nl"
