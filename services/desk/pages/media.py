"""Files that customers sent along on our page. Whoever has the link sees the file; nobody can guess one."""

from base64 import b64decode
from urllib.parse import quote

from fastapi import APIRouter, Response

from services.chassis.errors import Problem
from services.desk.api.parts import InParts
from services.desk.pages.security import POLICY_HEADER

router = APIRouter(include_in_schema=False)
KEPT = "private, max-age=600"
"""A browser shows it for so long after it was erased; no shared cache keeps it."""
HARMLESS = "default-src 'none'; img-src 'self'; media-src 'self'; sandbox"
"""Whatever the bytes are, a browser that opens them runs nothing."""


@router.get("/media/{token}")
async def media(token: str, desk: InParts) -> Response:
    """One file; what is no picture or video is saved rather than shown."""
    found = await desk.uploads.find(token)
    if found is None:
        raise Problem(404, "not-found", "there is no such file")
    if found.erased:
        raise Problem(410, "file-erased", "this file was erased")
    how = "inline" if found.shown else "attachment"
    headers = {
        "Cache-Control": KEPT,
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(found.name or 'file', safe='')}",
        POLICY_HEADER: HARMLESS,
    }
    return Response(b64decode(found.content), media_type=found.media_type, headers=headers)
