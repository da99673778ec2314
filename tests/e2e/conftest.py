"""One stack for all stories, judged as a whole when they are over."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.conftest import eventually
from tests.e2e.colleague import Colleague
from tests.e2e.stage import Stage

LEAD = "fleur.visser"


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The stack, running. Whatever the stories did: nothing is lost, doubled or out of order in the end."""
    stage = Stage(tmp_path_factory.mktemp("stage"))
    stage.start()
    try:
        yield stage
        asyncio.run(judge(stage))
    finally:
        stage.stop()


async def judge(stage: Stage) -> None:
    """Fail with what the checker finds, once nothing is on its way any more."""
    findings: tuple[str, ...] = ()

    async def clean() -> bool:
        nonlocal findings
        verdict = await stage.verdict()
        findings = verdict.findings
        return verdict.clean

    try:
        await eventually(clean)
    except pytest.fail.Exception:
        pytest.fail("\n".join(findings))


@pytest.fixture
async def lead(stage: Stage) -> AsyncIterator[Colleague]:
    """Somebody who sees every case."""
    async with stage.colleague(LEAD) as colleague:
        yield colleague
