"""P5: one capacity over all channels, in which a case takes the room that its channel says."""

import shutil
from dataclasses import replace
from pathlib import Path

from schemas.events.routing import OwnerRequested
from schemas.organisation_file import load
from services.cases.domain.arrival import message_arrived
from services.cases.domain.commands.refusing import RefuseAssignment, refuse_assignment
from services.cases.domain.terms import terms_of
from tests.unit.cases.life import OWNER, START, TERMS, Life, message

EXAMPLE = Path(__file__).parents[3] / "deploy" / "example-org"


def test_an_owner_is_wanted_for_as_much_room_as_the_channel_says() -> None:
    """P5: a public post may take half the room of a mail."""
    terms = replace(TERMS, weight=lambda channel: 0.5 if channel == "social" else 1)
    for channel, weight in (("social", 0.5), ("mail", 1)):
        wanted = message_arrived(None, message(channel=channel), (), terms, START)[-1]
        assert isinstance(wanted, OwnerRequested)
        assert wanted.weight == weight


def test_who_is_wanted_after_a_refusal_needs_the_same_room() -> None:
    life = Life().arrives().assigned()
    terms = replace(TERMS, weight=lambda _: 0.5)
    life.do(lambda case: refuse_assignment(case, RefuseAssignment(reason="A neighbour"), OWNER, terms, life.now))
    assert life.of(OwnerRequested)[-1].weight == 0.5


def test_the_weight_of_a_channel_comes_from_the_organisations_files(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    channels = tmp_path / "channels.yaml"
    channels.write_text(channels.read_text().replace("id: social,", "id: social, weight: 0.5,", 1))
    terms = terms_of(load(tmp_path), "moccarel")
    assert terms.weight("social") == 0.5
    assert terms.weight("mail") == 1
    assert terms.weight("a channel that is gone") == 1
