"""`casekeeper demo`: the whole product in one command, judged by the checker; its last line is the verdict."""

import json

from tests.e2e.command_line import casekeeper

KEYS = [
    "messages",
    "accepted",
    "duplicates_rejected",
    "cases",
    "owned",
    "consults",
    "consults_answered",
    "countries_consulted",
    "replies_sent",
    "promises_kept",
    "resolved",
    "lost",
    "double_effects",
    "owner_violations",
    "order_violations",
    "seconds",
]


async def test_the_demonstration_ends_with_a_clean_verdict() -> None:
    async with casekeeper("demo", "--messages", "40", "--json") as command:
        status = await command.ended()
    figures = json.loads(command.out.splitlines()[-1])
    assert list(figures) == KEYS
    zeros = ("lost", "double_effects", "owner_violations", "order_violations")
    assert {name: figures[name] for name in zeros} == dict.fromkeys(zeros, 0), command.printed
    assert status == 0, command.printed
    assert figures["messages"] == figures["accepted"] == 40
    assert figures["cases"] == figures["owned"] == figures["resolved"] > 0
    assert figures["consults"] == figures["consults_answered"] > 0
    assert figures["countries_consulted"] > 1
    assert figures["promises_kept"] > 0
    assert figures["duplicates_rejected"] > 0
    assert figures["replies_sent"] >= figures["cases"]
    assert "working" in command.printed, "no progress was shown"


async def test_a_file_that_is_no_conversation_is_named_with_its_line(tmp_path: object) -> None:
    file = f"{tmp_path}/mine.jsonl"
    with open(file, "w", encoding="utf-8") as out:  # noqa: ASYNC230, PTH123
        out.write('{"conversation": "c-1", "messages": [{"id": "1", "author": "me", "text": "hi"}]}\nnot JSON\n')
    async with casekeeper("demo", "--messages", "1", "--data", file) as command:
        assert await command.ended() == 1
    assert f"{file}:2" in command.printed.replace("\n", "")
    assert "Traceback" not in command.printed
