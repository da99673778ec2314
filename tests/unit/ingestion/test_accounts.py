"""Channels and their secrets: what is missing is said before anything is taken."""

from pathlib import Path

import pytest

from schemas.organisation import Organisation
from schemas.organisation_file import load
from services.ingestion.domain.accounts import Accounts, SecretMissing, UnknownAccount

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture(scope="module")
def organisation() -> Organisation:
    return load(Path("deploy/example-org"))


@pytest.fixture
def environment(organisation: Organisation) -> dict[str, str]:
    return {channel.secret_env: SECRET for channel in organisation.channels if channel.secret_env}


def test_every_channel_is_found_under_its_own_brand_only(
    organisation: Organisation, environment: dict[str, str]
) -> None:
    accounts = Accounts(organisation, environment)
    for channel in organisation.channels:
        assert accounts.find(channel.brand, channel.id).visibility == channel.audience
        for brand in organisation.brands:
            if brand.id != channel.brand:
                with pytest.raises(UnknownAccount):
                    accounts.find(brand.id, channel.id)


def test_a_way_in_is_for_its_kind_of_channel(organisation: Organisation, environment: dict[str, str]) -> None:
    accounts = Accounts(organisation, environment)
    assert accounts.find("moccarel", "reviews", "webhook").keys
    with pytest.raises(UnknownAccount, match="web channel"):
        accounts.find("moccarel", "web-moccarel", "webhook")


@pytest.mark.parametrize("value", [None, "", "whsec_tooshort"])
def test_a_webhook_channel_without_its_secret_is_named_with_the_variable(
    organisation: Organisation, environment: dict[str, str], value: str | None
) -> None:
    environment["CASEKEEPER_SOCIAL_SECRET"] = value or ""
    if value is None:
        del environment["CASEKEEPER_SOCIAL_SECRET"]
    with pytest.raises(SecretMissing, match=r"social needs its signing secret .* CASEKEEPER_SOCIAL_SECRET"):
        Accounts(organisation, environment)
