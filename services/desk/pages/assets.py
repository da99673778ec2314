"""Styles and scripts, ours and htmx's, served by us under names that change with their content."""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from fastapi import APIRouter, Response

from services.chassis.errors import Problem

TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
CACHE = "public, max-age=31536000, immutable"

router = APIRouter(include_in_schema=False)


@cache
def assets() -> dict[str, bytes]:
    """Every file by its name; htmx comes from its own package, nothing of it is kept in ours."""
    own: list[Traversable] = list(files("services.desk").joinpath("static").iterdir())
    found = {each.name: each.read_bytes() for each in own if each.name.rpartition(".")[2] in TYPES}
    return found | {"htmx.js": files("js_lib_htmx").joinpath("static/htmx/htmx.min.js").read_bytes()}


@cache
def asset_url(name: str) -> str:
    """Where a file is; another content has another address. Raises KeyError for a file that is not there."""
    return f"/static/{sha256(assets()[name]).hexdigest()[:12]}/{name}"


@router.get("/static/{version}/{name}")
async def static(version: str, name: str) -> Response:
    """One file. An address of an earlier version gives the present content, not to be kept."""
    content = assets().get(name)
    if content is None:
        raise Problem(404, "not-found", f"there is no file {name}")
    current = asset_url(name) == f"/static/{version}/{name}"
    return Response(
        content,
        media_type=TYPES[name.rpartition(".")[2]],
        headers={"Cache-Control": CACHE if current else "no-cache"},
    )


@router.get("/favicon.ico")
async def favicon() -> Response:
    return await static("", "casekeeper.svg")
