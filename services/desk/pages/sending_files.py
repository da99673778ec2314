"""Files that somebody without a log-in sends along with a form, kept under links of their own (V6)."""

from fastapi import Request
from starlette.datastructures import UploadFile

from schemas.events.message import Attachment
from services.chassis.errors import Problem
from services.desk.api.parts import Parts
from services.desk.domain.uploads import MOST_BYTES, MOST_FILES, NotTaken, Sender
from services.desk.pages.problems import Gettext, friendly

Files = list[tuple[str, bytes]]
"""Names and contents."""


async def chosen_files(request: Request) -> Files:
    """What was chosen to go along. Raises Problem 400."""
    form = await request.form()
    chosen = [each for each in form.getlist("files") if isinstance(each, UploadFile) and each.filename]
    if len(chosen) > MOST_FILES:
        raise Problem(400, "too-many-files", f"files: at most {MOST_FILES}")
    return [(each.filename or "", await each.read()) for each in chosen]


async def kept_files(request: Request, desk: Parts, sender: Sender, key: str, files: Files) -> tuple[Attachment, ...]:
    """The files, stored, pictures without what cameras write into them. A form that is sent twice keeps them once.

    Raises Problem 400 before any is stored, when one is not taken.
    """
    try:
        taken = [await desk.uploads.prepared(name, content) for name, content in files]
    except NotTaken as error:
        raise Problem(400, error.kind, f"files: {error}") from error
    base = str(request.base_url)
    kept = [await desk.uploads.keep(sender, key, number, file, base) for number, file in enumerate(taken)]
    return tuple(kept)


def why_not_taken(problem: Problem, gettext: Gettext) -> str:
    """A sentence in the reader's language, also about files."""
    if problem.kind in ("file-too-large", "too-many-files", "body-too-large"):
        told = gettext("At most {files} files go with one message, each of at most {size} MB.")
        return told.format(files=MOST_FILES, size=MOST_BYTES // 1024**2)
    if problem.kind == "file-unknown":
        return gettext("Only pictures, short videos (MP4, WebM) and PDF files can go along.")
    if problem.kind == "picture-too-large":
        return gettext("This picture has more pixels than we can show. Please send a smaller one.")
    if problem.kind == "picture-broken":
        return gettext("This picture can not be read. Please save it anew, or take another one.")
    return friendly(problem, gettext)
