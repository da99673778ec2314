"""`casekeeper up` as people run it: what it says, what it survives, and that nothing is left when it ends (design 8)."""

import json
import os
import re
import signal
import socket
from pathlib import Path

import httpx2
import pytest

from casekeeper.local.process import port_is_free
from tests.conftest import eventually
from tests.e2e.colleague import Colleague
from tests.e2e.command_line import casekeeper, free_ports, working_on

BROKER, STORE = 11, 12


def up(folder: Path, port: int, *more: str) -> list[str]:
    return ["up", "--port", str(port), "--data-folder", str(folder), *more]


@pytest.mark.parametrize(("offset", "who"), [(0, "the desk"), (BROKER, "broker"), (STORE, "store")])
async def test_a_port_in_use_is_said_and_nothing_is_left(tmp_path: Path, offset: int, who: str) -> None:
    base = free_ports()
    with socket.create_server(("127.0.0.1", base + offset)):
        async with casekeeper(*up(tmp_path, base)) as command:
            assert await command.ended() == 1
    told = " ".join(command.printed.split())
    assert f"{who} cannot start: port {base + offset} on 127.0.0.1 is already in use." in told
    assert "--port" in told
    assert "Traceback" not in told
    assert working_on(tmp_path) == {}
    assert all(port_is_free(base + number) for number in range(STORE + 1))


async def test_a_store_that_can_not_start_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    for engine in ("nx-27017", "secantusdb"):
        (tmp_path / f"store-{engine}").write_text("a file where the store wants a folder")
    async with casekeeper(*up(tmp_path, free_ports())) as command:
        assert await command.ended() == 1
    assert "store" in command.printed
    assert "Traceback" not in command.printed
    assert working_on(tmp_path) == {}


async def test_the_whole_system_runs_survives_and_stops(tmp_path: Path) -> None:
    """Customers write, the autopilot plays; the broker is killed and comes back; Ctrl-C ends everything."""
    base = free_ports()
    async with casekeeper(*up(tmp_path, base, "--every", "0.2")) as command:
        await command.says("Ctrl-C stops everything.")
        desk = f"http://127.0.0.1:{base}"
        assert desk in command.printed
        assert f"{desk}/talk/moccarel" in command.printed
        password = re.search(r"fleur\.visser\s.*?(\S{10,})\s*[│|]", command.printed)
        assert password, command.printed
        async with httpx2.AsyncClient(base_url=desk, timeout=60, follow_redirects=True) as client:
            lead = Colleague("fleur.visser", client)
            await lead.sign_in(password[1])
            assert "Autopilot is playing the staff" in await lead.page("/")
            await first_cases_appear(lead)
            kill_child(tmp_path, "broker")
            await command.says("runs again", 240)
            conversation = await write_to_it(tmp_path)
            case = await lead.owned(conversation)
        await the_case_is_shown(tmp_path, case["id"])
        command.process.send_signal(signal.SIGINT)
        assert await command.ended() == 0
    assert "stopped; the data is kept in" in command.printed
    assert working_on(tmp_path) == {}
    async with casekeeper("send", "hello", "--data-folder", str(tmp_path)) as send:
        assert await send.ended() == 1
    assert "no stack is running" in send.printed


async def test_a_killed_stack_takes_its_children_along(tmp_path: Path) -> None:
    async with casekeeper(*up(tmp_path, free_ports(), "--no-samples", "--no-autopilot")) as command:

        async def children_run() -> bool:
            return {"broker", "nx-27017"} <= {name for line in working_on(tmp_path).values() for name in kinds(line)}

        await eventually(children_run, "broker and store did not start", 120)
        command.process.send_signal(signal.SIGKILL)
        assert await command.ended() == -signal.SIGKILL

    async def gone() -> bool:
        return working_on(tmp_path) == {}

    await eventually(gone, "broker or store outlived the stack")


def kinds(line: str) -> list[str]:
    return [name for name in ("broker", "nx-27017") if name in line]


def kill_child(folder: Path, kind: str) -> None:
    [number] = [number for number, line in working_on(folder).items() if f" {kind} " in line]
    os.kill(number, signal.SIGKILL)


async def first_cases_appear(lead: Colleague) -> None:
    async def owned() -> bool:
        lines = (await lead.read("/api/cases"))["cases"]
        return any(line["owner"] for line in lines)

    await eventually(owned, "no case appeared")


async def write_to_it(folder: Path) -> str:
    arguments = ("send", "Hi, which filter fits my Brio 3?", "--json", "--data-folder", str(folder))
    async with casekeeper(*arguments) as send:
        assert await send.ended() == 0, send.printed
    return str(json.loads(send.out)["conversation"])


async def the_case_is_shown(folder: Path, case_id: str) -> None:
    async with casekeeper("case", "show", case_id, "--json", "--data-folder", str(folder)) as show:
        assert await show.ended() == 0, show.printed
    shown = json.loads(show.out)
    types = [event["type"] for event in shown["events"]]
    assert shown["case"]["id"] == case_id
    assert types.count("case.opened.v1") == 1
    assert types.count("case.assigned.v1") == 1
