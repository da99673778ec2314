"""The example organisation with enough people at work for a benchmark: its agents several times, around the clock.

Nobody resolves cases while they are counted, so capacity is never given back.
"""

import shutil
from pathlib import Path
from typing import Any

import yaml

EXAMPLE = Path(__file__).parents[2] / "deploy" / "example-org"
CAPACITY = 50
SPARE = 2


def enlarged(folder: Path, cases: int) -> Path:
    """A copy in this folder whose agents can own so many cases at a time."""
    copy = folder / "organisation"
    shutil.copytree(EXAMPLE, copy)
    file = copy / "people" / "agents.yaml"
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    agents = [each for each in document["people"] if each["role"] == "agent"]
    copies = 1 + SPARE * cases // (CAPACITY * len(agents))
    others = [each for each in document["people"] if each["role"] != "agent"]
    document["people"] = others + [_always_there(each, number) for number in range(copies) for each in agents]
    file.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return copy


def _always_there(agent: dict[str, Any], number: int) -> dict[str, Any]:
    suffix = f"-{number}" if number else ""
    mail, _, domain = agent["email"].partition("@")
    kept = {name: value for name, value in agent.items() if name not in ("leave", "public_holidays")}
    return kept | {
        "id": f"{agent['id']}{suffix}",
        "email": f"{mail}{suffix}@{domain}",
        "capacity": CAPACITY,
        "hours": {"mon-sun": "00:00-24:00"},
    }
