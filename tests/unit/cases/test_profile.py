"""U2: beside the message the owner sees who this customer is, over all channels that somebody has linked."""

from datetime import timedelta

from schemas.events.customer import Identity
from services.cases.domain import commands
from services.cases.domain.commands import NewPromise
from services.cases.domain.commands.notes import MarkSpecial, mark_special
from services.cases.domain.profile import profile
from tests.unit.cases.life import OWNER, START
from tests.unit.cases.world import MAIL, WEB, World

ANA = [
    Identity(brand="homely", channel="web", author="ana-web"),
    Identity(brand="homely", channel="mail", author="ana-mail"),
]


def promised(world: World, case_id: str, name: str, minutes: float) -> None:
    command = NewPromise(what=name, due_at=world.now + timedelta(minutes=minutes))
    world.do(case_id, lambda case: commands.promise(case, command, OWNER, name, world.now))


def test_shows_what_all_their_cases_have_in_common() -> None:
    world = World()
    web = world.owned(WEB, 1)
    world.writes(WEB, 2, 30, reach=900)
    mail = world.owned(MAIL, 3, minutes=60)
    promised(world, web.id, "later", 240)
    promised(world, mail.id, "sooner", 60)
    world.do(mail.id, lambda case: mark_special(case, MarkSpecial(text="A birth"), OWNER, world.now))
    found = profile(ANA, [world.state(web.id), world.state(mail.id)])
    assert [each.case_id for each in found.cases] == [mail.id, web.id]
    assert [each.promise_id for each in found.open_promises] == ["sooner", "later"]
    assert [each.at for each in found.sentiment] == [START + timedelta(minutes=each) for each in (0, 30, 60)]
    assert [each.text for each in found.special_stories] == ["A birth"]
    assert (found.reach, found.languages, found.identities) == (900, ("en",), tuple(ANA))


def test_a_message_that_was_split_off_counts_once() -> None:
    world = World()
    case = world.owned(WEB, 1)
    world.writes(WEB, 2, 1)
    new_id = world.splits(case, "message-2")
    world.settle()
    found = profile(ANA, [world.state(case.id), world.state(new_id)])
    assert [(each.message_id, each.case_id) for each in found.sentiment] == [
        ("message-1", case.id),
        ("message-2", new_id),
    ]


def test_of_somebody_who_never_wrote_is_empty() -> None:
    found = profile(ANA[:1], [])
    assert (found.cases, found.name, found.reach, found.sentiment) == ((), "", None, ())
