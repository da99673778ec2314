"""Derived ids: the same thing twice has one id, different things have different ones."""

from uuid import UUID

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from schemas.ids import conversation_id, derive, message_id

parts = st.lists(st.text(max_size=8), min_size=1, max_size=4)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(one=parts, other=parts)
@example(one=["a", "b/c"], other=["a/b", "c"])
@example(one=["a%2Fb"], other=["a/b"])
@example(one=["a", ""], other=["a"])
def test_ids_are_equal_exactly_when_the_parts_are(one: list[str], other: list[str]) -> None:
    assert (derive(*one) == derive(*other)) == (one == other)


def test_an_id_is_a_uuid_of_version_5_and_never_changes() -> None:
    assert UUID(derive("a", "b")).version == 5
    assert message_id("moccarel", "mail", "<1@x>") == message_id("moccarel", "mail", "<1@x>")
    assert message_id("b", "c", "1") == "94583f59-33a1-5b17-a187-4b0fb07ec277"


def test_a_message_is_not_its_conversation() -> None:
    assert message_id("b", "c", "1") != conversation_id("b", "c", "1")
