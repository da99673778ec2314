"""How a reader wants the pages to look: light, dark, or as their machine is set."""

from typing import Literal, get_args

from fastapi import Request

LOOK_COOKIE = "casekeeper-look"
Look = Literal["system", "light", "dark"]
LOOKS: tuple[Look, ...] = get_args(Look)


def chosen_look(request: Request) -> Look:
    """The look asked for: in the address, else as chosen before in this browser, else the machine's."""
    wishes = (request.query_params.get("look"), request.cookies.get(LOOK_COOKIE))
    return next((look for wish in wishes for look in LOOKS if look == wish), "system")


def same_page(request: Request, home: str = "/", **changes: str) -> str:
    """The page's own address with something chosen otherwise; what a form was sent to is no page, so that leads `home`."""
    if request.method != "GET":
        return f"{home}?{'&'.join(f'{name}={value}' for name, value in changes.items())}"
    url = request.url.include_query_params(**changes)
    return f"{url.path}?{url.query}"
