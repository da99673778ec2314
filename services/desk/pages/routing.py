"""What all pages share: who looks, and errors that are shown as a page rather than as a document for programs."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from services.chassis.errors import Conflict, Problem, Unavailable
from services.chassis.http import problem_response
from services.chassis.logs import logger
from services.desk.api.parts import InParts
from services.desk.api.session import NotSignedIn
from services.desk.domain.access import Reader
from services.desk.pages.rendering import Pages

SIGN_IN = "/sign-in"
log = logger("desk")


class PageRoute(APIRoute):
    """A route whose errors are pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await handle(request)
            except NotSignedIn:
                return _to_sign_in(request)
            except Problem as problem:
                return await _problem_page(request, problem)
            except (Unavailable, Conflict) as error:
                return await _problem_page(request, Problem(503, "unavailable", str(error)))
            except RequestValidationError as error:
                return await _problem_page(request, Problem(400, "invalid-request", _first(error)))
            except HTTPException as error:  # a form that can not be read
                return await _problem_page(request, Problem(error.status_code, "invalid-request", str(error.detail)))
            except Exception:
                log.exception("a page failed", path=self.path)
                return await _problem_page(request, Problem(500, "bug", "this page has a fault"))
            finally:
                await request.close()  # the files that came with a form

        return handler


def _first(error: RequestValidationError) -> str:
    first: dict[str, Any] = error.errors()[0]
    return f"{'.'.join(str(part) for part in first['loc'][1:])}: {first['msg']}"


def _to_sign_in(request: Request) -> Response:
    page = urlsplit(request.headers.get("hx-current-url", str(request.url)))
    wanted = page.path + (f"?{page.query}" if page.query else "")
    if request.method != "GET" and "hx-current-url" not in request.headers:
        wanted = "/"  # the address of a form's target is no page
    target = SIGN_IN if wanted == "/" else f"{SIGN_IN}?next={quote(wanted, safe='')}"
    if request.headers.get("hx-request"):
        return Response(status_code=200, headers={"HX-Redirect": target})
    return RedirectResponse(target, 303)


async def _problem_page(request: Request, problem: Problem) -> Response:
    desk = request.app.state.desk
    try:
        reader = await desk.sessions.reader(request)
    except (NotSignedIn, Unavailable):
        reader = None
    pages = Pages(request, desk, None if problem.status == 503 else reader)
    context = {"problem": problem, "home": reader is not None or not request.url.path.startswith("/talk")}
    return await pages.render("problem.html", context, status=problem.status)


def inside(target: str) -> str:
    """Only a page of ours: a link to the sign-in must not lead elsewhere afterwards."""
    here = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if here else "/"


async def no_such_page(request: Request, _: Exception) -> Response:
    """For an address that nothing is at: a page for people, a document for programs; one slash too many is forgiven."""
    path = request.url.path
    if path.endswith("/") and request.method == "GET" and inside(path.rstrip("/")) == path.rstrip("/"):
        return RedirectResponse(path.rstrip("/"), 303)
    sentence = Pages(request, request.app.state.desk, None).gettext("There is no page at this address.")
    problem = Problem(404, "not-found", sentence)
    if "text/html" in request.headers.get("accept", ""):
        return await _problem_page(request, problem)
    return problem_response(problem)


async def page_reader(request: Request, desk: InParts) -> Reader:
    """The signed-in person. Raises NotSignedIn."""
    return await desk.sessions.reader(request)


async def staff_pages(request: Request, desk: InParts, reader: Annotated[Reader, Depends(page_reader)]) -> Pages:
    """Pages for anybody of the team."""
    return Pages(request, desk, reader)


async def team_pages(pages: Annotated[Pages, Depends(staff_pages)]) -> Pages:
    """Pages for people who may read cases. Raises Problem 403 for specialists and operators."""
    if pages.reader is None or not pages.reader.reads_cases:
        raise Problem(
            403, "not-allowed", pages.gettext("This page is for care agents. Your questions are under Consults.")
        )
    return pages


async def operating_pages(pages: Annotated[Pages, Depends(staff_pages)]) -> Pages:
    """Pages for who looks after the system (I4). Raises Problem 403 for all but operators and leads."""
    if pages.reader is None or not pages.reader.may_operate:
        raise Problem(403, "not-allowed", pages.gettext("This page is for operators and leads."))
    return pages


async def open_pages(request: Request, desk: InParts) -> Pages:
    """Pages for everybody."""
    return Pages(request, desk, None)


Staff = Annotated[Pages, Depends(staff_pages)]
TeamPages = Annotated[Pages, Depends(team_pages)]
OperatingPages = Annotated[Pages, Depends(operating_pages)]
OpenPages = Annotated[Pages, Depends(open_pages)]


def signed_in(pages: Pages) -> Reader:
    """The reader of a page for signed-in people."""
    if pages.reader is None:
        raise NotSignedIn("sign in first")
    return pages.reader
