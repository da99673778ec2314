"""The results as a table for people, and as a picture."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

HOP_TARGET, PIPELINE_TARGET = 0.5, 0.6
SINGLE_TARGET_MILLISECONDS = 3
BATCH_TARGET = 2_000
CHECK_TARGET_MILLISECONDS = 5
DECISIONS_TARGETS = {540: 20_000, 10_000: 10_000, 100_000: 2_000}
TOGETHER_TARGET_MILLISECONDS = 10
PAGE_TARGET_MILLISECONDS = 200
LIVE_TARGET_CORES = 1.0
BAR = 0.26


def table(results: dict[str, Any]) -> str:
    """Every figure that has a target, and what it stands beside."""
    machine = results["machine"]
    load = machine["load_average_at_start"][0]
    lines = [f"{machine['cores']} cores, load {load} at the start, {machine['broker']}, {machine['store_engine']}", ""]
    parts = {
        "webhook": _webhook,
        "hops": _hops,
        "pipeline": _pipeline,
        "replycheck": _replycheck,
        "classifier": _classifier,
        "routing_engine": _routing,
        "clocks": _clocks,
        "figures": _figures,
        "desk_page": _desk_page,
    }
    for part, write in parts.items():
        if results.get(part):
            lines += [*write(results[part]), ""]
    return "\n".join(lines)


def _webhook(results: dict[str, Any]) -> Iterable[str]:
    yield "signed webhook    requests/s   p50 ms   p99 ms   not 2xx   bare inserts/s    of them"
    for connections, each in results.items():
        yield (
            f"{connections:>3} connections{each['requests_per_second']:>14,}{each['p50_milliseconds']:>9,.1f}"
            f"{each['p99_milliseconds']:>9,.1f}{each['not_2xx']:>10}{each['bare_inserts_per_second']:>17,}"
            f"{each['of_bare_inserts']:>11.0%}"
        )


def _hops(results: dict[str, Any]) -> Iterable[str]:
    yield "hop               events/s    bare loop/s    with its writes/s    of that   (target 50 %)"
    for name, each in results.items():
        share = each["of_bare_loop_with_writes"]
        yield (
            f"{name:<16}{each['events_per_second']:>10,}{each['bare_loop_per_second']:>15,}"
            f"{each['bare_loop_with_writes_per_second']:>21,}{share:>11.0%}{_short(share, HOP_TARGET)}"
        )
        if "of_bare_loop_with_work" in each:
            yield (
                f"  beside the loop with its own computing, {each['bare_loop_with_work_per_second']:,}/s:"
                f" {each['of_bare_loop_with_work']:.0%}"
            )


def _pipeline(results: dict[str, Any]) -> Iterable[str]:
    share = results["of_store_alone"]
    written = sum(
        number
        for service in results["writes_per_message"].values()
        for kind, number in service.items()
        if kind in ("replaces", "clears", "inserts")
    )
    yield "webhook to owner on the page   messages/s   store alone/s    of that   (target 60 %)"
    yield (
        f"{'whole pipeline':<26}{results['messages_per_second']:>15,.1f}{results['store_alone_per_second']:>16,.1f}"
        f"{share:>11.0%}{_short(share, PIPELINE_TARGET)}"
    )
    yield f"{written:.1f} documents written a message; answers other than 2xx: {results['not_2xx']}"


def _replycheck(results: dict[str, Any]) -> Iterable[str]:
    yield f"reply of 1,000 characters   check p50 ms   p99 ms   promises p50 ms   (target {CHECK_TARGET_MILLISECONDS} ms)"
    for language, each in results.items():
        short = each["check_p50_milliseconds"] > CHECK_TARGET_MILLISECONDS
        yield (
            f"{language:<25}{each['check_p50_milliseconds']:>15.2f}{each['check_p99_milliseconds']:>9.2f}"
            f"{each['proposals_p50_milliseconds']:>18.2f}{'   short' if short else ''}"
        )


def _classifier(results: dict[str, Any]) -> Iterable[str]:
    single, batch = results["single_p50_milliseconds"], results["batch_messages_per_second"]
    yield f"classifier, processor time on one core   (targets {SINGLE_TARGET_MILLISECONDS} ms, {BATCH_TARGET:,} messages/s)"
    short = "   short" if single > SINGLE_TARGET_MILLISECONDS else ""
    yield f"one by one   p50 {single:.2f} ms   p99 {results['single_p99_milliseconds']:.2f} ms{short}"
    short = "   short" if batch < BATCH_TARGET else ""
    yield f"in batches   {results['batch_milliseconds']:.2f} ms a message   {batch:,.0f} messages/s{short}"


def _routing(results: dict[str, Any]) -> Iterable[str]:
    yield "routing engine    decisions/s    target   without why   looking at all    times   start s   memory MB"
    for people, each in results["decisions"].items():
        rate, target = each["explained_per_second"], DECISIONS_TARGETS[int(people)]
        scan = each.get("scan_per_second")
        beside = f"{scan:>17,.0f}{rate / scan:>9,.0f}" if scan else " " * 26
        yield (
            f"{int(people):>7,} people{rate:>15,}{target:>10,}{each['bare_per_second']:>14,}{beside}"
            f"{each['start_seconds']:>10.2f}{each['megabytes']:>12,.0f}{_short(rate, target)}"
        )
        if "told_per_second" in each:  # since results of earlier runs are printed too
            yield f"  with the event's explanation made of it {each['told_per_second']:,}/s"
    together = results["together"]
    short = _short(-together["plan_milliseconds"], -TOGETHER_TARGET_MILLISECONDS)
    yield (
        f"{together['requests']} requests among {together['people']} people together: {together['plan_milliseconds']} ms"
        f" (target {TOGETHER_TARGET_MILLISECONDS}), with every decision explained {together['whole_milliseconds']} ms{short}"
    )
    yield f"at that time a bare loop of Python made {results['python_loops_per_second']:,} rounds a second"


def _figures(results: dict[str, Any]) -> Iterable[str]:
    yield "steering figures   events folded/s   cases   first question s   then p50 ms   longest ms   trend ms"
    yield (
        f"{results['events']:>6,} events{results['folded_per_second']:>20,}{results['cases']:>10,}"
        f"{results['first_question_seconds']:>17.1f}{results['question_p50_milliseconds']:>14.1f}"
        f"{results['question_longest_milliseconds']:>13.1f}{results['trend_milliseconds']:>11.1f}"
    )


def _desk_page(results: dict[str, Any]) -> Iterable[str]:
    page, live = results["page"], results["live"]
    shown = f"{page['lines']} of {results['cases']} open cases on it"
    yield f"a page of the desk, {shown}   (target {PAGE_TARGET_MILLISECONDS} ms)"
    for name in ("whole", "part"):
        p95 = page[f"{name}_p95_milliseconds"]
        yield (
            f"{name:<12}p50 {page[f'{name}_p50_milliseconds']:>7.1f} ms   p95 {p95:>7.1f} ms"
            f"   {page[f'{name}_cpu_milliseconds']} ms of processor{_short(-p95, -PAGE_TARGET_MILLISECONDS)}"
        )
    delays = ", ".join(f"{name} {live[f'delay_{name}_milliseconds']:,.0f} ms" for name in ("p50", "p95", "p99"))
    share = f"{live['delivered_share']:.2%} delivered"
    yield f"{live['browsers']} browsers, {live['events_per_second']} events/s: {share}, {delays}"
    cores = live["cores"].get("desk", 0.0)
    yield (
        f"{'':<12}{live['parts_per_second']} parts/s, {cores:.2f} cores of the desk"
        f" (target {LIVE_TARGET_CORES:.0f}){_short(-cores, -LIVE_TARGET_CORES)}"
    )


def _clocks(results: dict[str, Any]) -> Iterable[str]:
    yield "clocks               open     armed/s     fired/s   cancelled/s   look with nothing due, ms   written in s"
    for name in ("few", "many"):
        each = results[name]
        yield (
            f"{'':<12}{each['open_clocks']:>13,}{each['armed_per_second']:>12,.0f}{each['fired_per_second']:>12,.0f}"
            f"{each['cancelled_per_second']:>14,.0f}{each['idle_tick_milliseconds']:>28.2f}{each['load_seconds']:>15.1f}"
        )
    ratios = results["ratios"]
    yield (
        f"{'many : few':<25}{ratios['armed_per_second']:>12.2f}{ratios['fired_per_second']:>12.2f}"
        f"{ratios['cancelled_per_second']:>14.2f}{ratios['idle_tick_milliseconds']:>28.2f}"
    )


def _short(share: float, target: float) -> str:
    return "" if share >= target else "   short"


def picture(results: dict[str, Any], file: Path) -> None:
    """Bars: each hop beside its two loops, and the pipeline beside the store alone. Without these, there is none to draw."""
    if not (results.get("hops") or results.get("pipeline")):
        return
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    groups = {
        name: (each["events_per_second"], each["bare_loop_with_writes_per_second"], each["bare_loop_per_second"])
        for name, each in (results.get("hops") or {}).items()
    }
    if pipeline := results.get("pipeline"):
        groups["whole pipeline"] = (pipeline["messages_per_second"], pipeline["store_alone_per_second"], 0)
    figure, axes = plt.subplots(figsize=(10, 5), layout="constrained")
    labels = ("Casekeeper", "bare loop, same writes (pipeline: the writes alone)", "bare loop, no store")
    for number, (label, colour) in enumerate(zip(labels, ("#2f6f5e", "#8fb8ab", "#d9d9d9"), strict=True)):
        heights = [rates[number] for rates in groups.values()]
        places = [index + (number - 1) * BAR for index in range(len(groups))]
        bars = axes.bar(places, heights, BAR, label=label, color=colour)
        axes.bar_label(bars, [f"{height:,.0f}" if height else "" for height in heights], fontsize=8)
    axes.set_xticks(range(len(groups)), list(groups))
    axes.set_yscale("log")
    axes.set_ylabel("a second (logarithmic)")
    machine = results["machine"]
    axes.set_title(f"{machine['at'][:10]}, {machine['cores']} cores, {machine['store_engine']}", fontsize=10)
    axes.legend(frameon=False, fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file, dpi=120)
    plt.close(figure)
