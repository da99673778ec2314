"""How commands reach follow-up: that of the local stack, or another one that is named."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from casekeeper.cli.ending import fail, stack_on

if TYPE_CHECKING:
    import httpx2

UrlOption = Annotated[
    str, typer.Option(envvar="FOLLOWUP_URL", help="Where follow-up answers, instead of the local stack.")
]
PersonOption = Annotated[
    str, typer.Option("--as", help="Id of the person who asks; by default a lead of the local stack.")
]
SECONDS = 60


def client_of(url: str, token: str, person: str, folder: Path) -> "httpx2.Client":
    """A client that speaks for this person; without a stack, or a person, the command ends and says so."""
    import httpx2

    from schemas.organisation_file import load

    if url and not person:
        fail("say with --as who asks: the id of a coach or a lead")
    headers = {"Authorization": f"Bearer {token}"}
    if not url:
        found = stack_on(folder, "or say with --url where follow-up answers")
        url, headers = found.url("followup"), found.internal_headers
        person = person or next(each.id for each in load(found.organisation).people if each.role == "lead")
    return httpx2.Client(base_url=url, headers={**headers, "Acting-Person": person}, timeout=SECONDS)


def asked(client: "httpx2.Client", method: str, path: str, *, of: str = "follow-up", **more: Any) -> Any:
    """The answer's JSON; when there is none, or a refusal, the command ends and says so."""
    import httpx2

    try:
        answer = client.request(method, path, **more)
    except httpx2.HTTPError as error:
        fail(f"{of} does not answer: {error}")
    if not answer.is_success:
        try:
            fail(str(answer.json()["detail"]))
        except (ValueError, KeyError, TypeError):
            fail(f"{of} answered {answer.status_code}")
    return answer.json()
