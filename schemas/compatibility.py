"""What would break those who read or wrote the last published version: the differences between two JSON Schemas that matter.

Events are stored and replayed, so both directions count (FULL_TRANSITIVE): today's readers take yesterday's events, and
yesterday's readers take today's. What may change: new optional fields, wider limits, more values of an enumeration, words.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

LOWER_BOUNDS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER_BOUNDS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
WORDS = ("title", "description", "default", "examples", "$defs", "$id", "$schema")
MAX_DEPTH = 30


def breaks(old: Schema, new: Schema) -> list[str]:
    """What in `new` breaks with `old`, one sentence each, with the field's path. Both are whole documents with `$defs`."""
    return list(_Comparison(old, new).run(old, new, "", 0))


def type_breaks(old: Mapping[str, Schema], new: Mapping[str, Schema]) -> list[str]:
    """The same for whole sets of event types. A type may go only when a later version of it was published beside it."""
    found = []
    for name in sorted(old):
        if name in new:
            found += [f"{name}: {text}" for text in breaks(old[name], new[name])]
        elif not any(_is_later(other, name) and other in old for other in new):
            found.append(f"{name}: the type is removed, and no later version was published beside it")
    return found


def topic_breaks(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What breaks between two AsyncAPI documents: topics that go, lanes that move, events that change topics."""
    found = []
    for name, channel in old.get("channels", {}).items():
        later = new["channels"].get(name)
        if later is None:
            found.append(f"topic {name}: removed")
            continue
        for what, read in (("the number of partitions", _partitions), ("the key", _key)):
            if read(channel) != read(later):
                found.append(f"topic {name}: {what} changes from {read(channel)} to {read(later)}; lanes would move")
        still = {event for each in new["channels"].values() for event in each["messages"]}
        moved = sorted(event for event in channel["messages"] if event not in later["messages"] and event in still)
        found += [f"topic {name}: {event} moves to another topic" for event in moved]
    return found


def _partitions(channel: Mapping[str, Any]) -> Any:
    return channel["bindings"]["kafka"]["partitions"]


def _key(channel: Mapping[str, Any]) -> Any:
    return channel["x-key"]


def _is_later(other: str, name: str) -> bool:
    (base, version), (other_base, other_version) = name.rsplit(".v", 1), other.rsplit(".v", 1)
    return base == other_base and int(other_version) > int(version)


class _Comparison:
    """Two documents walked side by side."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._old = old
        self._new = new

    def run(self, old: Schema, new: Schema, path: str, depth: int) -> Iterator[str]:
        old, new = _resolved(old, self._old), _resolved(new, self._new)
        if depth > MAX_DEPTH or (old == new and "$ref" not in str(old)):
            return
        here = path or "the event"
        if "anyOf" in old or "anyOf" in new:
            yield from self._alternatives(old, new, path, depth)
            return
        if old.get("type") != new.get("type"):
            yield f"{here} changes its type from {old.get('type', 'anything')} to {new.get('type', 'anything')}"
            return
        yield from _values(old, new, here)
        yield from _limits(old, new, here)
        yield from self._fields(old, new, path, depth)
        yield from self._contents(old, new, path, depth)

    def _alternatives(self, old: Schema, new: Schema, path: str, depth: int) -> Iterator[str]:
        before = {_kind(each, self._old): each for each in old.get("anyOf", [old])}
        after = {_kind(each, self._new): each for each in new.get("anyOf", [new])}
        for kind in sorted(before.keys() - after.keys()):
            yield f"{path or 'the event'} may no longer be {kind}"
        for kind in sorted(after.keys() - before.keys()):
            yield f"{path or 'the event'} may now be {kind}, which readers of the published version refuse"
        for kind in sorted(before.keys() & after.keys()):
            yield from self.run(before[kind], after[kind], path, depth + 1)

    def _fields(self, old: Schema, new: Schema, path: str, depth: int) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        was, is_ = set(old.get("required", ())), set(new.get("required", ()))
        for name in before:
            field = f"{path}.{name}" if path else name
            if name not in after:
                yield f"field {field} is removed or renamed"
                continue
            if name in is_ - was:
                yield f"field {field} becomes required"
            if name in was - is_:
                yield f"field {field} becomes optional, which readers of the published version refuse"
            yield from self.run(before[name], after[name], field, depth + 1)
        for name in after:
            if name not in before and name in is_:
                yield f"field {f'{path}.{name}' if path else name} is new and required"
            elif name not in before and old.get("additionalProperties") is False:
                yield f"field {f'{path}.{name}' if path else name} is new in a value that takes no unknown fields"

    def _contents(self, old: Schema, new: Schema, path: str, depth: int) -> Iterator[str]:
        for name, suffix in (("items", "[]"), ("additionalProperties", "{}"), ("propertyNames", "{keys}")):
            before, after = old.get(name), new.get(name)
            if isinstance(before, Mapping) and isinstance(after, Mapping):
                yield from self.run(before, after, f"{path}{suffix}", depth + 1)
            elif before != after and (after is False or isinstance(after, Mapping)):
                yield f"{path or 'the event'}: {name} is tightened"
        before, after = old.get("patternProperties", {}), new.get("patternProperties", {})
        if before.keys() != after.keys():
            yield f"{path or 'the event'}: the pattern of its keys changes"
        for name in before.keys() & after.keys():
            yield from self.run(before[name], after[name], f"{path}{{}}", depth + 1)
        if (old_items := old.get("prefixItems")) != (new_items := new.get("prefixItems")):
            yield f"{path or 'the event'}: its items change from {old_items} to {new_items}"


def _values(old: Schema, new: Schema, here: str) -> Iterator[str]:
    before, after = _allowed(old), _allowed(new)
    if after is not None and before is None:
        yield f"{here} takes only {', '.join(map(str, after))} now"
    elif after is not None and before is not None and (gone := [each for each in before if each not in after]):
        yield f"{here} no longer takes {', '.join(map(str, gone))}"


def _allowed(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    return list(schema["enum"]) if "enum" in schema else None


def _limits(old: Schema, new: Schema, here: str) -> Iterator[str]:
    for name in (*LOWER_BOUNDS, *UPPER_BOUNDS):
        before, after = old.get(name), new.get(name)
        if after is None or before == after:
            continue
        if before is None or (after > before if name in LOWER_BOUNDS else after < before):
            yield f"{here}: {name} is tightened from {'none' if before is None else before} to {after}"
    for name in ("pattern", "format", "multipleOf", "uniqueItems"):
        if new.get(name) not in (None, old.get(name)) or (name == "format" and old.get(name) != new.get(name)):
            yield f"{here}: {name} changes from {old.get(name, 'none')} to {new.get(name, 'none')}"


def _kind(schema: Schema, document: Schema) -> str:
    resolved = _resolved(schema, document)
    return str(resolved.get("title") if resolved.get("type") == "object" else resolved.get("type", "anything"))


def _resolved(schema: Schema, document: Schema) -> Schema:
    """The schema without words; a reference replaced by what it names."""
    found: Schema = schema
    for _ in range(MAX_DEPTH):
        if "$ref" not in found:
            break
        target: Any = document
        for part in str(found["$ref"]).removeprefix("#/").split("/"):
            target = target[part]
        found = {**target, **{name: value for name, value in found.items() if name != "$ref"}}
    kept = ("title",) if found.get("type") == "object" else ()
    return {name: value for name, value in found.items() if name not in WORDS or name in kept}
