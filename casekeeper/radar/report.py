"""What was measured of the radar, as a table and a picture for the docs."""

import statistics
from collections.abc import Sequence
from pathlib import Path

from scipy.stats import chi2

from casekeeper.radar.runs import RADAR, SIMPLE, SIZES, Results, Seen, Setting

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
DETECTORS = (RADAR, SIMPLE)


class NoPlace(ValueError):
    """The page does not say where the figures go."""


def tables(results: Results) -> str:
    """Everything as Markdown."""
    world = f"{results.posts} posts, {results.per_hour:g} messages an hour, {results.seeds} seeds"
    lines = [
        f"{world}; the radar's policy allows {results.false_alarms_per_week:g} false alarms a week.",
        "",
        "| incidents that nothing was behind, a week (95 % interval) | radar | mean + 3 sigma |",
        "|---|---|---|",
        *(_in_vain(results, setting) for setting in settings(results)),
        "",
        "| burst | history | topics right | radar: seen | minutes: median, 9 of 10 | simple: seen | minutes: median, 9 of 10 |",
        "|---|---|---|---|---|---|---|",
        *(_bursts(results, setting, size) for setting in settings(results) for size in SIZES),
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

    colours = {RADAR: "#14636b", SIMPLE: "#c46a1a"}
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), width_ratios=(3, 1))
    setting = settings(results)[0]
    for offset, name in ((-0.12, RADAR), (0.12, SIMPLE)):
        for place, size in enumerate(SIZES):
            found = [m for m in _minutes(results, setting, size, name) if m is not None]
            left.plot([place + offset] * len(found), found, "o", color=colours[name], alpha=0.35, markersize=5)
            if found:
                left.plot([place + offset], [statistics.median(found)], "_", color=colours[name], markersize=22, mew=3)
        left.plot([], [], "o", color=colours[name], label=name)
    left.set_xticks(range(len(SIZES)), [f"{size} posts" for size in SIZES])
    left.set_ylabel("minutes from the first post to the incident")
    left.set_ylim(bottom=0)
    left.legend(frameon=False)
    means = [statistics.fmean(_weeks(results, setting, name)) for name in DETECTORS]
    right.bar(range(2), means, color=[colours[name] for name in DETECTORS], width=0.6)
    for place, mean in enumerate(means):
        right.annotate(f"{mean:.2g}", (place, mean), ha="center", va="bottom")
    right.set_xticks(range(2), ["radar", "mean + 3σ"])
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


def _bursts(results: Results, setting: Setting, size: int) -> str:
    cells = []
    for name in DETECTORS:
        found = _minutes(results, setting, size, name)
        seen = sorted(each for each in found if each is not None)
        cells.append(f"{len(seen)} of {len(found)}")
        worst = seen[min(len(seen) - 1, -(-len(seen) * 9 // 10) - 1)] if seen else 0
        cells.append(f"{statistics.median(seen):.0f}, {worst:.0f}" if seen else "–")
    return f"| {size} posts | {setting.days} days | {setting.right:.0%} | {' | '.join(cells)} |"


def _minutes(results: Results, setting: Setting, size: int, name: str) -> list[float | None]:
    def wanted(each: Seen) -> bool:
        return each.setting == setting and each.size == size

    return [each.minutes[name] for each in results.seen if wanted(each)]
