"""The figures as a table and as a picture."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.table import Table

from casekeeper.simulate.figures import Figure

COLUMNS = (
    "policy",
    "first reply in time",
    "worst language",
    "first reply p50/p90/p99 min",
    "substantive p50/p90/p99 min",
    "within a day",
    "handovers",
    "consults",
    "busy",
    "gini (by chance)",
)


OF_A_POLICY = (
    "first_reply_within_target",
    "first_reply_minutes",
    "substantive_minutes",
    "overall",
    "utilisation",
    "gini",
    "handovers",
    "consults_per_case",
)
"""What the JSON has for each policy; everything else is in its `overall`."""


def as_json(each: Figure) -> Figure:
    """The figures of a policy in the form that programs read."""
    others = {name: value for name, value in each.items() if name not in OF_A_POLICY}
    return {name: each["overall"] | others if name == "overall" else each[name] for name in OF_A_POLICY}


def table(found: Mapping[str, Figure], title: str) -> Table:
    """One line for each policy."""
    shown = Table(*COLUMNS, title=title)
    for policy, each in found.items():
        overall = each["overall"]
        worst = min(each["first_reply_within_target"].items(), key=lambda item: item[1], default=("", 0.0))
        shown.add_row(
            policy,
            f"{overall['first_reply_within_target']:.1%}{_spread(each, 'first_reply_within_target', 100)}",
            f"{worst[0]} {worst[1]:.1%}",
            _waits(overall["first_reply_minutes"]),
            _waits(overall["substantive_minutes"]),
            f"{overall['substantive_within_target']:.1%}",
            f"{each['handovers']:.2f}",
            f"{each['consults_per_case']:.2f}",
            f"{each['utilisation']:.0%}",
            f"{each['gini']:.3f} ({each['gini_by_chance']:.3f})",
        )
    return shown


def by_language(found: Mapping[str, Figure]) -> Table:
    """The share answered in time, one line for each language."""
    languages = list(next(iter(found.values()))["first_reply_within_target"])
    shown = Table("language", *found, title="First reply in time, by language")
    for language in languages:
        shown.add_row(
            language, *(f"{each['first_reply_within_target'].get(language, 0):.1%}" for each in found.values())
        )
    return shown


def _waits(waits: Mapping[str, float | None]) -> str:
    return " / ".join("–" if wait is None else f"{wait:,.0f}" for wait in waits.values())


def _spread(each: Figure, name: str, factor: float) -> str:
    interval = each.get("intervals", {}).get(name)
    return f" ±{(interval[1] - interval[0]) / 2 * factor:.1f}" if interval else ""


def plot(found: Mapping[str, Figure], title: str, path: Path) -> None:
    """A picture: the share in time by language, and how long a substantive answer takes."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(14, 5.5), width_ratios=(2, 1), layout="constrained")
    languages = list(next(iter(found.values()))["first_reply_within_target"])
    width = 0.8 / len(found)
    for number, (policy, each) in enumerate(found.items()):
        places = [at + number * width for at in range(len(languages))]
        left.bar(
            places, [100 * each["first_reply_within_target"].get(code, 0) for code in languages], width, label=policy
        )
    left.set_xticks([at + 0.4 - width / 2 for at in range(len(languages))], languages)
    left.axhline(99, color="grey", linewidth=0.8, linestyle="--")
    left.set_ylim(_floor(found), 100.5)
    left.set_ylabel("first reply in time, % of customers")
    left.legend(fontsize="small", ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    _bars(right, found)
    figure.suptitle(title)
    figure.savefig(path, dpi=110, bbox_inches="tight")
    plt.close(figure)


def _floor(found: Mapping[str, Figure]) -> float:
    lowest = min(min(each["first_reply_within_target"].values(), default=1.0) for each in found.values())
    return max(0.0, 100 * lowest - 5)


def _bars(axis: Any, found: Mapping[str, Figure]) -> None:
    names = list(found)
    for offset, percentile in ((-0.2, "p50"), (0.2, "p90")):
        waits = [found[name]["overall"]["substantive_minutes"][percentile] or 0 for name in names]
        bars = axis.barh(
            [at + offset for at in range(len(names))], [wait / 60 for wait in waits], 0.38, label=percentile
        )
        axis.bar_label(bars, fmt="%.1f", fontsize="small", padding=2)
    axis.set_yticks(range(len(names)), names)
    axis.invert_yaxis()
    axis.set_xlabel("substantive answer, hours")
    axis.legend(fontsize="small")
