"""What was measured of the radar, as a table and a picture for the docs."""

import statistics
from collections.abc import Sequence
from pathlib import Path

from scipy.stats import chi2

from casekeeper.radar.runs import DETECTORS, RADAR, SEASONAL, SIMPLE, SIZES, Results, Setting
from casekeeper.radar.stream import Kind

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
COLOURS = {RADAR: "#14636b", SIMPLE: "#c46a1a", SEASONAL: "#7a5ea8"}
KINDS: dict[Kind, str] = {
    "topic": "{size} posts about a topic",
    "place": "{size} posts naming a place",
    "everything": "{size} posts of every sort",
    "mood": "the mood: all posts negative, no more of them",
    "wave": "a second wave: {size} posts, three hours after a first one of 20",
}


class NoPlace(ValueError):
    """The page does not say where the figures go."""


def tables(results: Results) -> str:
    """Everything as Markdown."""
    world = f"{results.posts} posts, {results.per_hour:g} messages an hour, {results.seeds} seeds"
    columns = " | ".join(f"{name}: seen | minutes: median, 9 of 10" for name in DETECTORS)
    lines = [
        f"{world}; the radar's policy allows {results.false_alarms_per_week:g} false alarms a week.",
        "",
        f"| incidents that nothing was behind, a week (95 % interval) | {' | '.join(DETECTORS)} |",
        f"|---|{'---|' * len(DETECTORS)}",
        *(_in_vain(results, setting) for setting in settings(results)),
        "",
        f"| what rises | history | topics right | {columns} |",
        f"|---|---|---|{'---|---|' * len(DETECTORS)}",
        *(
            _rises(results, *row)
            for row in dict.fromkeys((each.setting, each.kind, each.size) for each in results.seen)
        ),
    ]
    return "\n".join(lines)


def settings(results: Results) -> list[Setting]:
    """The circumstances in which bursts were, in the order of the runs."""
    return list(dict.fromkeys(each.setting for each in results.seen))


def write(results: Results, page: Path) -> None:
    """Put the tables into the page, in the place of those of before. Raises NoPlace."""
    text = page.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise NoPlace(f"{page}: there is no {BEGIN} … {END}")
    page.write_text(f"{before}{BEGIN}\n{tables(results)}\n{END}{after}", encoding="utf-8")


def picture(results: Results, path: Path) -> None:
    """Minutes to detection by size, beside the false alarms of a week."""
    import matplotlib as mpl

    mpl.use("svg" if path.suffix == ".svg" else "agg")
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), width_ratios=(3, 1.2))
    setting, sizes = settings(results)[0], SIZES["topic"]
    for number, name in enumerate(DETECTORS):
        offset = 0.22 * (number - (len(DETECTORS) - 1) / 2)
        for place, size in enumerate(sizes):
            found = [m for m in _minutes(results, setting, "topic", size, name) if m is not None]
            left.plot([place + offset] * len(found), found, "o", color=COLOURS[name], alpha=0.35, markersize=5)
            if found:
                left.plot([place + offset], [statistics.median(found)], "_", color=COLOURS[name], markersize=18, mew=3)
        left.plot([], [], "o", color=COLOURS[name], label=name)
    left.set_xticks(range(len(sizes)), [f"{size} posts" for size in sizes])
    left.set_ylabel("minutes from the first post to the incident")
    left.set_ylim(bottom=0)
    left.legend(frameon=False)
    means = [statistics.fmean(_weeks(results, setting, name)) for name in DETECTORS]
    right.bar(range(len(means)), means, color=[COLOURS[name] for name in DETECTORS], width=0.6)
    for place, mean in enumerate(means):
        right.annotate(f"{mean:.2g}", (place, mean), ha="center", va="bottom")
    right.set_xticks(range(len(means)), [name.replace(" + ", "\n+ ").replace("sigma", "σ") for name in DETECTORS])
    right.tick_params(axis="x", labelsize=8)
    right.set_ylabel("false alarms a week")
    for each in (left, right):
        each.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, dpi=140)
    plt.close(figure)


def _weeks(results: Results, setting: Setting, name: str) -> list[int]:
    return [each.incidents[name] for each in results.in_vain if each.setting == setting]


def _in_vain(results: Results, setting: Setting) -> str:
    cells = [_rate(_weeks(results, setting, name)) for name in DETECTORS]
    where = f"after {setting.days} days of history, {setting.right:.0%} of the topics right"
    return f"| {where} | {' | '.join(cells)} |"


def _rate(weeks: Sequence[int]) -> str:
    """The mean, with the exact Poisson interval of the sum."""
    total, count = sum(weeks), len(weeks)
    low = chi2.ppf(0.025, 2 * total) / 2 / count if total else 0.0
    high = chi2.ppf(0.975, 2 * total + 2) / 2 / count
    return f"{total / count:.2f} ({low:.2f}–{high:.2f})"


def _rises(results: Results, setting: Setting, kind: Kind, size: int) -> str:
    cells = []
    for name in DETECTORS:
        found = _minutes(results, setting, kind, size, name)
        seen = sorted(each for each in found if each is not None)
        cells.append(f"{len(seen)} of {len(found)}")
        worst = seen[min(len(seen) - 1, -(-len(seen) * 9 // 10) - 1)] if seen else 0
        cells.append(f"{statistics.median(seen):.0f}, {worst:.0f}" if seen else "–")
    what = KINDS[kind].format(size=size)
    return f"| {what} | {setting.days} days | {setting.right:.0%} | {' | '.join(cells)} |"


def _minutes(results: Results, setting: Setting, kind: Kind, size: int, name: str) -> list[float | None]:
    wanted = (setting, kind, size)
    return [each.minutes[name] for each in results.seen if (each.setting, each.kind, each.size) == wanted]
