"""Reading a file of rules, with file and line in every error."""

from collections.abc import Collection, Iterator, Sequence
from importlib import resources
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from schemas.organisation_errors import sentences
from schemas.phrases.patterns import compile_pattern

Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
RuleId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]*$")]
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class RulesInvalid(ValueError):
    """A rules file does not say what it must; one line for each mistake, as `file:line: what is wrong`."""


class Strict(BaseModel):
    """Frozen, and a key that it does not know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


File = TypeVar("File", bound=BaseModel)
CATALOGUE = "catalogue.yaml"


def packaged(package: str) -> dict[str, str]:
    """The files in the folder `rules` of a package, the catalogue among them, sorted by name."""
    folder = resources.files(package) / "rules"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
    return {file.name: file.read_text(encoding="utf-8") for file in files}


def readable(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """Patterns without slots, each of which can be read. Raises PatternInvalid."""
    for pattern in patterns:
        compile_pattern(pattern)
    return patterns


def parsed(name: str, text: str, model: type[File]) -> tuple[File, yaml.Node]:
    """What a file says, and its node, to name lines by. Raises RulesInvalid."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        data = loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RulesInvalid(f"{name}:{line}: {error.problem}") from error
    finally:
        loader.dispose()
    try:
        return model.model_validate(data), node
    except ValidationError as error:
        raise RulesInvalid("\n".join(_mistakes(name, model, node, error))) from error


def require_whole(name: str, node: yaml.Node, language: str, rules: Sequence[str], known: Collection[str]) -> None:
    """One language's file has each of the catalogue's rules once, and the language's name. Raises RulesInvalid."""
    seen, mistakes = set[str](), []
    for number, rule in enumerate(rules):
        line = line_of(node, ("rules", number, "id"))
        if rule not in known:
            mistakes.append(f"{name}:{line}: the catalogue has no rule {rule}")
        if rule in seen:
            mistakes.append(f"{name}:{line}: rule {rule} is there twice")
        seen.add(rule)
    if name != f"{language}.yaml":
        mistakes.append(f"{name}:{line_of(node, ('language',))}: the file of {language} is {language}.yaml")
    if lacking := {*known} - seen:
        mistakes.append(f"{name}:{line_of(node, ('rules',))}: lacks {', '.join(sorted(lacking))}")
    if mistakes:
        raise RulesInvalid("\n".join(mistakes))


def _mistakes(name: str, model: type[BaseModel], node: yaml.Node | None, error: ValidationError) -> Iterator[str]:
    for place, sentence in sentences(model, error):
        yield f"{name}:{line_of(node, place)}: {sentence}"


def line_of(node: yaml.Node | None, place: tuple[str | int, ...]) -> int:
    """The line of a place, as near to it as the file has one; counted from 1."""
    line = 1
    for part in place:
        line = node.start_mark.line + 1 if node is not None else line
        if isinstance(node, yaml.MappingNode):
            inner = next((value for key, value in node.value if key.value == str(part)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            inner = node.value[part]
        else:
            inner = None
        if inner is None:
            return line
        node = inner
    return node.start_mark.line + 1 if node is not None else line
