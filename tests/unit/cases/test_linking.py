"""Identities are one customer only when a person says so, within reason (U2); cases of two brands are never one."""

import pytest

from schemas.events.customer import Identity
from services.cases.domain.commands.merging import MergeCase, merge
from services.cases.domain.customers import MOST_IDENTITIES, KnownIdentity, Linking, anchored
from services.cases.domain.merging_refusals import AnotherBrand, TooManyIdentities
from tests.unit.cases.life import OWNER, START, TERMS
from tests.unit.cases.world import MAIL, REASON, WEB, World

ANA = Identity(brand="homely", channel="web", author="ana")
MAILED = Identity(brand="homely", channel="mail", author="ana@example.org")


def test_a_customer_with_more_identities_than_anybody_has_is_a_mistake() -> None:
    full = KnownIdentity(
        identity=ANA, customer="customer-1", linked_with=tuple(f"other-{number}" for number in range(MOST_IDENTITIES))
    )
    with pytest.raises(TooManyIdentities, match=f"linked with {MOST_IDENTITIES} identities already"):
        anchored(full, ANA, MAILED, "customer-2", Linking(OWNER, "the same voice", START))


def test_cases_of_two_brands_stay_two_whatever_anybody_says() -> None:
    world = World()
    web, mail = world.owned(WEB, 1), world.owned(MAIL, 2, minutes=5)
    other = mail.model_copy(update={"brand": "lumo"})
    with pytest.raises(AnotherBrand, match="the other case is of lumo"):
        merge(web, other, MergeCase(into=other.id, reason=REASON), OWNER, TERMS, True, world.now)
