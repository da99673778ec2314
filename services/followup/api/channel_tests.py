"""Tests of channels over HTTP, for coaches and leads; operators may read (F11): how each channel did, and one more test now.

Whoever answers customers does not see them here, or it would not be a test.
"""

from collections.abc import Sequence
from statistics import median
from typing import Annotated

from fastapi import Query, Request
from pydantic import BaseModel

from schemas.base import Identifier, UtcDatetime
from schemas.events.channel_test import Step
from schemas.organisation import Channel
from schemas.organisation_quality import ChannelTestPolicy
from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.followup.api.asking import Asker, Asking, InService
from services.followup.domain.channel_tests import STEPS, ChannelTest, Stage
from services.followup.handlers.channel_tests import ChannelTesting
from services.followup.store.channel_tests import latest

router = internal_router()
SHOWN = 10


class Shown(BaseModel):
    """One test. `seconds`: how long after its plan each step happened."""

    test_id: str
    stage: Stage
    planned_at: UtcDatetime
    ended_at: UtcDatetime | None
    case_id: str
    seconds: dict[Step, float]
    reason: str

    @classmethod
    def of(cls, test: ChannelTest) -> "Shown":
        return cls(
            test_id=test.id,
            stage=test.stage,
            planned_at=test.planned_at,
            ended_at=test.ended_at,
            case_id=test.case_id,
            seconds=test.seconds,
            reason=test.reason,
        )


class ChannelHealth(BaseModel):
    """How one channel did in its latest tests."""

    brand: str
    channel: str
    obstacle: str
    """Why it can not be tested; empty: it can."""
    every_hours: float | None
    """How often it is tested by itself; None: only when somebody asks for it."""
    failing: int
    """So many of the latest tests in a row failed; from two on it is time to look."""
    passed: int
    failed: int
    usual_seconds: dict[Step, float]
    """The median of each step in the tests that passed."""
    latest: list[Shown]
    """The newest first."""


class Health(BaseModel):
    """The channels of the brands that the asker serves."""

    items: list[ChannelHealth]


class Run(BaseModel):
    """Test these channels now; none named: all of the asker's brands."""

    channels: tuple[Identifier, ...] = ()


class Begun(BaseModel):
    """What became of it, channel by channel."""

    channel: str
    test_id: str = ""
    obstacle: str = ""
    """Why there is no test."""


class Started(BaseModel):
    items: list[Begun]


@router.get("/channel-tests")
async def show_channel_tests(
    request: Request, asker: Asking, service: InService, brand: Annotated[str, Query(max_length=60)] = ""
) -> Health:
    """How the channels did, each with its latest tests."""
    asker.require_role("coach", "lead", "operator")
    if brand:
        asker.require_brand(brand)
    testing = _testing(request)
    items = [
        _health(testing, channel, policy, await latest(service.database, channel.id))
        for _, channel, policy in testing.channels()
        if channel.brand in ([brand] if brand else asker.person.brands)
    ]
    return Health(items=items)


@router.post("/channel-tests")
async def run_channel_test(body: Run, request: Request, asker: Asking) -> Started:
    """Begin a test of each of these channels; the same command begins it once."""
    _require_lead(asker)
    testing = _testing(request)
    own = {channel.id: channel for _, channel, _ in testing.channels() if channel.brand in asker.person.brands}
    unknown = [each for each in body.channels if each not in own]
    if unknown:
        raise Problem(404, "not-found", f"there is no channel {unknown[0]!r}")
    begun = [await _begin(testing, own[each], asker) for each in body.channels or own]
    await testing.send()
    return Started(items=begun)


async def _begin(testing: ChannelTesting, channel: Channel, asker: Asker) -> Begun:
    obstacle = testing.obstacle(channel)
    if obstacle:
        return Begun(channel=channel.id, obstacle=obstacle)
    test = await testing.begin(channel, f"command-{asker.command}")
    if test is None:
        return Begun(channel=channel.id, obstacle="its last test is still running")
    return Begun(channel=channel.id, test_id=test.id)


def _health(
    testing: ChannelTesting, channel: Channel, policy: ChannelTestPolicy | None, tests: Sequence[ChannelTest]
) -> ChannelHealth:
    over = [each for each in tests if each.over]
    passed = [each for each in over if each.stage == "passed"]
    return ChannelHealth(
        brand=channel.brand,
        channel=channel.id,
        obstacle=testing.obstacle(channel),
        every_hours=policy.every_hours if policy else None,
        failing=next((number for number, each in enumerate(over) if each.stage == "passed"), len(over)),
        passed=len(passed),
        failed=len(over) - len(passed),
        usual_seconds={step: median(found) for step in STEPS if (found := _taken(passed, step))},
        latest=[Shown.of(each) for each in tests[:SHOWN]],
    )


def _taken(tests: Sequence[ChannelTest], step: Step) -> list[float]:
    return [each.seconds[step] for each in tests if step in each.seconds]


def _require_lead(asker: Asker) -> None:
    asker.require_role("coach", "lead")


def _testing(request: Request) -> ChannelTesting:
    testing: ChannelTesting = request.app.state.channel_testing
    return testing
