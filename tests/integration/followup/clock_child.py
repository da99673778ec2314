"""A process that fires clocks until it is killed: `python -m tests.integration.followup.clock_child`.

It has everything imported and then forks for each line of JSON that it reads, so that a round of kill -9 takes a fraction of a
second. It answers each line with the id of the child, which fires clocks from then on, at the time that the line says.
"""

import asyncio
import json
import os
import signal
import sys
from datetime import datetime
from typing import Any

from services.chassis import kafka, logs
from services.chassis.testing import ManualClock
from services.followup.app import build
from services.followup.handlers.ticking import Ticking
from services.followup.settings import Settings


async def fire(round_: dict[str, Any]) -> None:
    """Publish what an earlier child left, and let clocks speak, in small batches, for ever."""
    clock = ManualClock(datetime.fromisoformat(round_["now"]))
    service = build(Settings(**round_["settings"]), clock)
    await kafka.declare(service.config.cluster, [service.name])
    await service.publisher.start()
    await service.outbox.start(service.collections)
    ticking = Ticking(service.repository, clock, service.api.state.organisation, batch=5)
    while True:
        await ticking.tick()
        await asyncio.sleep(0.001)


def main() -> None:
    """Fork for each line."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    logs.configure("error", "console")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            asyncio.run(fire(json.loads(line)))
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
