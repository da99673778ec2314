"""What is going on while the autopilot plays: customers' samples, so many turns, and cases with owners."""

import httpx2

from casekeeper.autopilot import Autopilot
from casekeeper.demo.source import Thread, threads
from services.cases.domain import Case
from tests.e2e.stage import ORGANISATION, Stage

CONVERSATIONS, TURNS = 15, 14
"""The autopilot gets fewer turns than two for each case, so that not all of them can be resolved."""


def sample(stage: Stage, first: int = 0) -> list[Thread]:
    """What customers write about our brands, in many languages; another `first` gives other conversations."""
    found = threads(stage.stack.organisation, ORGANISATION / "samples")
    ours = [thread for thread in found if thread.messages[0].conversation.startswith("own-") and drawable(thread)]
    return ours[first :: len(ours) // CONVERSATIONS][:CONVERSATIONS]


def drawable(thread: Thread) -> bool:
    """Not every machine has a font with pictures in it."""
    return all(character < "\U0001f000" for said in thread.messages for character in said.text)


async def say_so(stage: Stage) -> None:
    """An autopilot is always labelled."""
    async with httpx2.AsyncClient(base_url=stage.stack.url("desk"), timeout=60) as client:
        headers = {"Authorization": f"Bearer {stage.stack.secrets.internal_token}"}
        answer = await client.post("/internal/autopilot", json={"on": True}, headers=headers)
    assert answer.json() == {"on": True}


async def begun(stage: Stage, first: int = 0) -> tuple[Autopilot, "Turns", set[str]]:
    """A sample is sent and its first turns are taken; whoever asked stops the autopilot."""
    answers = [await stage.send(said) for thread in sample(stage, first) for said in thread.messages]
    assert {status for status, _ in answers} <= {200, 202}  # taken before, when the test is run again
    conversations = {taken["conversation"] for _, taken in answers}
    await say_so(stage)
    turns = Turns(TURNS)
    return await stage.autopilot(is_on=turns.take), turns, conversations


class Turns:
    """So many times the autopilot may act."""

    def __init__(self, turns: int) -> None:
        self._left = turns
        self.unlimited = False

    async def take(self) -> bool:
        self._left -= 1
        return self.unlimited or self._left >= 0

    async def all_taken(self) -> bool:
        return self._left <= 0


def cases(autopilot: Autopilot, conversations: set[str]) -> list[Case]:
    return [case for case in autopilot.cases.values() if case.conversation in conversations]


async def most_owned(autopilot: Autopilot, conversations: set[str]) -> bool:
    """Where all who speak a language have their hands full, the last ones wait for a moment."""
    found = cases(autopilot, conversations)
    return len(found) == len(conversations) and sum(bool(case.owner) for case in found) > TURNS // 2


async def all_resolved(autopilot: Autopilot, conversations: set[str]) -> bool:
    return all(case.resolved for case in cases(autopilot, conversations))
