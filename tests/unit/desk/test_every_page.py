"""No page is added without being looked at in the browser: for contrast, labels, widths, and by people, in a picture."""

from services.desk.app import PARTS
from services.desk.pages.routing import PageRoute
from tests.e2e.every_page import PAGES, PartOf


def routes() -> set[str]:
    """Of every page, and of every part that a page fetches."""
    found = [route for part in PARTS for route in part.router.routes if isinstance(route, PageRoute)]
    return {route.path for route in found if "GET" in (route.methods or ())}


def test_every_page_is_looked_at() -> None:
    assert routes() - PAGES.keys() == set(), "name who looks at it in tests/e2e/every_page.py"


def test_nothing_is_looked_at_that_is_no_page() -> None:
    assert PAGES.keys() - routes() == set()


def test_parts_belong_to_a_page_that_is_looked_at() -> None:
    parts = {path: entry.page for path, entry in PAGES.items() if isinstance(entry, PartOf)}
    assert [path for path, page in parts.items() if page not in PAGES or page in parts] == []
