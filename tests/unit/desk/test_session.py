"""Signatures, links and limits."""

from datetime import datetime, timedelta

import pytest

from services.desk.api.session import Signing
from services.desk.pages.routing import inside
from services.desk.store.accounts import Limit
from tests.unit.desk.stories import NOON


class StoppedClock:
    """Tells the time that the test sets."""

    def __init__(self) -> None:
        self.moment = NOON

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def signing() -> Signing:
    made = Signing()
    made.use("a secret")
    return made


class TestLinks:
    def test_lead_to_their_conversation(self, signing: Signing) -> None:
        assert signing.thread("moccarel", signing.link("moccarel", "thread-1")) == "thread-1"

    @pytest.mark.parametrize("spoil", [lambda link: link[:-1], lambda link: "x" + link, lambda _: "", lambda _: "é"])
    def test_can_not_be_made_up(self, signing: Signing, spoil: object) -> None:
        link = signing.link("moccarel", "thread-1")
        assert signing.thread("moccarel", spoil(link)) is None  # type: ignore[operator]

    def test_belong_to_one_brand_and_one_secret(self, signing: Signing) -> None:
        link = signing.link("moccarel", "thread-1")
        assert signing.thread("pluvane", link) is None
        other = Signing()
        other.use("another secret")
        assert other.thread("moccarel", link) is None

    def test_of_one_form_are_one_conversation_and_of_another_browser_are_not(self, signing: Signing) -> None:
        assert signing.new_thread("visitor", "key") == signing.new_thread("visitor", "key")
        assert signing.new_thread("visitor", "key") != signing.new_thread("somebody else", "key")


@pytest.mark.parametrize(
    ("target", "leads_to"),
    [
        ("/cases/1?x=2", "/cases/1?x=2"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\nSet-Cookie: x", "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_nowhere_else(target: str, leads_to: str) -> None:
    assert inside(target) == leads_to


class TestLimit:
    def test_pauses_a_key_and_lets_it_go_on_later(self) -> None:
        clock = StoppedClock()
        limit = Limit(2, timedelta(seconds=60), clock)
        for _ in range(2):
            assert not limit.wait_seconds("a")
            limit.note("a")
        assert 0 < limit.wait_seconds("a") <= 61
        assert not limit.wait_seconds("b")
        clock.moment += timedelta(seconds=61)
        assert not limit.wait_seconds("a")

    def test_forgets_a_key_that_did_well(self) -> None:
        limit = Limit(1, timedelta(seconds=60), StoppedClock())
        limit.note("a")
        limit.forget("a")
        assert not limit.wait_seconds("a")
