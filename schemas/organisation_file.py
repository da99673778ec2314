"""Reads an organisation from a folder of YAML files, and says of everything wrong in them the file and the line.

All `*.yaml` files below the folder count; each holds one or more sections (`name`, `brands`, `people` ...), and
sections of the same name are joined, so that a large one may be split over files. Whether a scalar is a number or
a text is decided by the field it is for, not by YAML: `NO` stays a country and `09:00` a time.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from schemas.organisation import SECTIONS, Brand, Calendar, Channel, Organisation, Person, Pool, Skill
from schemas.organisation_errors import sentences
from schemas.organisation_hours import Frozen
from schemas.organisation_integrations import Integration
from schemas.organisation_rules import BrokenRule, broken_rules
from schemas.organisation_subscriptions import DeclaredSubscription
from schemas.organisation_topics import Topic
from schemas.organisation_values import did_you_mean

_KINDS: Mapping[str, tuple[str, type[Frozen]]] = {
    "calendars": ("calendar", Calendar),
    "pools": ("pool", Pool),
    "brands": ("brand", Brand),
    "channels": ("channel", Channel),
    "skills": ("skill", Skill),
    "topics": ("topic", Topic),
    "people": ("person", Person),
    "integrations": ("integration", Integration),
    "subscriptions": ("subscription", DeclaredSubscription),
}
MoreRules = Callable[[Organisation], Iterable[BrokenRule]]
"""What a service knows of the organisation's files that they do not know of themselves: the broken rules, with their places."""
_NEEDED = ("calendars", "pools", "brands", "channels", "people")
# Scalars stay text and every node knows its line; the C parser reads 540 people in a fraction of a second.
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in the files of an organisation."""

    file: str
    line: int
    """Counted from 1."""
    message: str
    """What is wrong, and in brackets what would be right."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class OrganisationInvalid(ValueError):
    """The files do not describe an organisation; `problems` names every mistake, in order of file and line."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(slots=True)
class _Item:
    """One entry of a section: where it stands, and what it says."""

    file: str
    node: yaml.Node
    data: Any

    def problem(self, kind: str, place: tuple[str | int, ...], sentence: str) -> Problem:
        id_ = self.data.get("id") if isinstance(self.data, dict) else None
        return Problem(self.file, _line_of(self.node, place), f"{kind} {id_ or 'without id'}: {sentence}")


@dataclass(slots=True)
class _Reading:
    """What was found so far, good and bad."""

    problems: list[Problem] = field(default_factory=list)
    names: list[_Item] = field(default_factory=list)
    items: dict[str, list[_Item]] = field(default_factory=lambda: {section: [] for section in SECTIONS})


def load(folder: Path, *more: MoreRules) -> Organisation:
    """The organisation in a folder, held to `more` rules too. Raises OrganisationInvalid with all mistakes at once.

    Read once for all services of a process, and again when a file has changed.
    """
    stamp = tuple((str(file), file.stat().st_mtime_ns) for file in sorted(folder.rglob("*.yaml")))
    return _load(folder, stamp, more)


@lru_cache(maxsize=8)
def _load(folder: Path, _: tuple[tuple[str, int], ...], more: tuple[MoreRules, ...]) -> Organisation:
    organisation, problems = _read(folder, more)
    if organisation is None or problems:
        raise OrganisationInvalid(problems)
    return organisation


def check(folder: Path, *more: MoreRules) -> list[Problem]:
    """Everything that is wrong in a folder's files; nothing when `load` would succeed."""
    return _read(folder, more)[1]


def _read(folder: Path, more: tuple[MoreRules, ...] = ()) -> tuple[Organisation | None, list[Problem]]:
    files = sorted(folder.rglob("*.yaml"))
    if not files:
        what = "holds no *.yaml file" if folder.is_dir() else "is no folder"
        return None, [Problem(str(folder), 1, f"{what} (an organisation is a folder of YAML files)")]
    reading = _Reading()
    for file in files:
        _read_file(file, reading)
    parsed, sources = _validated(reading)
    _require_all_sections(folder, reading)
    # Not validated again: every part has been, and a part that failed is missing here without being reported twice.
    fields: dict[str, Any] = {section: tuple(parsed[section]) for section in SECTIONS}
    organisation = Organisation.model_construct(name=reading.names[0].data if reading.names else "-", **fields)
    known = {section: {id_ for item in reading.items[section] if (id_ := _id_of(item))} for section in SECTIONS}
    broken = chain(broken_rules(organisation, known), *(rules(organisation) for rules in more))
    for (section, index, *place), sentence in broken:
        source = sources[str(section)][int(index)]
        reading.problems.append(source.problem(_KINDS[str(section)][0], tuple(place), sentence))
    return organisation, sorted(reading.problems)


def _id_of(item: _Item) -> str:
    return str(item.data.get("id") or "") if isinstance(item.data, dict) else ""


def _validated(reading: _Reading) -> tuple[dict[str, list[Frozen]], dict[str, list[_Item]]]:
    """The items that are right in themselves, and beside each where it stands."""
    parsed: dict[str, list[Frozen]] = {section: [] for section in SECTIONS}
    sources: dict[str, list[_Item]] = {section: [] for section in SECTIONS}
    for section, (kind, model) in _KINDS.items():
        for item in reading.items[section]:
            try:
                parsed[section].append(model.model_validate(item.data))
                sources[section].append(item)
            except ValidationError as error:
                for place, sentence in sentences(model, error):
                    reading.problems.append(item.problem(kind, place, sentence))
    return parsed, sources


def _require_all_sections(folder: Path, reading: _Reading) -> None:
    if not reading.names:
        reading.problems.append(Problem(str(folder), 1, "the organisation has no name (write name: ... in one file)"))
    for extra in reading.names[1:]:
        first = reading.names[0]
        message = f"the organisation has a name already, in {first.file}:{_line_of(first.node, ())} (remove one)"
        reading.problems.append(Problem(extra.file, _line_of(extra.node, ()), message))
    for section in _NEEDED:
        if not reading.items[section]:
            message = f"no file lists {section} (at least one {_KINDS[section][0]} is needed)"
            reading.problems.append(Problem(str(folder), 1, message))


def _read_file(file: Path, reading: _Reading) -> None:
    try:
        root = yaml.compose(file.read_text("utf-8-sig"), Loader=_Loader)
    except UnicodeDecodeError as error:
        reading.problems.append(Problem(str(file), 1, f"is not UTF-8 text: {error.reason} at byte {error.start}"))
        return
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        text = getattr(error, "problem", None) or str(error)
        reading.problems.append(Problem(str(file), mark.line + 1 if mark else 1, f"is not YAML: {text}"))
        return
    if root is None:
        return
    if not isinstance(root, yaml.MappingNode):
        reading.problems.append(Problem(str(file), 1, f"must hold sections (name, {', '.join(SECTIONS)})"))
        return
    for key, value in root.value:
        _read_section(str(file), key, value, reading)


def _read_section(file: str, key: yaml.Node, value: yaml.Node, reading: _Reading) -> None:
    line = key.start_mark.line + 1
    section = str(key.value)
    if section == "name":
        if isinstance(value, yaml.ScalarNode) and value.value.strip():
            reading.names.append(_Item(file, value, value.value.strip()))
        else:
            reading.problems.append(Problem(file, line, "the name of the organisation must be a text"))
    elif section not in SECTIONS:
        hint = did_you_mean(section, ("name", *SECTIONS))
        reading.problems.append(Problem(file, line, f"unknown section {section!r}{hint}"))
    elif not isinstance(value, yaml.SequenceNode):
        reading.problems.append(Problem(file, line, f"{section} must be a list (each entry begins with - id: ...)"))
    else:
        for node in value.value:
            problems, data = _plain(file, node)
            reading.problems.extend(problems)
            reading.items[section].append(_Item(file, node, data))


def _plain(file: str, node: yaml.Node, above: tuple[yaml.Node, ...] = ()) -> tuple[list[Problem], Any]:
    """A node as lists, dictionaries, texts and None."""
    if isinstance(node, yaml.ScalarNode):
        empty = not node.style and node.value in {"", "~", "null"}
        return [], None if empty else node.value
    if any(node is parent for parent in above):
        return [Problem(file, node.start_mark.line + 1, "an alias holds itself (name another anchor)")], None
    problems: list[Problem] = []
    if isinstance(node, yaml.SequenceNode):
        values = []
        for child in node.value:
            found, value = _plain(file, child, (*above, node))
            problems += found
            values.append(value)
        return problems, values
    result: dict[str, Any] = {}
    for key, child in node.value:
        found, value = _plain(file, child, (*above, node))
        problems += found
        if str(key.value) in result:
            message = f"the key {key.value!r} is given twice (keep one)"
            problems.append(Problem(file, key.start_mark.line + 1, message))
        result[str(key.value)] = value
    return problems, result


def _line_of(node: yaml.Node, place: tuple[str | int, ...]) -> int:
    """The line of a place within a node; short forms (`hours: 24/7`) end the way at the key that holds them."""
    line = node.start_mark.line
    for part in place:
        step = next(_steps(node, part), None)
        if step is None:
            break
        node, line = step
    return int(line) + 1


def _steps(node: yaml.Node, part: str | int) -> Iterator[tuple[yaml.Node, int]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((value, key.start_mark.line) for key, value in node.value if key.value == str(part))
    elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        yield node.value[part], node.value[part].start_mark.line
