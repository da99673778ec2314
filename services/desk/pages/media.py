"""Files that customers sent along on our page. Whoever has the link sees the file; nobody can guess one."""

from base64 import b64decode
from hashlib import sha256
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Header, Response

from services.chassis.errors import Problem
from services.desk.api.parts import InParts
from services.desk.pages.security import POLICY_HEADER

router = APIRouter(include_in_schema=False)
KEPT = "private, no-cache"
"""A browser asks each time whether it is still there: it may have been erased."""
HARMLESS = "default-src 'none'; img-src 'self'; media-src 'self'; sandbox"
"""Whatever the bytes are, a browser that opens them runs nothing."""


@router.get("/media/{token}")
async def media(token: str, desk: InParts, if_none_match: Annotated[str, Header()] = "") -> Response:
    """One file; what is no picture or video is saved rather than shown."""
    found = await desk.uploads.find(token)
    if found is None:
        raise Problem(404, "not-found", "there is no such file")
    if found.erased:
        raise Problem(410, "file-erased", "this file was erased")
    tag = f'"{sha256(token.encode()).hexdigest()[:32]}"'  # what lies under a link is never another file
    if if_none_match == tag:
        return Response(status_code=304, headers={"Cache-Control": KEPT, "ETag": tag})
    how = "inline" if found.shown else "attachment"
    headers = {
        "Cache-Control": KEPT,
        "ETag": tag,
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(found.name or 'file', safe='')}",
        POLICY_HEADER: HARMLESS,
    }
    return Response(b64decode(found.content), media_type=found.media_type, headers=headers)
