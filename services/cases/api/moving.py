"""Two who act on one case at once: a command has one meaning, and one that is meant for a version is for that only."""

from typing import Any

from schemas.topics import TOPICS
from services.cases.api.asking import Actor
from services.chassis.documents import Context, Document
from services.chassis.errors import Problem

OF_THE_CASE = frozenset(event.type for topic in TOPICS if topic.name == "cases.events" for event in topic.events)


def require_one_meaning(actor: Actor, context: Context) -> None:
    """Raises Problem 422 when the same person used the key here for something else before."""
    name = f"{actor.command}."
    seen = context.document.seen if context.document else ()
    if actor.fingerprint and any(cause.startswith(name) and cause != actor.cause for cause in seen):
        raise Problem(
            422, "idempotency-key-reused", "this Idempotency-Key named another command here; take a new one for this"
        )


def require_unmoved(actor: Actor, context: Context) -> None:
    """Raises Problem 412 when the case has another version than the command is meant for; it tells what happened since."""
    document = context.document
    if document is None or actor.versions is None or document.version in actor.versions:
        return
    since = happened_since(document, max(actor.versions, default=0))
    told = f"; since then: {', '.join(each.removesuffix('.v1') for each in since)}" if since else ""
    raise Problem(
        412,
        "case-moved",
        f"the case has version {document.version} by now{told}",
        version=document.version,
        since=since,
    )


def happened_since(document: Document[Any], version: int) -> list[str]:
    """The types of what happened to the case after a version, of the latest that are remembered."""
    return [kind for at, kind in document.recent if at > version and kind in OF_THE_CASE]
