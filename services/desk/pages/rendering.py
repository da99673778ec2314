"""From templates to answers: one Jinja environment per language, and what every page may use."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache, partial
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from schemas.masking import masked_text
from schemas.organisation import Person
from services.desk.api.parts import Parts
from services.desk.domain.access import Reader
from services.desk.pages import texts
from services.desk.pages.assets import asset_url
from services.desk.pages.look import LOOK_COOKIE, chosen_look, same_page
from services.desk.pages.names import Names
from services.desk.pages.security import POLICY_HEADER, policy

YEAR_SECONDS = 365 * 24 * 3600


@cache
def environment(language: str) -> Environment:
    """The templates in one language."""
    made = Environment(
        loader=PackageLoader("services.desk", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    catalogue = texts.catalogues()[language]
    made.install_gettext_callables(catalogue.gettext, catalogue.ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals |= {
        "asset": asset_url,
        "language": language,
        "direction": texts.direction(language),
        "languages": sorted(texts.catalogues()),
        "own_name": texts.own_name,
        "language_name": partial(texts.language_name, language=language),
        "country_name": partial(texts.country_name, language=language),
    }
    made.filters |= {
        "masked": masked_text,
        "written_out": partial(texts.written_out, language=language),
        "iso": lambda moment: moment.isoformat().replace("+00:00", "Z"),
    }
    return made


class Pages:
    """Renders for one request."""

    def __init__(self, request: Request, desk: Parts, reader: Reader | None) -> None:
        self.request = request
        self.desk = desk
        self.reader = reader
        brand = desk.organisation.by_id["brands"].get(request.path_params.get("brand", ""))
        self.language = texts.chosen_language(request, brand.language if brand else "")
        self.look = chosen_look(request)
        self.gettext = texts.catalogues()[self.language].gettext

    @property
    def partial(self) -> bool:
        """Whether the page's script asked, and wants only the part that changed."""
        return self.request.headers.get("hx-request") == "true"

    async def render(
        self,
        template: str,
        context: Mapping[str, Any],
        *,
        status: int = 200,
        people: Mapping[str, Person] | None = None,
    ) -> HTMLResponse:
        """The template as an answer. `people` are those whom it names."""
        now = self.desk.clock.now()
        everything = {
            "request": self.request,
            "reader": self.reader,
            "now": now,
            "names": Names(self.desk.organisation, self.language, people or {}),
            "form_token": self.desk.sessions.form_token(self.request),
            "autopilot": await self.desk.desk.autopilot() if self.reader else False,
            "demonstration_clock": getattr(self.request.app.state, "demonstration_clock", False),
            "remaining": lambda due: texts.remaining(due, now, self.language),
            "clock_state": lambda due: clock_state(due, now),
            "pictures": self.desk.pictures,
            "look": self.look,
            "same_page": partial(same_page, self.request),
            "waiting_approvals": self._approvals(),
            "waiting_handovers": self.desk.board.offered_to(self.reader.id) if self.reader else 0,
            **context,
        }
        html = environment(self.language).get_template(template).render(everything)
        headers = {POLICY_HEADER: policy(self.desk.pictures.sources), "Cache-Control": "no-store", "Vary": "HX-Request"}
        response = HTMLResponse(html, status, headers)
        for asked, cookie, value in (
            ("lang", texts.LANGUAGE_COOKIE, self.language),
            ("look", LOOK_COOKIE, self.look),
        ):
            if self.request.query_params.get(asked) == value:
                secure = self.desk.sessions.secure
                response.set_cookie(cookie, value, max_age=YEAR_SECONDS, httponly=True, samesite="lax", secure=secure)
        return response

    def _approvals(self) -> int:
        reader = self.reader
        return self.desk.board.approvals_for(reader.id, reader.brands) if reader and reader.coaches else 0


def clock_state(due: datetime, now: datetime) -> str:
    """How pressing a due time is: `late`, `soon` (a quarter of an hour), `near` (half an hour) or `calm`."""
    seconds = (due - now).total_seconds()
    if seconds < 0:
        return "late"
    return "soon" if seconds < 15 * 60 else "near" if seconds < 30 * 60 else "calm"
