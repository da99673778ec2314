"""What the registry answers."""

import pytest

from schemas.base import Event
from schemas.events.case import CaseClosed
from schemas.services import SERVICES
from schemas.topics import consumed_by, dead_topic, key_of, retry_topic


def test_the_key_is_read_from_the_data() -> None:
    assert key_of(CaseClosed(case_id="c", conversation="lane", brand="b", owner="o")) == "lane"


def test_a_service_hears_its_topics_in_the_order_of_the_registry() -> None:
    assert [topic.name for topic in consumed_by("cases")] == [
        "messages.classified",
        "cases.events",
        "routing.decisions",
        "roster.events",
        "deliveries.events",
        "followup.events",
    ]
    assert consumed_by("nobody") == ()
    assert consumed_by("ingestion") == ()


def test_second_chances_and_dead_letters_have_a_place_per_consumer() -> None:
    assert {retry_topic(name) for name in SERVICES}.isdisjoint(dead_topic(name) for name in SERVICES)
    assert (retry_topic("cases"), dead_topic("cases")) == ("cases.retry", "cases.dead")


class TestDeclaring:
    def test_a_type_is_declared_once(self) -> None:
        with pytest.raises(TypeError, match=r"case.closed.v1 is declared twice: CaseClosed and Again"):
            type("Again", (Event,), {"type": "case.closed.v1", "__module__": __name__, "__annotations__": {}})

    @pytest.mark.parametrize("name", ["closed", "case.closed", "case_closed.v1", "Case.closed.v1", "case.closed.v0"])
    def test_a_type_is_noun_past_verb_version(self, name: str) -> None:
        with pytest.raises(TypeError, match=r"expected <noun>.<past-verb>.v<n>"):
            type("Odd", (Event,), {"type": name, "__module__": __name__, "__annotations__": {}})
