"""Pictures, videos and files that go with words, each by its address and what is to be seen there (V6)."""

from collections.abc import Mapping, Sequence
from mimetypes import guess_type
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from schemas.events.message import Attachment
from schemas.ids import derive
from services.chassis.errors import Problem
from services.desk.domain import CaseView
from services.desk.domain.links import links, shown_path

MOST = 5
"""Rows of a form. The cases service takes more; a draft of another program keeps those that it has."""
LONGEST_ADDRESS, LONGEST_WORDS, LONGEST_NAME = 2_000, 1_000, 200


def enclosed(values: Mapping[str, str]) -> list[dict[str, str]]:
    """What a form encloses, as the cases service takes it.

    Everything is said in words too, for those who can not see it. Raises Problem 400 for what is no https address, and for an
    address without words or words without an address.
    """
    rows = [(_typed(values, number, "url"), _typed(values, number, "what")) for number in rows_of(values)]
    return [_enclosure(url, what) for url, what in rows if url or what]


def rows_of(values: Mapping[str, str]) -> range:
    """The numbers of the form's rows: the usual ones, and more where a draft brought more."""
    filled = [number for number in range(1, 2 * MOST + 1) if values.get(f"link-{number}-url")]
    return range(1, max([MOST, *filled]) + 1)


def as_typed(attachments: Sequence[Attachment]) -> dict[str, str]:
    """The fields of a form that enclose these."""
    fields: dict[str, str] = {}
    for number, each in enumerate(attachments[: 2 * MOST], 1):
        fields |= {f"link-{number}-url": each.url, f"link-{number}-what": each.alt or each.name}
    return fields


def customers_own(view: CaseView) -> list[tuple[str, Attachment]]:
    """What the customer sent lately, each under the name of its field; a specialist sees only what is chosen."""
    sent = [each for entry in view.timeline if entry.kind == "message" for each in entry.attachments]
    linked = {each.url: each for each in sent if each.url.startswith(("https://", "http://"))}
    return [(f"along-{derive('along', url)}", each) for url, each in linked.items()][-MOST:]


def going_along(values: Mapping[str, str], view: CaseView) -> list[dict[str, str]]:
    """Those of them that somebody chose."""
    return [each.model_dump() for name, each in customers_own(view) if values.get(name)]


def _typed(values: Mapping[str, str], number: int, part: str) -> str:
    return " ".join(values.get(f"link-{number}-{part}", "").split())


def _enclosure(url: str, what: str) -> dict[str, str]:
    path = _path(url)
    if not what:
        raise Problem(400, "link-without-words", f"{url[:80]}: say in a few words what is to be seen there")
    file = PurePosixPath(unquote(path)).name
    return {
        "url": url,
        "media_type": guess_type(path)[0] or "",
        "name": file[:LONGEST_NAME] if PurePosixPath(file).suffix else "",
        "alt": what[:LONGEST_WORDS],
    }


def _path(url: str) -> str:
    if not url:
        raise Problem(400, "link-missing", "there are words for a link, but no address")
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname or len(url) > LONGEST_ADDRESS:
        raise Problem(400, "link-not-https", f"{url[:80]} is not an address that begins with https://")
    return parts.path


def with_enclosed(body: dict[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """The body of a command, with what goes along. Raises Problem 400."""
    return body | {"attachments": enclosed(values)}


def going_out(values: Mapping[str, str]) -> dict[str, Any]:
    """What leaves besides the words, to look at before it does: the links in them, and what is enclosed so far."""
    try:
        beside = [Attachment.model_validate(each) for each in enclosed(values)]
    except Problem:  # half typed
        beside = []
    return {"links": links(values.get("text", "")), "shown_path": shown_path, "beside": beside}
