"""`casekeeper chaos`: services, broker and store are killed with -9 under load, and nothing is lost or doubled."""

import json

from tests.e2e.command_line import casekeeper

KEYS = ["rounds", "messages", "lost", "double_effects", "owner_violations", "order_violations", "recovery_p95_seconds"]


async def test_nothing_is_lost_when_parts_are_killed() -> None:
    async with casekeeper("chaos", "--rounds", "2", "--messages", "15", "--seed", "9", "--json") as command:
        status = await command.ended()
    figures = json.loads(command.out.splitlines()[-1])
    assert list(figures) == KEYS
    assert (figures["rounds"], figures["messages"]) == (2, 30)
    zeros = ("lost", "double_effects", "owner_violations", "order_violations")
    assert {name: figures[name] for name in zeros} == dict.fromkeys(zeros, 0), command.printed
    assert status == 0, command.printed
    for killed in ("broker", "delivery"):
        assert f"{killed} was started again in " in command.errors
    assert figures["recovery_p95_seconds"] > 0
