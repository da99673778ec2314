"""Other rules for our own policy, side by side: what evenness costs in speed, as points of a picture."""

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from casekeeper.simulate.figures import Figure
from services.routing.domain import Rules

Numbers = Mapping[str, Sequence[float]]


class RuleInvalid(ValueError):
    """There is no such rule, or it can not be so; the text says which."""


def variants(wanted: Sequence[str]) -> dict[str, Rules]:
    """Every combination of what is `name=value,value`, by what to call it; nothing wanted: the rules as they are.

    Raises RuleInvalid.
    """
    names = [text.partition("=")[0].strip() for text in wanted]
    values = [[each.strip() for each in text.partition("=")[2].split(",")] for text in wanted]
    found: dict[str, Rules] = {}
    for combination in itertools.product(*values):
        chosen = dict(zip(names, combination, strict=True))
        found[" ".join(f"{name}={value}" for name, value in chosen.items())] = _rules(chosen)
    return found


def _rules(chosen: dict[str, Any]) -> Rules:
    for name in chosen:
        if name not in Rules.model_fields:
            raise RuleInvalid(f"there is no rule {name!r}; there are {', '.join(Rules.model_fields)}")
    try:
        return Rules.model_validate(chosen)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise RuleInvalid(f"{'.'.join(map(str, first['loc'])) or 'rules'}: {first['msg']}") from error


def draw(found: Mapping[str, Figure], title: str, path: Path) -> None:
    """Gini against the 90th percentile of substantive answers, and against the share in time in the lowest language."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(14, 6), layout="constrained")
    for name, each in found.items():
        ours = name.startswith("deadline")
        style = {"marker": "o" if ours else "s", "color": "C0" if ours else "C1"}
        slowest = each["overall"]["substantive_minutes"]["p90"]
        lowest = 100 * min(each["first_reply_within_target"].values(), default=0.0)
        for axis, height in ((left, slowest), (right, lowest)):
            if height is not None:
                axis.scatter([each["gini"]], [height], **style)
                axis.annotate(name, (each["gini"], height), (4, 4), textcoords="offset points", fontsize="x-small")
    left.set_ylabel("substantive answer, p90, minutes")
    right.set_ylabel("first reply in time, lowest language, %")
    right.axhline(99, color="grey", linewidth=0.8, linestyle="--")
    _by_chance(left, found)
    figure.suptitle(title)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _by_chance(axis: Any, found: Mapping[str, Figure]) -> None:
    level = sum(each["gini_by_chance"] for each in found.values()) / len(found)
    for each in axis.figure.axes:
        each.set_xlabel("Gini of work by hours on shift: less is more even")
        each.axvline(level, color="grey", linewidth=0.8, linestyle=":", label="to anybody on shift, by chance")
    axis.legend(fontsize="small")
