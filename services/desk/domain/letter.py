"""What of a dead letter's content may be shown to whom: an operator sees how it is built, not what somebody wrote (I4, M3)."""

import json
import re
from typing import Any

from schemas.masking import DOTS, masked_text

KEPT = frozenset(
    {
        *(
            "id",
            "type",
            "kind",
            "brand",
            "channel",
            "pool",
            "status",
            "stage",
            "state",
            "role",
            "visibility",
            "language",
        ),
        *("intent", "sentiment", "urgency", "topic", "skill", "model", "country", "owner", "person", "by", "actor"),
        *("author", "specialist", "media_type", "source", "rule", "means", "policy"),
    }
)
"""Fields whose texts are names of the house, not words of a person."""
KEPT_ENDINGS = ("_id", "_at", "_by", "_kind", "_confidence")
PERSONAL = frozenset({"author", "customer", "recipient", "profile"})
"""Objects about a customer: nothing in them is shown."""
MOST_CHARACTERS = 20_000
_QUOTED = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"")


def brand_of(value: bytes | None) -> str:
    """Whose event it is; empty where that can not be read."""
    data = _read(value)
    about = data.get("message") if isinstance(data, dict) else None
    found = (
        (data.get("brand") or (about.get("brand") if isinstance(about, dict) else "")) if isinstance(data, dict) else ""
    )
    return found if isinstance(found, str) else ""


def shown(value: bytes | None, *, words: bool) -> str:
    """The content as indented JSON; with `words` as its brand's team may read it, or else without any.

    What is no JSON is shown to nobody: what is in it can not be told.
    """
    data = _read(value)
    if data is None:
        return f"{len(value or b'')} bytes that are no JSON"
    return json.dumps(_shown(data, "", words), ensure_ascii=False, indent=2)[:MOST_CHARACTERS]


def _read(value: bytes | None) -> Any:
    try:
        return json.loads(value or b"")
    except (ValueError, RecursionError):
        return None


def _shown(value: Any, name: str, words: bool) -> Any:
    if isinstance(value, dict):
        if name in PERSONAL and not words:
            return DOTS
        return {str(key): _shown(each, str(key), words) for key, each in value.items()}
    if isinstance(value, list):
        return [_shown(each, name, words) for each in value]
    if not isinstance(value, str):
        return value
    if words or name in KEPT or name.endswith(KEPT_ENDINGS):
        return masked_text(value)
    return f"{DOTS} {len(value)} characters" if value else value


def error_shown(text: str) -> str:
    """An error's words without what it may quote of a customer: how to reach somebody, and quoted passages of several words."""
    return _QUOTED.sub(lambda found: "'…'" if " " in found.group() else found.group(), masked_text(text))
