"""Which channels leave the house, and what is said when one is not set up right."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.organisation import Organisation
from schemas.organisation_file import load
from services.delivery.channels import ChannelInvalid, gateways, ways_out
from services.delivery.gateway_mail import MailGateway
from services.delivery.gateway_webhook import WebhookGateway
from services.delivery.settings import Settings

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture(scope="module")
def organisation() -> Organisation:
    return load(Path("deploy/example-org"))


def test_without_addresses_everything_stays_here(organisation: Organisation) -> None:
    assert gateways(organisation, Settings(), {}) == {}
    ways = ways_out(organisation, {})
    assert ways.keys() == {channel.id for channel in organisation.channels}
    assert not any(way.leaves or way.needs_address for way in ways.values())


def test_what_has_an_address_leaves(organisation: Organisation) -> None:
    environment = {"CASEKEEPER_SOCIAL_REPLY_URL": "https://replies.example/", "CASEKEEPER_SOCIAL_SECRET": SECRET}
    found = gateways(organisation, Settings(smtp_host="mail.example"), environment)
    assert {id: type(gateway) for id, gateway in found.items()} == {
        "social": WebhookGateway,
        "mail": MailGateway,
        "mail-pluvane": MailGateway,
    }
    ways = ways_out(organisation, found)
    assert {id for id, way in ways.items() if way.leaves} == found.keys()
    assert {id for id, way in ways.items() if way.needs_address} == {"mail", "mail-pluvane"}
    assert ways["social"].max_length == 280


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"CASEKEEPER_SOCIAL_REPLY_URL": "replies.example", "CASEKEEPER_SOCIAL_SECRET": SECRET}, "SOCIAL_REPLY_URL"),
        ({"CASEKEEPER_SOCIAL_REPLY_URL": "https://replies.example/"}, "SOCIAL_SECRET"),
        (
            {"CASEKEEPER_SOCIAL_REPLY_URL": "https://replies.example/", "CASEKEEPER_SOCIAL_SECRET": "whsec_!!"},
            "SOCIAL_SECRET",
        ),
    ],
)
def test_a_channel_that_can_not_work_is_named_with_the_variable(
    organisation: Organisation, environment: dict[str, str], named: str
) -> None:
    with pytest.raises(ChannelInvalid, match=f"social.*CASEKEEPER_{named}"):
        gateways(organisation, Settings(), environment)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"attempt_seconds": 60, "lease_seconds": 60}, "lease_seconds must be more"),
        ({"smtp_username": "care", "smtp_tls": "none"}, "never travels in the clear"),
    ],
)
def test_settings_that_contradict_each_other(values: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Settings(**values)
