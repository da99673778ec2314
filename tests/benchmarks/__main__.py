"""`make bench`: webhook, hops and pipeline beside what they can at best be; reply check; routing engine. In this run, here."""

import argparse
import asyncio
import cProfile
import json
import pstats
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from casekeeper.local.children import DEFAULT_STORE_ENGINE, STORE_ENGINES
from casekeeper.local.demonstration_clock import to_workday
from casekeeper.local.stack import Plan, Stack
from services.chassis import logs, telemetry
from services.chassis.clock import ShiftedClock
from tests.benchmarks import (
    classifier,
    clocks,
    desk,
    figures,
    hops,
    machine,
    pipeline,
    replycheck,
    report,
    routing_engine,
    webhook,
)
from tests.benchmarks.events import Samples
from tests.benchmarks.organisation import enlarged

RESULTS = Path(__file__).parents[2] / "benchmarks"
NAMES = (
    "webhook",
    *(hop.name for hop in hops.HOPS),
    "pipeline",
    "replycheck",
    "classifier",
    "routing-engine",
    "clocks",
    "figures",
)
WARM_UP_EVENTS = 50
PROFILE_LINES = 40


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    requests: int
    events: int
    messages: int
    rounds: int


FULL = Sizes(requests=1000, events=1500, messages=1500, rounds=2)
QUICK = Sizes(requests=100, events=150, messages=100, rounds=1)


def progress(what: str) -> None:
    """Say on stderr how far it is."""
    sys.stderr.write(f"{what} ...\n")


async def measured(options: argparse.Namespace, profile: cProfile.Profile | None) -> dict[str, Any]:
    """Everything that was asked for."""
    sizes, wanted = _sizes(options), options.only or NAMES
    results: dict[str, Any] = {"machine": machine.facts(options.store), "sizes": asdict(sizes)}
    with tempfile.TemporaryDirectory(prefix="casekeeper-bench-") as name:
        folder = Path(name)
        organisation = enlarged(folder, sizes.messages)
        if "webhook" in wanted:
            samples = Samples(organisation, datetime.now(UTC))
            results["webhook"] = await webhook.measure(
                folder / "webhook", samples, options.store, sizes.requests, sizes.rounds, progress
            )
        if chosen := [hop for hop in hops.HOPS if hop.name in wanted]:
            results["hops"] = await _hops(folder / "hops", organisation, options.store, sizes, chosen, profile)
        if "clocks" in wanted:
            results["clocks"] = await _clocks(folder / "clocks", organisation, options, sizes.rounds)
        if "pipeline" in wanted:
            results["pipeline"] = await pipeline.measure(
                folder, organisation, options.store, sizes.messages, sizes.rounds, progress, profile
            )
        if "figures" in wanted:
            progress("figures")
            results["figures"] = await figures.measure(folder, options.store, sizes.events, quick=options.quick)
        if "desk" in wanted:
            progress("desk page and live updates")
            sizes_of_desk = desk.QUICK if options.quick else desk.FULL
            results["desk_page"] = await desk.measure(folder / "desk-page", organisation, options.store, sizes_of_desk)
    if "replycheck" in wanted:
        progress("reply check")
        results["replycheck"] = replycheck.measure(sizes.requests)
    if "classifier" in wanted:
        progress("classifier")
        results["classifier"] = classifier.measure(sizes.rounds)
    if "routing-engine" in wanted:
        results["routing_engine"] = routing_engine.measure(options.quick, progress)
    return results


def _sizes(options: argparse.Namespace) -> Sizes:
    sizes = QUICK if options.quick else FULL
    if options.count:
        sizes = replace(sizes, requests=options.count, events=options.count, messages=options.count)
    return replace(sizes, rounds=options.rounds) if options.rounds else sizes


async def _clocks(folder: Path, organisation: Path, options: argparse.Namespace, rounds: int) -> dict[str, Any]:
    sizes = clocks.QUICK if options.quick else clocks.FULL
    if options.open_clocks:
        sizes = replace(sizes, many=options.open_clocks)
    return await clocks.measure(folder, organisation, options.store, sizes, rounds, progress)


async def _hops(
    folder: Path,
    organisation: Path,
    store: Any,
    sizes: Sizes,
    chosen: list[hops.Hop],
    profile: cProfile.Profile | None,
) -> dict[str, Any]:
    offset = to_workday(datetime.now(UTC))
    stack = Stack(Plan(folder, organisation, services=(), store_engine=store, clock_offset_seconds=offset))
    await stack.start()
    samples = Samples(organisation, ShiftedClock(offset).now())
    found: dict[str, list[hops.Round]] = {hop.name: [] for hop in chosen}
    try:
        await hops.measure(hops.Ground(stack, samples), chosen[0], WARM_UP_EVENTS)
        for turn in range(sizes.rounds):
            for hop in chosen:
                progress(f"hop {hop.name}, round {turn + 1} of {sizes.rounds}")
                found[hop.name].append(await hops.measure(hops.Ground(stack, samples, profile), hop, sizes.events))
    finally:
        await stack.stop()
    return {name: hops.summary(rounds) for name, rounds in found.items()}


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 on")
    return int(text)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small numbers: to see that it works, not how fast")
    parser.add_argument("--only", action="append", choices=NAMES, metavar="NAME", help=f"one of {', '.join(NAMES)}")
    parser.add_argument("--count", type=_positive, metavar="N", help="so many requests, events and messages a round")
    parser.add_argument("--open-clocks", type=_positive, metavar="N", help="so many are open on the larger side")
    parser.add_argument("--rounds", type=_positive, metavar="N", help="how often each is measured")
    parser.add_argument("--store", choices=STORE_ENGINES, default=DEFAULT_STORE_ENGINE, help="the store engine")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    parser.add_argument(
        "--profile", type=Path, metavar="FILE", help="profile hops or pipeline into FILE (python -m pstats FILE)"
    )
    parser.add_argument(
        "--out", type=Path, help="folder for latest.json and latest.png (default: benchmarks/, only full runs)"
    )
    return parser.parse_args()


def main() -> None:
    """Measure, write down, print."""
    options = _options()
    logs.configure("error", "console")
    telemetry.configure()
    profile = cProfile.Profile(time.thread_time) if options.profile else None
    results = asyncio.run(measured(options, profile))
    # A part of the figures, or hasty ones, must not replace the last whole ones unasked.
    whole = not (options.quick or options.only or options.count or options.open_clocks or options.profile)
    if folder := options.out or (RESULTS if whole else None):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "latest.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
        report.picture(results, folder / "latest.png")
    print(json.dumps(results) if options.json else report.table(results))  # noqa: T201
    if profile:
        stats = pstats.Stats(profile, stream=sys.stderr)
        stats.sort_stats("tottime").print_stats(PROFILE_LINES)
        stats.dump_stats(options.profile)


if __name__ == "__main__":
    main()
