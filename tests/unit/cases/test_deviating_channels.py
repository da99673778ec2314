"""A channel that differs from its brand, as the rules of a case see it (M2)."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from schemas.events.case import CaseOpened
from schemas.organisation_file import load
from services.cases.domain.arrival import message_arrived
from services.cases.domain.terms import terms_of
from tests.unit.cases.life import START, TERMS, message
from tests.unit.cases.mandates import somebody

EXAMPLE = Path(__file__).parents[3] / "deploy" / "example-org"


def test_the_first_reply_is_due_as_the_channel_promises_where_it_deviates() -> None:
    """M2: deadlines follow the brand's policy, on every channel but one that says why it differs."""
    later = replace(TERMS, first_reply_due=lambda moment: moment + timedelta(minutes=240))
    terms = replace(TERMS, deviating={"web": later})
    for channel, minutes in (("web", 240), ("mail", 60)):
        event = message(channel=channel)
        opened = message_arrived(None, event, (), terms, START)[0]
        assert isinstance(opened, CaseOpened)
        assert opened.first_reply_due_at == event.message.received_at + timedelta(minutes=minutes)


def test_a_brands_terms_know_the_channels_that_deviate(tmp_path: Path) -> None:
    """M2: from the organisation's files to the rules; the people are the same everywhere."""
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    channels = tmp_path / "channels.yaml"
    targets = "calendar: long-days, first_reply_minutes: 240, mandates: {agent: {refund: 20 EUR}}"
    differs = f"id: mail, deviations: {{reason: Letters take longer., {targets}}},"
    channels.write_text(channels.read_text().replace("id: mail,", differs, 1))
    terms = terms_of(load(tmp_path), "moccarel")
    night = datetime(2026, 3, 3, 23, tzinfo=UTC)
    assert terms.on("web-moccarel").first_reply_due(night) == night + timedelta(minutes=60)
    assert terms.on("mail").first_reply_due(night) == datetime(2026, 3, 4, 10, tzinfo=UTC)
    assert str(terms.on("mail").brand.policy.mandates["agent"]["refund"]) == "20 EUR"
    known = terms.knowing({"new.one": somebody("new.one")})
    assert known.on("mail").person("new.one").id == "new.one"
